"""Sets of labels: a predicted set of each sample against the true one (R11).

Every measure of sets follows from four counts a sample. None gets worse when one more label of a
set of given size is right, so tie bounds (R7) come from the sets that choose worst and best.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np

from accord.backends.base import Array
from accord.counts.tally import Outcome
from accord.credit.thresholds import AtThreshold, native, sides
from accord.inputs.batch import Batch
from accord.inputs.dtypes import FLOAT, is_kind
from accord.inputs.labels import Labels, as_number, isnan
from accord.scan.arrays import Rows
from accord.scan.count import best_counts, side_counts

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
    """

    least: Predicted
    chosen: Predicted
    worst: Predicted
    best: Predicted
    true: Array
    usable: Array
    undefined: Array
    invalid: Array | None
    tied: bool = True


class Sides(NamedTuple):
    """How many labels of each sample are on each side of the threshold, and how many are true.

    ``known`` are those whose score and truth are known, ``nan`` those whose score is NaN.
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
    above, at, undefined = sides(block, threshold)
    usable = ~undefined if labels.valid is None else ~undefined & labels.valid
    above, at, true = above & usable, at & usable, labels.label & usable
    counted = (usable, true, above, above & true, at, at & true, undefined)
    invalid = None if labels.valid is None else count(~labels.valid)
    return _past_threshold(Sides(*map(count, counted)), at_threshold, invalid)


def scanned_past_threshold(rows: Rows, threshold: float, at_threshold: AtThreshold) -> Match | None:
    """Predict as `past_threshold` by the compiled scan; None if it finds something to refuse."""
    bound = native(threshold, rows.scores.dtype)
    counts = None if bound is None else side_counts(rows, bound)
    if counts is None:
        return None
    found = Sides(*counts[:7])
    if found.at.any():
        return _past_threshold(found, at_threshold, None)
    sure = Predicted(found.above, found.above_true)
    return Match(sure, sure, sure, sure, found.true, found.known, found.nan, None, tied=False)


def _past_threshold(found: Sides, at_threshold: AtThreshold, invalid: Array | None) -> Match:
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
    )


def k_best(block: Batch, labels: Labels, several: Sequence[int], ties: str) -> list[Match]:
    """Predict the k labels of highest score, for several k, from one sort."""
    scores = as_number(block, block.scores)
    key = block.backend.sort_key(scores)
    rising = block.ns.sort(key, axis=-1)
    undefined = isnan(block, scores)
    return [_k_best(block, labels, key, rising, undefined, k, ties) for k in several]


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
        matches.append(Match(chosen, chosen, worst, best, true, usable, nan, None))
    return matches


def _k_best(
    block: Batch, labels: Labels, key: Array, rising: Array, undefined: Array, k: int, ties: str
) -> Match:
    """Predict the k labels of highest key; a NaN or a bad label spoils its whole sample."""
    ns, count = block.ns, _counter(block)
    usable = ~undefined if labels.valid is None else ~undefined & labels.valid
    sound = ns.all(usable, axis=-1)

    least = rising[..., block.classes - k : block.classes - k + 1]
    above, at = key > least, key == least
    tied, room = count(at), k - count(above)
    nth = ns.cumulative_sum(ns.astype(at, tied.dtype), axis=-1)
    taken = at & (nth <= room[..., None] if ties == "first" else nth > (tied - room)[..., None])

    right, tied_true = count(above & labels.label), count(at & labels.label)
    none = ns.zeros_like(tied)
    size = ns.where(sound, none + k, none)

    def predicted(also_right: Array) -> Predicted:
        return Predicted(size, ns.where(sound, right + also_right, none))

    chosen = predicted(count(taken & labels.label))
    return Match(
        least=chosen,
        chosen=chosen,
        worst=predicted(ns.maximum(room - (tied - tied_true), none)),
        best=predicted(ns.minimum(room, tied_true)),
        true=ns.where(sound, count(labels.label), none),
        usable=ns.where(sound, none + block.classes, none),
        undefined=count(undefined),
        invalid=None if labels.valid is None else count(~labels.valid),
    )


def outcome(
    block: Batch,
    labels: Labels,
    matches: Sequence[Match],
    credit: Callable[[SetCounts], Array],
    *,
    unit: Unit,
    stacked: bool,
) -> Outcome:
    """Say what became of each sample, with a leading axis for several matches if ``stacked``.

    Where the unit is labels, each sample counts as many as it has, and one that is undefined is
    missed alone; else it spoils its sample.
    """
    by_label, first = unit == "labels", matches[0]

    def worth(match: Match, predicted: Predicted) -> Array:
        return _credit(block, match, predicted, credit, unit)

    ways = [
        [worth(m, each) for each in (m.chosen, m.worst, m.best)]
        if m.tied
        else [worth(m, m.chosen)] * 3
        for m in matches
    ]
    size: Array | int = block.classes if by_label else 1
    if is_kind(block.ns, ways[0][0], FLOAT):
        left_out = block.ns.isnan(ways[0][0])
        size = block.ns.astype(~left_out, block.numbers.count)
        ways = [
            _without_nan(block, worth(match, match.least), *each)
            for match, each in zip(matches, ways, strict=True)
        ]
    credit_, floor, ceiling = (
        block.ns.stack(list(each)) if stacked else each[0] for each in zip(*ways, strict=True)
    )
    undefined, invalid = first.undefined, first.invalid
    return Outcome(
        credit=credit_,
        floor=floor,
        ceiling=ceiling,
        undefined=undefined if by_label else undefined > 0,
        labels=labels,
        invalid=invalid if by_label or invalid is None else invalid > 0,
        size=size,
    )


def _without_nan(
    block: Batch, least: Array, chosen: Array, worst: Array, best: Array
) -> list[Array]:
    """Return what a sample adds to credit, floor and ceiling, where a NaN leaves it out.

    The bounds hold the mean over the samples that count, whichever way ties are broken (R7). So a
    sample that the ``least`` of its sets leaves out adds 0 and 1 to them; and one that is left out,
    but not by all of its sets, 1 less than the worst of these is worth, and what the best is.
    """
    ns = block.ns
    none, out = ns.zeros_like(chosen), ns.isnan(chosen)
    low, high = ns.where(ns.isnan(worst), best, worst), ns.where(ns.isnan(best), worst, best)
    low, high = (ns.where(ns.isnan(each), ns.astype(out, none.dtype), each) for each in (low, high))
    return [
        ns.where(out, none, chosen),
        ns.where(out, low - 1, ns.where(ns.isnan(least), none, low)),
        ns.where(~out & ns.isnan(least), none + 1, high),
    ]


def _credit(
    block: Batch,
    match: Match,
    predicted: Predicted,
    credit: Callable[[SetCounts], Array],
    unit: Unit,
) -> Array:
    """Return each sample's credit; a sample that is not usable whole has none."""
    ns, dtype = block.ns, block.numbers.sum

    def share(part: Array, whole: Array, empty: float) -> Array:
        some = whole > 0
        one = ns.ones_like(whole)
        found = ns.astype(part, dtype) / ns.astype(ns.where(some, whole, one), dtype)
        return ns.where(some, found, ns.astype(one, dtype) * empty)

    right, size = predicted.right, predicted.size
    found = credit(SetCounts(right, size - right, match.true - right, match.usable, share))
    if unit == "labels":
        return found
    sound = match.usable == block.classes
    if ns.isdtype(found.dtype, "bool"):
        return found & sound
    return ns.where(sound, found, ns.zeros_like(found))


def _counter(block: Batch) -> Callable[[Array], Array]:
    return lambda flags: block.backend.count_true(flags)[0]
