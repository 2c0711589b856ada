"""Figures of the k best classes as a predicted set: precision, recall, F1 (R27)."""

from __future__ import annotations

from typing import Any, Literal

from accord.backends.base import Array
from accord.counts.averages import Average
from accord.counts.predicted import PrecisionRecallFigures
from accord.measures import PrecisionRecall
from accord.shared_docs import documented


@documented
def precision_recall(
    y_true: Any,
    y_score: Array,
    k: int | tuple[int, ...] | range = 1,
    *,
    ties: Literal["first", "last"] = "first",
    axis: int = -1,
    average: Average = "macro",
    sample_weight: Any = None,
    mask: Any = None,
    candidates: Any = None,
    ignore_index: int | None = None,
) -> PrecisionRecallFigures:
    """Precision, recall and F1, where the k best classes of each sample are predicted (R27).

    Parameters
    ----------
    {classes}
    {scores}
    k : int, tuple of int or range
        How many classes each sample predicts, 1 to C. Several add a leading axis (R6).
    ties : {"first", "last"}
        Which of equal scores are among the k best; the other rules define no set.
    {axis}
    average : {"micro", "macro", "weighted", "none"} or None
        ``"macro"`` is the mean over the classes whose figure is not 0 / 0, ``"weighted"`` the
        same, weighted by support; ``"micro"`` divides the sums; ``"none"`` is by class.
    {samples}
    {candidates}
    {ignore_index}

    Returns
    -------
    PrecisionRecallFigures
        ``precision``, ``recall``, ``f1`` and ``support``: arrays of y_score's framework. A figure
        that is 0 / 0 is NaN.

    Raises
    ------
    ValueError
        If shapes differ, an option is unknown, k is not within 1 to C, or a bad label or weight
        can be read (R22).
    TypeError
        If a dtype does not fit, or arrays are of two frameworks (R21).

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.6, 0.3, 0.1], [0.5, 0.4, 0.1], [0.1, 0.2, 0.7]])
    >>> found = accord.precision_recall([0, 1, 2], scores, average=None)
    >>> found.precision, found.recall
    (array([0.5, nan, 1. ]), array([1., 0., 1.]))
    >>> float(accord.precision_recall([0, 1, 2], scores, k=2, average="micro").recall)
    1.0
    """
    return PrecisionRecall(k, ties=ties, axis=axis, ignore_index=ignore_index).accuracy(
        y_true,
        y_score,
        average=average,
        sample_weight=sample_weight,
        mask=mask,
        candidates=candidates,
    )
