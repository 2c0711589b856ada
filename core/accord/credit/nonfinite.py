"""Samples with NaN or -inf among their scores: how many there are, and what the NaN cost them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from accord.backends.base import Array
from accord.counts.tally import summed
from accord.credit.rank_counts import Standing, rank
from accord.credit.rank_tables import RankTables, credit
from accord.inputs.batch import Batch
from accord.inputs.labels import Labels, isnan


class NonFinite(NamedTuple):
    """Counts beside a tally, in its unit; those of parts add up to that of the whole.

    Attributes
    ----------
    nan : array, 0-d
        Samples with a NaN among their scores, that of their own class included.
    lost : array, 0-d, with a leading axis for a tuple of k
        Credit that the tie rule would give them if no NaN of a rival were ahead (R2).
    minus_inf : array, 0-d
        Samples with a -inf among their scores.
    """

    nan: Array
    lost: Array
    minus_inf: Array

    def __add__(self, other: object) -> NonFinite:  # counts add, tuples concatenate
        """Return the counts of both parts together."""
        if not isinstance(other, NonFinite):
            return NotImplemented
        return NonFinite(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def __radd__(self, other: object) -> NonFinite:
        """Let ``sum`` start from 0."""
        return self if other == 0 else NotImplemented


def over_blocks(batch: Batch, labels_of: Callable[[Batch], Labels], how: RankTables) -> NonFinite:
    """Count such samples of a measure.

    A block is read once to see whether there are any, and counted only where there are.
    """
    counted = batch.backend.compiled(_counted)
    found = [
        NonFinite(*counted(how, block, labels_of(block)))
        for block in batch.blocks()
        if _possible(block)
    ]
    if found:
        return sum(found[1:], found[0])
    unit = np.int64 if batch.weight is None else np.float64  # that of a tally (R17)
    fractions = how.credit is not None or how.ties == "expected"
    lost = np.zeros((how.several,) if how.stacked else (), np.float64 if fractions else unit)
    return NonFinite(unit(0), lost, unit(0))


def _possible(block: Batch) -> bool:
    """Tell whether a block may hold a NaN or a -inf, in one read of its scores at most."""
    scores, ns, backend = block.scores, block.ns, block.backend
    if not ns.isdtype(scores.dtype, "real floating") or 0 in scores.shape:
        return False
    if isinstance(scores, np.ndarray):
        return _possible_in_numpy(scores)
    if backend.residence(scores) == "traced":
        return True
    return bool(backend.to_host(backend.compiled(_any)(None, block))[0])


def _possible_in_numpy(scores: np.ndarray[Any, Any]) -> bool:
    """Look at the least score, which needs no temporary and is NaN if one is there."""
    if scores.dtype == np.float16 and scores.dtype.isnative:  # NumPy compares its bits 20x faster
        negative = scores.view(np.uint16).max() >= 0xFC00
        return bool(negative or scores.view(np.int16).max() > 0x7C00)
    with np.errstate(invalid="ignore"):
        return not scores.min() > -np.inf


def _counted(how: RankTables, block: Batch, labels: Labels) -> tuple[Array, Array, Array]:
    nan, minus_inf = _flags(block)
    rivals = block.backend.count_true(nan)[0]
    standing, undefined = rank(block, labels)
    if labels.valid is not None:
        undefined = undefined | ~labels.valid  # no NaN made these misses
    ahead = block.ns.where(undefined, standing.ahead, standing.ahead - rivals)
    before = credit(block, Standing(ahead, *standing[1:]), how, how.ties)
    after = credit(block, standing, how, how.ties)
    whole = block.ns.isdtype(after.dtype, "bool")
    return (
        summed(block, labels.kept, rivals > 0),
        summed(block, labels.kept, before & ~after if whole else before - after),
        summed(block, labels.kept, block.backend.count_true(minus_inf)[0] > 0),
    )


def _any(_: None, block: Batch) -> Array:
    nan, minus_inf = _flags(block)
    return block.ns.any(nan | minus_inf)


def _flags(block: Batch) -> tuple[Array, Array]:
    nan, minus_inf = isnan(block, block.scores), block.scores == -float("inf")
    if block.candidates is None:
        return nan, minus_inf
    return nan & block.candidates, minus_inf & block.candidates
