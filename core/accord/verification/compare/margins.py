"""How close each sample is to a flip: what tells rounding from a real change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from accord.measures.base import Measure
from accord.verification.ranks import best_first, k_best
from accord.verification.thresholds import border_of, predicted

HostArray = npt.NDArray[Any]


class Reach(NamedTuple):
    """How far rounding may move a score: in units of the sample's largest, if ``relative``."""

    tolerance: float
    relative: bool


@dataclass(frozen=True)
class Pair:
    """Both scores of samples with one set of labels, (N, C) or, of a binary measure, (N,).

    ``truth`` has a class for each sample where a measure ranks classes.
    """

    truth: HostArray
    a: HostArray
    b: HostArray

    def at(self, samples: HostArray) -> Pair:
        """Return some of the samples."""
        return Pair(self.truth[samples], self.a[samples], self.b[samples])


def near_ties(
    sides: tuple[Measure, Measure], pair: Pair, k: int, reach: Reach, typical: float
) -> tuple[HostArray, HostArray]:
    """Return which flips rounding may have made, and the widest margin of each.

    Parameters
    ----------
    sides : tuple of Measure
        What was counted for A and for B; a threshold is in the dtype of their scores.
    pair : Pair
        Samples on which A and B differ.
    k : int
        The k at which they do; ignored for a measure without one.
    reach : Reach
        How far rounding may move a score.
    typical : float
        The usual size of a score, for binary scores, whose samples have a single one.

    Returns
    -------
    near : array of bool, shape (N,)
    widest : array of float, shape (N,)
        Infinite where a score is NaN.
    """
    measure, _ = sides
    if measure.label_kind == "binary":
        a, b = pair.a[:, None], pair.b[:, None]
        moved, margin_a, margin_b = _at_threshold(sides, a, b)
    elif measure.label_kind == "set":
        a, b = pair.a, pair.b
        apart = _at_threshold if measure.k is None else _among_best(k, measure.ties)
        moved, margin_a, margin_b = apart(sides, a, b)
    else:
        a, b = pair.a, pair.b
        margin_a = margin(pair.truth, a, k)[:, None]
        margin_b = margin(pair.truth, b, k)[:, None]
        moved = np.ones(margin_a.shape, bool)
    wide = np.nan_to_num(np.maximum(margin_a, margin_b), nan=np.inf)
    widest = np.where(moved, wide, 0).max(axis=1, initial=0)
    unit: Any = 1.0
    if reach.relative:
        least = typical if measure.label_kind == "binary" else 0.0
        unit = np.maximum(np.maximum(_size(a), _size(b)), least)
    return widest <= 2 * reach.tolerance * unit, widest


def margin(truth: HostArray, scores: HostArray, k: int) -> HostArray:
    """Return how far the own score is from the rival that it must beat, or be beaten by, at k."""
    if k >= scores.shape[1] or not len(truth):
        return np.full(len(truth), np.inf)
    values = scores.astype(np.float64)
    own = np.take_along_axis(values, truth[:, None].astype(np.int64), axis=1)[:, 0]
    np.put_along_axis(values, truth[:, None].astype(np.int64), -np.inf, axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(own - np.sort(values, axis=1)[:, -k]))


def typical_size(*scores: HostArray) -> float:
    """Return the median magnitude of finite scores; 0 where there are none."""
    sizes = [np.abs(each.astype(np.float64)) for each in scores]
    finite = np.concatenate([each[np.isfinite(each)] for each in sizes])
    return float(np.median(finite)) if finite.size else 0.0


_Moved = tuple[HostArray, HostArray, HostArray]


def _at_threshold(sides: tuple[Any, Any], a: HostArray, b: HostArray) -> _Moved:
    """Return which labels A and B predict differently, and how far each score is off the border."""
    (side_a, off_a), (side_b, off_b) = map(_from_threshold, sides, (a, b))
    return side_a != side_b, off_a, off_b


def _from_threshold(measure: Measure, scores: HostArray) -> tuple[HostArray, HostArray]:
    """Return 1 where a score predicts its label, 0 where not, -1 for NaN; and how far off it is."""
    wide = scores.astype(np.float64)
    with np.errstate(invalid="ignore"):
        off = np.abs(wide - float(border_of(measure, scores)))
    return np.where(np.isnan(wide), -1, predicted(measure, scores)), off


def _among_best(k: int, ties: str) -> Callable[[Any, HostArray, HostArray], _Moved]:
    """Return what finds the labels that are among the k best in one of both alone."""

    def apart(_: Any, a: HostArray, b: HostArray) -> _Moved:
        (best_a, off_a), (best_b, off_b) = (_best(scores, k, ties) for scores in (a, b))
        return (best_a != best_b) | (np.isnan(off_a) != np.isnan(off_b)), off_a, off_b

    return apart


def _best(scores: HostArray, k: int, ties: str) -> tuple[HostArray, HostArray]:
    """Return which labels are among the k best, and how far each is from the other side."""
    values = scores.astype(np.float64)
    order = best_first(values, ties)
    best, ranked = k_best(order, k), np.take_along_axis(values, order, axis=1)
    off = np.full(values.shape, np.inf)
    if k < values.shape[1]:
        with np.errstate(invalid="ignore"):
            off = np.where(best, values - ranked[:, k : k + 1], ranked[:, k - 1 : k] - values)
    off[np.isnan(values).any(axis=1)] = np.nan  # such a sample has no k best (R11)
    return best, off


def _size(scores: HostArray) -> HostArray:
    finite = np.where(np.isfinite(scores), np.abs(scores.astype(np.float64)), 0)
    return np.asarray(finite.max(axis=1, initial=0))
