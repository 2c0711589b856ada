"""Counts by class of the k best classes, which give precision, recall and F1 (R27)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from accord.backends.base import Array, Backend
from accord.backends.registry import backend_of, load
from accord.counts.averages import Average, per_class, ratio


class PrecisionRecallFigures(NamedTuple):
    """Precision, recall and F1, by class or averaged.

    Attributes
    ----------
    precision, recall, f1 : array
        With a leading axis for a tuple of k, and a last one by class for ``average="none"``.
    support : array
        How many samples have each class, or how many samples there are.
    """

    precision: Array
    recall: Array
    f1: Array
    support: Array

    def over(
        self, share: Callable[[Array], Array], count: Callable[[Array], Array]
    ) -> PrecisionRecallFigures:
        """Return what two functions make of the shares and of the support."""
        precision, recall, f1 = map(share, self[:3])
        return PrecisionRecallFigures(precision, recall, f1, count(self.support))


class PredictedTally(NamedTuple):
    """Counts by class of what is predicted; tallies of parts add up to that of the whole (R17).

    Attributes
    ----------
    correct : array, shape (..., C)
        True positives: the samples of each class that have it among their k best; a leading axis
        for a tuple of k.
    predicted : array, shape (..., C)
        The samples that have each class among their k best.
    total : array of length C
        The samples of each class.
    invalid : array, 0-d
        Samples whose label is outside 0..C-1, where that could not be refused (R22).
    undefined : array, 0-d
        Samples whose own score is NaN (R4): none of their classes is predicted.
    """

    correct: Array
    predicted: Array
    total: Array
    invalid: Array
    undefined: Array

    def __add__(self, other: object) -> PredictedTally:  # counts add, tuples concatenate
        """Return the tally of both parts together (R17)."""
        if not isinstance(other, PredictedTally):
            return NotImplemented
        return PredictedTally(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def __radd__(self, other: object) -> PredictedTally:
        """Let ``sum`` start from 0."""
        return self if other == 0 else NotImplemented

    def figures(self, average: Average = "macro") -> PrecisionRecallFigures:
        """Return precision, recall, F1 and support.

        Parameters
        ----------
        average : {"micro", "macro", "weighted", "none"} or None
            ``"micro"`` divides the sums over classes; ``"macro"`` is the mean over the classes
            whose figure is not 0 / 0; ``"weighted"`` the same, weighted by support; ``"none"`` or
            None by class (R27).

        Returns
        -------
        PrecisionRecallFigures
            NaN where there is nothing to divide by.
        """
        per_class(average)  # refuses unknown ones
        if average == "adjusted":
            raise ValueError(
                "average='adjusted' is a share of hits less what guessing gives, and these are"
                " other figures; pass average='macro', or use accord.balanced_accuracy"
            )
        backend = backend_of(self.total)
        if backend.counts_in_numpy:
            views = [backend.host_view(each) for each in self]
            if not any(view is None for view in views):
                numpy = load("numpy").backend
                found = _figures(PredictedTally(*views), numpy, average)
                ns, dtype = backend.namespace(self.total), backend.numbers(self.total).result
                return found.over(
                    lambda share: ns.astype(backend.from_host(share, like=self.total), dtype),
                    lambda support: backend.from_host(support, like=self.total),
                )
        return _figures(self, backend, average)


def _figures(tally: PredictedTally, backend: Backend, average: Average) -> PrecisionRecallFigures:
    ns, numbers = backend.namespace(tally.total), backend.numbers(tally.total)
    support, stacked = tally.total, tally.invalid.ndim
    correct, predicted, actual, invalid = (
        ns.astype(each, numbers.sum, copy=False) for each in tally[:4]
    )
    if correct.ndim > actual.ndim:  # k comes after the axes of a stack of tallies
        actual = actual[(*(slice(None),) * stacked, None, ...)]
        invalid = invalid[..., None]
    if average == "micro":
        correct, predicted = ns.sum(correct, axis=-1), ns.sum(predicted, axis=-1)
        actual = ns.sum(actual, axis=-1) + invalid
    wholes = (predicted, actual + 0 * predicted, predicted + actual)
    parts = (correct, correct, 2 * correct)
    shares = [ratio(ns, part, whole) for part, whole in zip(parts, wholes, strict=True)]
    if average in ("macro", "weighted"):
        weight = actual + 0 * predicted if average == "weighted" else ns.ones_like(predicted)
        lost = invalid if average == "weighted" else 0 * invalid
        shares = [
            _mean(backend, share, weight, whole, lost)
            for share, whole in zip(shares, wholes, strict=True)
        ]
    if average not in (None, "none"):
        support = ns.sum(support, axis=-1)
    precision, recall, f1 = (ns.astype(share, numbers.result, copy=False) for share in shares)
    return PrecisionRecallFigures(precision, recall, f1, support)


def _mean(backend: Backend, share: Array, weight: Array, whole: Array, lost: Array) -> Array:
    """Return the mean over the classes whose share is not 0 / 0; ``lost`` weight has none."""
    ns = backend.namespace(share)
    some, none = whole > 0, ns.zeros_like(share)
    part = ns.sum(ns.where(some, ns.where(some, share, none) * weight, none), axis=-1)
    return ratio(ns, part, ns.sum(ns.where(some, weight, none), axis=-1) + lost)


def no_figures(lead: tuple[int, ...]) -> PrecisionRecallFigures:
    """Return the figures of no samples, where the number of classes is not known."""
    return PrecisionRecallFigures(*(np.full(lead, np.nan),) * 3, np.int64(0))
