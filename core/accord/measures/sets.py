"""Measures of sets of labels: what they share, and what one of a third party needs."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from accord.backends.base import Array
from accord.counts.tally import Outcome
from accord.credit.label_sets import SetCounts, k_best, outcome, past_threshold
from accord.credit.thresholds import SIDES, AtThreshold, border
from accord.credit.ties import Ties
from accord.inputs import options
from accord.inputs.batch import Batch
from accord.inputs.labels import Labels, binary_labels
from accord.measures.base import LabelKind, Measure


@dataclass(frozen=True)
class SetMeasure(Measure):
    """Credit by the four counts of each sample: right, extra, missed and all labels.

    A subclass is a frozen dataclass that says what the counts are worth. Thresholds, the k best
    labels, tie bounds, NaN, bad labels, weights and every framework follow.

    Parameters
    ----------
    threshold, at_threshold, from_logits
        As in `Binary`; labels whose score is above the threshold are predicted.
    k : int or tuple of int, optional
        Predict the k best labels of each sample instead of using the threshold; a ValueError
        with options of a threshold.
    ties : {"first", "last"}
        Which of equal scores are among the k best.
    axis : int
        The label axis of ``y_true`` and ``y_score``.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from accord.measures import SetMeasure
    >>> @dataclass(frozen=True)
    ... class Recall(SetMeasure):
    ...     def credit_of(self, counts):
    ...         return counts.share(counts.right, counts.right + counts.missed, 1.0)
    >>> float(Recall().accuracy([[1, 1, 0]], np.array([[0.9, 0.2, 0.7]])))
    0.5
    """

    label_kind: ClassVar[LabelKind] = "set"
    _: KW_ONLY
    threshold: float = 0.5
    at_threshold: AtThreshold = "negative"
    from_logits: bool = False
    k: int | tuple[int, ...] | None = None
    ties: Ties = "first"
    axis: int = -1

    def __post_init__(self) -> None:
        options.one_of("at_threshold", self.at_threshold, SIDES)
        options.one_of("ties", self.ties, ("first", "last"))
        border(self.threshold, from_logits=self.from_logits)
        object.__setattr__(self, "axis", options.whole("axis", self.axis))
        if self.k is not None:
            object.__setattr__(self, "k", options.top(self.k))
            if (self.threshold, self.at_threshold, self.from_logits) != (0.5, "negative", False):
                raise ValueError(
                    f"k={self.k!r} predicts the best labels whatever their scores; pass it without"
                    " threshold, at_threshold and from_logits, or leave it out"
                )

    @abstractmethod
    def credit_of(self, counts: SetCounts) -> Array:
        """Return what each sample is worth: an array of bool, of int, or of float."""

    def check(self, classes: int) -> None:
        """Refuse a k that exceeds the number of labels (R6)."""
        if self.k is not None:
            options.top_within(self.k, classes)

    def labels(self, block: Batch) -> Labels:
        """Read the labels of a block, refusing bad ones where values can be read (R22)."""
        return binary_labels(block, None, ignorable=False)

    def outcome(self, block: Batch, labels: Labels) -> Outcome:
        """Say what became of each sample of a block, by the functions of its framework."""
        if self.k is None:
            bound = border(self.threshold, from_logits=self.from_logits)
            matches = [past_threshold(block, labels, bound, self.at_threshold)]
        else:
            several = self.k if isinstance(self.k, tuple) else (self.k,)
            matches = k_best(block, labels, several, self.ties)
        stacked = isinstance(self.k, tuple)
        return outcome(block, labels, matches, self.credit_of, unit=self.unit, stacked=stacked)
