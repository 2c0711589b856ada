"""Which labels of each sample are predicted, by a threshold or as the k best (R11)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from accord.backends.base import Array
from accord.credit.best_classes import lowest
from accord.credit.thresholds import AtThreshold, sides
from accord.inputs.batch import Batch
from accord.inputs.labels import Labels, as_number, isnan


class Entries(NamedTuple):
    """One way of predicting, label by label: bools of the shape of the scores.

    Attributes
    ----------
    above : array
        The labels that are predicted whichever way ties are broken.
    at, taken : array
        Those at the threshold, or as good as the last of the k best; and of them those predicted
        (None: none).
    unsure : array
        Those that are predicted or not by the way that ties are broken.
    usable : array
        Those that can be judged: known, with a good label and a score. A sample without its k best
        has none.
    undefined : array
        Those that are known and whose score is NaN.
    invalid : array or None
        Those that are known and whose label is neither 0 nor 1; None where there is none.
    """

    above: Array
    at: Array
    taken: Array | None
    unsure: Array
    usable: Array
    undefined: Array
    invalid: Array | None


def past(block: Batch, labels: Labels, threshold: float, at_threshold: AtThreshold) -> Entries:
    """Predict the labels whose score is above the threshold."""
    above, at, undefined = sides(block, threshold)
    undefined, invalid = _faults(labels, undefined)
    usable = _usable(labels, undefined)
    above, at = above & usable, at & usable
    taken = at if at_threshold == "positive" else None
    return Entries(above, at, taken, at, usable, undefined, invalid)


def of_the_best(block: Batch, labels: Labels, several: Sequence[int], ties: str) -> list[Entries]:
    """Predict the k known labels of highest score, for several k, from one sort.

    A sample of which fewer labels are known predicts them all.
    """
    ns, scores = block.ns, as_number(block, block.scores)
    key = block.backend.sort_key(scores)
    undefined, invalid = _faults(labels, isnan(block, scores))
    usable = _usable(labels, undefined)
    spoiled = undefined if invalid is None else undefined | invalid
    usable = usable & ~ns.any(spoiled, axis=-1, keepdims=True)
    if labels.known is not None:
        key = ns.where(labels.known, key, lowest(block, key))
    rising = ns.sort(key, axis=-1)
    found = []
    for k in several:
        least, room = _least(block, labels, rising, k)
        above, at = key > least, key == least
        if labels.known is not None:
            above, at = above & labels.known, at & labels.known
        tied, ahead = block.backend.count_true(at, above)
        tied, left = tied[..., None], (room - ahead)[..., None]
        nth = ns.cumulative_sum(ns.astype(at, tied.dtype), axis=-1)
        taken = at & (nth <= left if ties == "first" else nth > tied - left)
        unsure = at & (tied > left)
        found.append(Entries(above, at, taken, unsure, usable, undefined, invalid))
    return found


def _least(block: Batch, labels: Labels, rising: Array, k: int) -> tuple[Array, Array | int]:
    """Return the least key among the k best of each sample, and how many these are."""
    ns = block.ns
    if labels.known is None:
        return rising[..., block.classes - k : block.classes - k + 1], k
    known = block.backend.count_true(labels.known)[0]
    none = ns.zeros_like(known)
    room = ns.minimum(known, none + k)
    place = block.classes - ns.maximum(room, none + 1)  # one place even where none is known
    place = ns.astype(place, block.numbers.count, copy=False)
    return block.backend.take_last_axis(rising, place[..., None]), room


def _usable(labels: Labels, undefined: Array) -> Array:
    usable = ~undefined if labels.valid is None else ~undefined & labels.valid
    return usable if labels.known is None else usable & labels.known


def _faults(labels: Labels, undefined: Array) -> tuple[Array, Array | None]:
    """Return the NaN scores and the bad labels among what is known."""
    invalid = None if labels.valid is None else ~labels.valid
    if labels.known is None:
        return undefined, invalid
    return undefined & labels.known, None if invalid is None else invalid & labels.known
