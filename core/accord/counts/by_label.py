"""Counts by label of samples that have a set of them (R11)."""

from __future__ import annotations

from typing import NamedTuple

from accord.backends.base import Array
from accord.counts.averages import Average, averaged
from accord.counts.predicted import PrecisionRecallFigures, PredictedTally


class LabelTally(NamedTuple):
    """Counts by label of samples that have a set of them; tallies of parts add up (R17).

    Every count is of samples, or of their weight where weights were given. A label whose truth is
    unknown in a sample (R13) is not counted in that sample.

    Attributes
    ----------
    correct : array, shape (..., L)
        The samples that have each label right: predicted and true, or neither; a leading axis for
        a tuple of k.
    floor, ceiling : array, shape (..., L)
        The least and the most that any way of breaking ties could give a label (R7).
    right : array, shape (..., L)
        The samples for which each label is predicted and true.
    predicted : array, shape (..., L)
        The samples for which each label is predicted.
    total : array of length L
        The samples in which each label is known.
    positive : array of length L
        The samples of which each label is true.
    invalid : array, 0-d
        Labels other than 0 and 1, where that could not be refused (R22); they are in no total.
    undefined : array, 0-d
        Labels whose score is NaN.

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.9, 0.2, 0.7], [0.1, 0.8, 0.6]])
    >>> tally = accord.Multilabel("hamming").tally([[1, 0, 0], [1, 1, 1]], scores, per_class=True)
    >>> tally.correct, tally.total, tally.positive
    (array([1, 2, 1]), array([2, 2, 2]), array([2, 1, 1]))
    >>> tally.accuracy("none"), tally.figures("none").recall
    (array([0.5, 1. , 0.5]), array([0.5, 1. , 1. ]))
    """

    correct: Array
    floor: Array
    ceiling: Array
    right: Array
    predicted: Array
    total: Array
    positive: Array
    invalid: Array
    undefined: Array

    def __add__(self, other: object) -> LabelTally:  # counts add, tuples concatenate
        """Return the tally of both parts together (R17)."""
        if not isinstance(other, LabelTally):
            return NotImplemented
        return LabelTally(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def __radd__(self, other: object) -> LabelTally:
        """Let ``sum`` start from 0."""
        return self if other == 0 else NotImplemented

    def accuracy(self, average: Average = "micro") -> Array:
        """Return the share of labels that are right.

        Parameters
        ----------
        average : {"micro", "macro", "weighted", "none"} or None
            ``"micro"`` over all known labels of all samples; ``"macro"`` the mean over the labels
            that are known in a sample; ``"weighted"`` the same, weighted by how many samples each
            is true of; ``"none"`` or None by label (R11).

        Returns
        -------
        array in [0, 1]
            In the framework's default float type; NaN where there is nothing to count (R16).

        Raises
        ------
        ValueError
            If the average is unknown.
        """
        return self._averaged(self.correct, average)

    def bounds(self, average: Average = "micro") -> tuple[Array, Array]:
        """Return the accuracy if every tie were lost, and if every tie were won (R7).

        The bounds of a label are its own. For the k best labels, an average is within its bounds,
        but may not reach them, because the labels of a sample can't all win their ties at once.
        """
        return self._averaged(self.floor, average), self._averaged(self.ceiling, average)

    def figures(self, average: Average = "macro") -> PrecisionRecallFigures:
        """Return precision, recall, F1 and support by label, or their average over labels.

        Parameters
        ----------
        average : {"micro", "macro", "weighted", "none"} or None
            As `PredictedTally.figures` takes it, with labels for classes (R27).
        """
        counts = self.right, self.predicted, self.positive, self.invalid, self.undefined
        return PredictedTally(*counts).figures(average)

    def _averaged(self, credit: Array, average: Average) -> Array:
        if average == "adjusted":
            raise ValueError(
                "average='adjusted' compares with guessing one class of several, and a label is"
                " true or not on its own; pass average='macro'"
            )
        return averaged(credit, self.total, self.invalid, average, support=self.positive)
