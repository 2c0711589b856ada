"""Sets of labels: a predicted set of each sample against the true one (R11).

Every measure of sets follows from four counts a sample. None gets worse when one more label of a
set of given size is right, so tie bounds (R7) come from the sets that choose worst and best.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np

from accord.backends.base import Array
from accord.credit.entries import Entries, of_the_best, past
from accord.credit.thresholds import AtThreshold, native
from accord.inputs.batch import Batch
from accord.inputs.labels import Labels
from accord.scan.arrays import Rows
from accord.scan.count_sets import best_counts, side_counts

Unit = Literal["samples", "labels"]


class SetCounts(NamedTuple):
    """The four counts of each sample that a measure of sets is a function of.

    Attributes
    ----------
    right : array of int
        True positives: labels that are predicted and true.
    extra : array of int
        False positives: labels that are predicted and not true.
    missed : array of int
        False negatives: labels that are true and not predicted.
    labels : array of int
        All labels whose score and truth are known.
    share : function
        ``share(part, whole, empty)`` divides counts; the result is ``empty`` where the whole is 0.
    """

    right: Array
    extra: Array
    missed: Array
    labels: Array
    share: Callable[[Array, Array, float], Array]


class Predicted(NamedTuple):
    """A predicted set, a count a sample: labels in it, and those of them that are true."""

    size: Array
    right: Array


class Match(NamedTuple):
    """What one way of predicting gives: the set chosen, and the ones that tie-breaking allows.

    ``least`` is the smallest of these sets. Where no score is ``tied``, they are one set.
    ``labels`` is how many labels of each sample are known, ``usable`` how many of them can be judged.
    """

    least: Predicted
    chosen: Predicted
    worst: Predicted
    best: Predicted
    true: Array
    usable: Array
    undefined: Array
    invalid: Array | None
    labels: Array | int
    tied: bool = True


class Sides(NamedTuple):
    """How many labels of each sample are on each side of the threshold, and how many are true.

    ``known`` are those whose score and truth are known, ``nan`` those whose score is NaN alone.
    """

    known: Array
    true: Array
    above: Array
    above_true: Array
    at: Array
    at_true: Array
    nan: Array


def past_threshold(
    block: Batch, labels: Labels, threshold: float, at_threshold: AtThreshold
) -> Match:
    """Predict the labels whose score is above the threshold."""
    count = _counter(block)
    each = past(block, labels, threshold, at_threshold)
    usable, above, at, true = each.usable, each.above, each.at, labels.label & each.usable
    counted = (usable, true, above, above & true, at, at & true, each.undefined)
    invalid = None if each.invalid is None else count(each.invalid)
    many = block.classes if labels.known is None else count(labels.known)
    return _past_threshold(Sides(*map(count, counted)), at_threshold, invalid, many)


def scanned_past_threshold(
    rows: Rows, threshold: float, at_threshold: AtThreshold, *, all_known: bool
) -> Match | None:
    """Predict as `past_threshold` by the compiled scan; None if it finds something to refuse."""
    bound = native(threshold, rows.scores.dtype)
    counts = None if bound is None else side_counts(rows, bound)
    if counts is None:
        return None
    found = Sides(*counts[:7])
    many = rows.entries if all_known else found.known + found.nan
    if found.at.any():
        return _past_threshold(found, at_threshold, None, many)
    sure = Predicted(found.above, found.above_true)
    sides = found.true, found.known, found.nan
    return Match(sure, sure, sure, sure, *sides, None, many, tied=False)


def _past_threshold(
    found: Sides, at_threshold: AtThreshold, invalid: Array | None, many: Array | int
) -> Match:
    at, at_true = found.at, found.at_true
    sure = Predicted(found.above, found.above_true)
    whole = Predicted(sure.size + at, sure.right + at_true)
    return Match(
        least=sure,
        chosen=whole if at_threshold == "positive" else sure,
        worst=Predicted(sure.size + at - at_true, sure.right),
        best=Predicted(sure.size + at_true, whole.right),
        true=found.true,
        usable=found.known,
        undefined=found.nan,
        invalid=invalid,
        labels=many,
    )


def k_best(block: Batch, labels: Labels, several: Sequence[int], ties: str) -> list[Match]:
    """Predict the k known labels of highest score, for several k, from one sort."""
    return [_k_best(block, labels, each) for each in of_the_best(block, labels, several, ties)]


def scanned_k_best(rows: Rows, several: Sequence[int], ties: str) -> list[Match] | None:
    """Predict as `k_best` by the compiled scan; None if it can't, or finds something to refuse."""
    counts = best_counts(rows, np.asarray(several, np.int64), last=ties == "last")
    if counts is None:
        return None
    (true, nan), rights = counts[:2], counts[2:].reshape(3, len(several), *rows.shape)
    sound = nan == 0
    true, usable = np.where(sound, true, 0), np.where(sound, np.int32(rows.entries), 0)
    matches = []
    for place, k in enumerate(several):
        size = np.where(sound, np.int32(k), 0)
        chosen, worst, best = (Predicted(size, right) for right in rights[:, place])
        sides = true, usable, nan
        matches.append(Match(chosen, chosen, worst, best, *sides, None, rows.entries))
    return matches


def _k_best(block: Batch, labels: Labels, each: Entries) -> Match:
    """Count the k labels of highest score; a NaN or a bad label spoils its whole sample."""
    ns, count, usable = block.ns, _counter(block), each.usable
    above, at = each.above & usable, each.at & usable
    right, tied_true = count(above & labels.label), count(at & labels.label)
    best = at if each.taken is None else each.taken & usable
    tied, taken = count(at), count(best)
    size, none = count(above) + taken, ns.zeros_like(tied)

    def predicted(also_right: Array) -> Predicted:
        return Predicted(size, right + also_right)

    chosen = predicted(count(best & labels.label))
    return Match(
        least=chosen,
        chosen=chosen,
        worst=predicted(ns.maximum(taken - (tied - tied_true), none)),
        best=predicted(ns.minimum(taken, tied_true)),
        true=count(labels.label & usable),
        usable=count(usable),
        undefined=count(each.undefined),
        invalid=None if each.invalid is None else count(each.invalid),
        labels=block.classes if labels.known is None else count(labels.known),
    )


def _counter(block: Batch) -> Callable[[Array], Array]:
    return lambda flags: block.backend.count_true(flags)[0]
