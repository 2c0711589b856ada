"""Multilabel samples: predicted sets of labels against true ones (R11).

Every criterion follows from four counts a sample, and none gets worse when one more label of a
set of given size is right. So tie bounds (R7) come from the sets that choose worst and best.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, get_args

from accord.arrays import Inputs
from accord.labels import Labels, as_number, isnan
from accord.registry import Array
from accord.tally import Outcome
from accord.thresholds import AtThreshold, sides

Criteria = Literal["exact_match", "hamming", "overlap", "contain", "belong", "jaccard"]
CRITERIA: tuple[Criteria, ...] = get_args(Criteria)


class Predicted(NamedTuple):
    """A predicted set, a count a sample: labels in it, and those of them that are true."""

    size: Array
    right: Array


class Match(NamedTuple):
    """What one way of predicting gives: the set chosen, and the ones that tie-breaking allows."""

    chosen: Predicted
    worst: Predicted
    best: Predicted
    true: Array
    usable: Array
    undefined: Array
    invalid: Array | None


def past_threshold(
    block: Inputs, labels: Labels, threshold: float, at_threshold: AtThreshold
) -> Match:
    """Predict the labels whose score is above the threshold."""
    count = block.adapter.count
    above, at, undefined = sides(block, threshold)
    usable = ~undefined if labels.valid is None else ~undefined & labels.valid
    above, at, true = above & usable, at & usable, labels.label & usable
    sure = Predicted(count(above), count(above & true))
    tied, tied_true = count(at), count(at & true)
    whole = Predicted(sure.size + tied, sure.right + tied_true)
    return Match(
        chosen=whole if at_threshold == "positive" else sure,
        worst=Predicted(sure.size + tied - tied_true, sure.right),
        best=Predicted(sure.size + tied_true, whole.right),
        true=count(true),
        usable=count(usable),
        undefined=count(undefined),
        invalid=None if labels.valid is None else count(~labels.valid),
    )


def k_best(block: Inputs, labels: Labels, several: Sequence[int], ties: str) -> list[Match]:
    """Predict the k labels of highest score, for several k, from one sort."""
    scores = as_number(block, block.scores)
    key = block.adapter.sort_key(scores)
    rising = block.ns.sort(key, axis=-1)
    undefined = isnan(block, scores)
    return [_k_best(block, labels, key, rising, undefined, k, ties) for k in several]


def _k_best(  # noqa: PLR0917  # what is the same for every k, then k
    block: Inputs, labels: Labels, key: Array, rising: Array, undefined: Array, k: int, ties: str
) -> Match:
    """Predict the k labels of highest key; a NaN or a bad label spoils its whole sample."""
    ns, count = block.ns, block.adapter.count
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

    return Match(
        chosen=predicted(count(taken & labels.label)),
        worst=predicted(ns.maximum(room - (tied - tied_true), none)),
        best=predicted(ns.minimum(room, tied_true)),
        true=ns.where(sound, count(labels.label), none),
        usable=ns.where(sound, none + block.classes, none),
        undefined=count(undefined),
        invalid=None if labels.valid is None else count(~labels.valid),
    )


def judge_each(
    block: Inputs, labels: Labels, matches: Sequence[Match], criteria: Criteria
) -> Outcome:
    """Say what became of each sample, with a leading axis for the matches of several k."""
    each = [judge(block, labels, match, criteria) for match in matches]
    return each[0]._replace(
        credit=block.ns.stack([one.credit for one in each]),
        floor=block.ns.stack([one.floor for one in each]),
        ceiling=block.ns.stack([one.ceiling for one in each]),
    )


def judge(block: Inputs, labels: Labels, match: Match, criteria: Criteria) -> Outcome:
    """Say what became of each sample; hamming counts its labels, the others the sample."""
    by_label = criteria == "hamming"
    undefined, invalid = match.undefined, match.invalid
    return Outcome(
        credit=credit(block, match, match.chosen, criteria),
        floor=credit(block, match, match.worst, criteria),
        ceiling=credit(block, match, match.best, criteria),
        undefined=undefined if by_label else undefined > 0,
        labels=labels,
        invalid=invalid if by_label or invalid is None else invalid > 0,
        size=block.classes if by_label else 1,
    )


# From the predicted set, the number of true labels and that of usable ones.
_CREDIT: dict[str, Callable[[Predicted, Array, Array], Array]] = {
    "exact_match": lambda p, true, _: (p.right == p.size) & (p.right == true),
    "hamming": lambda p, true, usable: usable - p.size - true + 2 * p.right,
    "overlap": lambda p, true, _: (p.right > 0) | ((p.size == 0) & (true == 0)),
    "contain": lambda p, true, _: p.right == true,
    "belong": lambda p, _, __: p.right == p.size,
}


def credit(block: Inputs, match: Match, predicted: Predicted, criteria: str) -> Array:
    """Return each sample's credit: bool, labels right for hamming, a fraction for jaccard."""
    if criteria == "hamming":
        return _CREDIT[criteria](predicted, match.true, match.usable)
    sound = match.usable == block.classes
    if criteria == "jaccard":
        return _jaccard(block, predicted, match.true, sound)
    return _CREDIT[criteria](predicted, match.true, match.usable) & sound


def _jaccard(block: Inputs, predicted: Predicted, true: Array, sound: Array) -> Array:
    """Return intersection over union; two empty sets are equal, so 1."""
    ns, dtype = block.ns, block.adapter.numbers(block.scores).sum
    union = predicted.size + true - predicted.right
    empty = union == 0
    part = ns.where(empty, ns.ones_like(union), predicted.right)
    whole = ns.where(empty, ns.ones_like(union), union)
    share = ns.astype(part, dtype) / ns.astype(whole, dtype)
    return ns.where(sound, share, ns.zeros_like(share))
