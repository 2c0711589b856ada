"""Which classes are among the k best of the samples of each class (R27)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from accord.backends.base import Array, indices
from accord.credit.best_classes import best_classes
from accord.inputs import options
from accord.inputs.batch import Batch
from accord.inputs.labels import Labels
from accord.measures import PrecisionRecall
from accord.scan import count_sets as scan
from accord.scan.arrays import Rows
from accord.scan.dispatch import attempt
from accord.scan.pieces import split
from accord.shared_docs import documented

LARGEST = 1 << 24
"""How many entries a table of true and predicted classes may have: those of 4,096 classes."""

_COUNTED = 1 << 16  # samples counted at a time

Host = npt.NDArray[Any]


class ClassPairs(NamedTuple):
    """The pairs of a true and a predicted class that occur, in their order; arrays of NumPy.

    Attributes
    ----------
    true, predicted : array of int
        The classes of each pair.
    counts : array
        How many samples of the true class have the other among their k best, or their weight.
    """

    true: Host
    predicted: Host
    counts: Host


@documented
def confusion(
    y_true: Any,
    y_score: Array,
    k: int = 1,
    *,
    ties: Literal["first", "last"] = "first",
    axis: int = -1,
    sample_weight: Any = None,
    mask: Any = None,
    candidates: Any = None,
    ignore_index: int | None = None,
    pairs: bool = False,
) -> Any:
    """Count how often each class is among the k best of the samples of each class (R27).

    Parameters
    ----------
    {classes}
    {scores}
    k : int
        How many classes each sample predicts, 1 to C.
    ties : {"first", "last"}
        Which of equal scores are among the k best; the other rules define no set.
    {axis}
    {samples}
    {candidates}
    {ignore_index}
    pairs : bool
        Whether to return only the pairs that occur, for many classes. Their number depends on
        values, so a trace can't return them.

    Returns
    -------
    array of shape (C, C), or ClassPairs
        Entry (i, j) counts the samples of class i with class j among their k best: an integer, or
        a sum of weights. It is of y_score's framework. With ``pairs``, NumPy arrays ``true``,
        ``predicted`` and ``counts``.

    Raises
    ------
    ValueError
        If there are more than 4,096 classes and ``pairs`` is False; and as
        `accord.precision_recall`.
    TypeError
        If a dtype does not fit, arrays are of two frameworks (R21), or ``pairs`` is asked for while
        tracing.

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.6, 0.3, 0.1], [0.5, 0.4, 0.1], [0.1, 0.2, 0.7]])
    >>> accord.confusion([0, 1, 2], scores)
    array([[1, 0, 0],
           [1, 0, 0],
           [0, 0, 1]])
    >>> accord.confusion([0, 1, 2], scores, pairs=True).predicted
    array([0, 0, 2])
    """
    measure = PrecisionRecall(
        options.whole("k", k), ties=ties, axis=axis, ignore_index=ignore_index
    )
    extra = {"sample_weight": sample_weight, "mask": mask, "candidates": candidates}
    batch = measure.batch(y_true, y_score, **extra)
    if options.flag("pairs", pairs):
        return _pairs(measure, batch)
    entries = batch.classes**2
    if entries > LARGEST:
        raise ValueError(
            f"y_score has {batch.classes:,} classes, so the table has {entries:,} entries, more than"
            f" {LARGEST:,}; pass pairs=True for the pairs that occur"
        )
    return batch.wrap(_table(measure, batch))


def _table(measure: PrecisionRecall, batch: Batch) -> Array:
    classes = batch.classes
    if isinstance(batch.scores, np.ndarray):
        table = np.zeros(classes**2, np.int64 if batch.weight is None else np.float64)
        for ids, amount in _each_id(measure, batch):
            np.add.at(table, ids, 1 if amount is None else amount)
        return table.reshape(classes, classes)
    counted = batch.backend.compiled(_product)
    tables = [counted(measure, block, measure.labels(block)) for block in batch.blocks()]
    return sum(tables[1:], tables[0])


def _pairs(measure: PrecisionRecall, batch: Batch) -> ClassPairs:
    if batch.backend.residence(batch.scores) == "traced":
        raise TypeError(
            "pairs=True returns as many pairs as occur, which a trace can't know; leave it out, or"
            " call confusion outside of the traced function"
        )
    weighted = batch.weight is not None
    ids, amounts = np.zeros(0, np.int64), np.zeros(0, np.float64 if weighted else np.int64)
    for more, amount in _each_id(measure, batch):
        each = np.ones(more.size, amounts.dtype) if amount is None else amount
        ids, place = np.unique(np.concatenate([ids, more]), return_inverse=True)
        sums = np.bincount(place.reshape(-1), np.concatenate([amounts, each]), ids.size)
        amounts = sums.astype(amounts.dtype)
    true, predicted = np.divmod(ids, max(1, batch.classes))
    return ClassPairs(true, predicted, amounts)


def _each_id(measure: PrecisionRecall, batch: Batch) -> Iterator[tuple[Host, Host | None]]:
    """Yield ``true class * C + predicted class`` of all pairs, and their weights, some at a time."""
    scanned = batch.scanned and batch.candidates is None and max(measure.ks) <= scan.MOST
    parts = map(batch.at, split(batch.sample_shape, _COUNTED)) if scanned else (batch,)
    for part in parts:
        found = attempt(_scanned_ids, measure, part) if scanned else None
        if found is None:
            yield from _counted_ids(measure, part)
        else:
            yield found


def _counted_ids(measure: PrecisionRecall, batch: Batch) -> Iterator[tuple[Host, Host | None]]:
    counted = batch.backend.compiled(_sets)
    for block in batch.blocks():
        found = counted(measure, block, measure.labels(block))
        label, members, *weight = (_on_host(block, each) for each in found if each is not None)
        row, predicted = np.nonzero(members)
        ids = label[row].astype(np.int64) * block.classes + predicted
        yield ids, weight[0][row] if weight else None


def _on_host(block: Batch, array: Array) -> Host:
    return array if isinstance(array, np.ndarray) else block.backend.to_host(array)[0]


def _scanned_ids(measure: PrecisionRecall, part: Batch) -> tuple[Host, Host | None]:
    labels = measure.labels(part)
    rows, last = Rows(part.scores, part.truth, part.sample_axes), measure.ties == "last"
    best = scan.best_classes(rows, max(measure.ks), last=last)
    own = np.take_along_axis(part.scores, labels.label[..., None], -1)
    keep = (own == own).reshape(-1)
    if labels.kept.keep is not None:
        keep &= np.reshape(labels.kept.keep, -1)
    ids = labels.label.reshape(-1)[keep, None] * part.classes + best[keep]
    weight = labels.kept.weight
    amount = None if weight is None else np.repeat(np.reshape(weight, -1)[keep], best.shape[1])
    return ids.reshape(-1), amount


def _sets(
    measure: PrecisionRecall, block: Batch, labels: Labels
) -> tuple[Array, Array, Array | None]:
    """Return the class, the predicted classes and the weight of each sample, samples in one axis."""
    ns, kept = block.ns, labels.kept
    outcome = measure.outcome(block, labels)
    counts = ~outcome.undefined if labels.valid is None else ~outcome.undefined & labels.valid
    counts = counts if kept.keep is None else counts & kept.keep
    members = best_classes(block, measure.ks, measure.ties)[0] & counts[..., None]
    weight = None if kept.weight is None else ns.reshape(kept.weight, (-1,))
    flat = ns.reshape(members, (-1, block.classes))
    return ns.reshape(labels.label, (-1,)), flat, weight


def _product(measure: PrecisionRecall, block: Batch, labels: Labels) -> Array:
    """Multiply true classes by predicted sets: in integers where floats have 32 bits."""
    ns, numbers = block.ns, block.numbers
    label, members, weight = _sets(measure, block, labels)
    exact = weight is None and numbers.sum != ns.float64
    dtype = numbers.count if exact else numbers.sum
    of_class = ns.astype(indices(ns, label, block.classes)[:, None] == label, dtype)
    if weight is not None:
        of_class = of_class * ns.astype(weight, dtype)
    table = ns.matmul(of_class, ns.astype(members, dtype))
    return ns.astype(table, numbers.count, copy=False) if weight is None else table
