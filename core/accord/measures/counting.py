"""Counting a batch of any measure: by the compiled scan, by one operation, or block by block."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from accord.counts.tally import Tally, count
from accord.credit.label_counts import count_by_label
from accord.inputs.batch import Batch
from accord.inputs.groups import group_ids
from accord.inputs.labels import Labels
from accord.scan.dispatch import NotLoadedError


def counted(measure: Any, batch: Batch, places: int | None, *, per_class: bool) -> Tally:
    """Count a batch of a `Measure`.

    Parameters
    ----------
    measure : Measure
        What to count.
    batch : Batch
        Of the measure.
    places : int or None
        How many classes or groups to count by; None counts all samples together.
    per_class : bool
        Whether these are classes.

    Returns
    -------
    Tally
        Of what counted.
    """
    tally: Tally | None = None
    by_label = per_class and measure.label_kind == "set"
    if batch.scanned:
        try:
            tally = measure.scan_labels(batch) if by_label else measure.scan(batch, places)
        except NotLoadedError:
            batch = replace(batch, scanned=False)
    elif measure.scans:
        called = batch.backend.one_call(_tally, (measure, per_class), batch)
        tally = None if called is None else measure.tally_type(per_class=per_class)(*called)
    return _by_blocks(measure, batch, places, by_label=by_label) if tally is None else tally


def _by_blocks(measure: Any, batch: Batch, places: int | None, *, by_label: bool) -> Tally:
    count_block = batch.backend.compiled(_block)
    tally: Tally | None = None
    for block in batch.blocks():
        labels = measure.labels(block) if block.readable else None  # bad ones raise out here
        if labels is not None and block.groups is not None:
            group_ids(block, labels.kept)  # likewise
        part: Tally = count_block((measure, places, by_label), block, labels)
        tally = part if tally is None else tally + part
    assert tally is not None  # noqa: S101  # for the type checker: a batch has a block
    return tally


def _block(how: tuple[Any, int | None, bool], block: Batch, labels: Labels | None) -> Any:
    measure, places, by_label = how
    labels = measure.labels(block) if labels is None else labels
    if by_label:
        ways = measure.entries(block, labels)
        return count_by_label(block, labels, ways, stacked=bool(measure.several))
    return count(block, measure.outcome(block, labels), places)


def _tally(measure: Any, per_class: bool, batch: Batch) -> Tally:
    tally: Tally = measure.count(batch, per_class=per_class)
    return tally
