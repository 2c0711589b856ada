"""Multilabel accuracy: the predicted set of labels is right, by one of several criteria (R11, R27)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan
from typing import Any, ClassVar, Literal, get_args

from accord.backends.base import Array
from accord.counts.averages import Average
from accord.counts.by_label import LabelTally
from accord.credit.label_sets import SetCounts, Unit
from accord.inputs import options
from accord.measures.sets import SetMeasure

Criteria = Literal[
    "exact_match",
    "hamming",
    "overlap",
    "contain",
    "belong",
    "jaccard",
    "precision",
    "recall",
    "f1",
]
CRITERIA: tuple[Criteria, ...] = get_args(Criteria)
SHARES: tuple[Criteria, ...] = ("precision", "recall", "f1")
"""The criteria that leave out a sample whose figure is 0 / 0 (R27)."""

_CREDIT: dict[str, Callable[[SetCounts], Array]] = {
    "exact_match": lambda c: c.extra + c.missed == 0,
    "hamming": lambda c: c.labels - c.extra - c.missed,
    "overlap": lambda c: (c.right > 0) | (c.right + c.extra + c.missed == 0),
    "contain": lambda c: c.missed == 0,
    "belong": lambda c: c.extra == 0,
    "jaccard": lambda c: c.share(c.right, c.right + c.extra + c.missed, 1.0),
    "precision": lambda c: c.share(c.right, c.right + c.extra, nan),
    "recall": lambda c: c.share(c.right, c.right + c.missed, nan),
    "f1": lambda c: c.share(2 * c.right, 2 * c.right + c.extra + c.missed, nan),
}


@dataclass(frozen=True)
class Multilabel(SetMeasure):
    """Whether the predicted set of labels is right, by one of several criteria (R11, R27).

    Parameters
    ----------
    criteria : {"exact_match", "hamming", "overlap", "contain", "belong", "jaccard", "precision", \
"recall", "f1"}
        What right means. ``"hamming"`` counts labels, the others samples. A sample whose
        precision, recall or F1 is 0 / 0 is left out of the total (R27).
    threshold, at_threshold, from_logits
        As in `Binary`; labels whose score is above the threshold are predicted.
    k : int, tuple of int or range, optional
        Predict the k best labels of each sample instead of using the threshold; a ValueError
        with options of a threshold.
    ties : {"first", "last"}
        Which of equal scores are among the k best.
    axis : int
        The label axis of ``y_true`` and ``y_score``.
    ignore_index : int, optional
        An entry of ``y_true`` that marks an unknown label, not 0 or 1 (R13).

    Notes
    -----
    A NaN score has no side: under ``"hamming"`` it is one label missed, under every other
    criterion, and with ``k``, its sample is undefined and a miss.

    An unknown label is neither right nor wrong: ``"hamming"`` does not count it, and for the other
    criteria it is in neither set. Besides ``ignore_index``, a mask of the shape of ``y_score`` marks
    unknown labels. A sample with no known label is left out.

    Under ``"hamming"``, counts and averages by class are by label (R11). The other criteria judge
    a whole set, so they have none.

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.9, 0.2, 0.7], [0.1, 0.8, 0.6]])
    >>> int(accord.Multilabel("contain").tally([[1, 0, 0], [1, 1, 0]], scores).correct)
    1
    """

    tallies_by_class: ClassVar[Any] = LabelTally
    criteria: Criteria = "exact_match"

    def __post_init__(self) -> None:
        options.one_of("criteria", self.criteria, CRITERIA)
        super().__post_init__()

    @property
    def title(self) -> str:
        """What pages call the measure."""
        return "multilabel accuracy"

    @property
    def fractional(self) -> bool:
        """Whether the credit of a sample may be a fraction."""
        return self.criteria in ("jaccard", *SHARES)

    @property
    def by_class(self) -> bool:
        """Whether counts can be made by label: for hamming, which judges each on its own."""
        return self.criteria == "hamming"

    def needs_classes(self, average: Average, *, grouped: bool = False) -> bool:
        """Tell whether an average needs counts by label: ``"weighted"`` weighs labels, too."""
        by_label = super().needs_classes(average, grouped=grouped)
        return by_label or (average == "weighted" and self.by_class and not grouped)

    @property
    def unit(self) -> Unit:
        """What a tally counts: labels for hamming, else samples."""
        return "labels" if self.criteria == "hamming" else "samples"

    def credit_of(self, counts: SetCounts) -> Array:
        """Return what each sample is worth by the criterion."""
        return _CREDIT[self.criteria](counts)
