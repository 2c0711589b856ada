"""Accuracy for labels 0 and 1: one for each score, or a row of them for each sample."""

from __future__ import annotations

from typing import Any

from accord.backends.base import Array
from accord.counts.averages import Average
from accord.credit.thresholds import AtThreshold
from accord.credit.ties import Ties
from accord.measures import Binary, Multilabel
from accord.measures.multilabel import Criteria
from accord.shared_docs import documented


@documented
def binary_accuracy(
    y_true: Any,
    y_score: Array,
    *,
    threshold: float = 0.5,
    at_threshold: AtThreshold = "negative",
    from_logits: bool = False,
    average: Average = "micro",
    sample_weight: Any = None,
    mask: Any = None,
    groups: Any = None,
    n_groups: int | None = None,
    ignore_index: int | None = None,
) -> Array:
    """Share of scores on the side of the threshold that their label asks for (R10).

    Parameters
    ----------
    y_true : array of bool, int or float, shape (...)
        Labels 0 and 1.
    y_score : array of real, shape (...)
        A score for each label; above the threshold it predicts 1. NaN is always a miss.
    {threshold}
    {average}
    {samples}
    {groups}
    {ignore_index}

    {result}

    Examples
    --------
    >>> import accord, numpy as np
    >>> accord.binary_accuracy([1, 0, 1, 0], np.array([0.9, 0.5, 0.5, 0.1]))
    np.float64(0.75)
    """
    return Binary(
        threshold,
        at_threshold=at_threshold,
        from_logits=from_logits,
        ignore_index=ignore_index,
    ).accuracy(
        y_true,
        y_score,
        average=average,
        sample_weight=sample_weight,
        mask=mask,
        groups=groups,
        n_groups=n_groups,
    )


@documented
def multilabel_accuracy(
    y_true: Any,
    y_score: Array,
    *,
    criteria: Criteria = "exact_match",
    threshold: float = 0.5,
    at_threshold: AtThreshold = "negative",
    from_logits: bool = False,
    k: int | tuple[int, ...] | range | None = None,
    ties: Ties = "first",
    axis: int = -1,
    average: Average = "micro",
    sample_weight: Any = None,
    mask: Any = None,
    groups: Any = None,
    n_groups: int | None = None,
    ignore_index: int | None = None,
) -> Array:
    """Share of samples whose predicted set of labels is right (R11).

    Parameters
    ----------
    y_true : array of bool, int or float, shape (..., L)
        1 for each label that is true of the sample, else 0.
    y_score : array of real, shape (..., L)
        A score for each label.
    criteria : {"exact_match", "hamming", "overlap", "contain", "belong", "jaccard", "precision", \
"recall", "f1"}
        Sets are equal; share of labels right; they share a label or both are empty; every true
        label is predicted; every predicted label is true; intersection over union; share of the
        predicted labels that are true; share of the true ones that are predicted; the harmonic
        mean of both. Samples for which one of the last three is 0 / 0 are left out (R27).
    threshold, at_threshold, from_logits
        As in `binary_accuracy`.
    k : int, tuple of int or range, optional
        Predict the k best labels instead, whatever their scores, so not beside options of a
        threshold; several add a leading axis to the result.
    ties : {"first", "last"}
        Which of equal scores are among the k best.
    axis : int
        The label axis of both arrays (R12).
    average : {"micro", "macro", "weighted", "none"} or None
        Over samples; over or by groups where there are any. For ``"hamming"``, ``"macro"`` is the
        mean over labels, ``"weighted"`` weighs each by how many samples it is true of, and
        ``"none"`` is by label; the other criteria judge a whole set, and have no figures by label
        (R11).
    sample_weight : array of real, optional
        A weight of at least 0 for each sample (R14).
    mask : array of bool, optional
        True keeps a sample or, in the shape of y_score, a label of a sample (R13).
    {groups}
    ignore_index : int, optional
        An entry of ``y_true`` that marks an unknown label, not 0 or 1 (R13).

    {result}

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.9, 0.2, 0.7], [0.1, 0.8, 0.6]])
    >>> accord.multilabel_accuracy([[1, 0, 0], [0, 1, 1]], scores)
    np.float64(0.5)
    >>> accord.multilabel_accuracy([[1, 0, 0], [0, 1, 1]], scores, criteria="jaccard")
    np.float64(0.75)
    >>> unknown = [[1, 0, -1], [0, 1, 1]]
    >>> accord.multilabel_accuracy(unknown, scores, ignore_index=-1)
    np.float64(1.0)
    >>> accord.multilabel_accuracy(unknown, scores, criteria="hamming", average="none", ignore_index=-1)
    array([1., 1., 1.])
    """
    return Multilabel(
        criteria,
        threshold=threshold,
        at_threshold=at_threshold,
        from_logits=from_logits,
        k=k,
        ties=ties,
        axis=axis,
        ignore_index=ignore_index,
    ).accuracy(
        y_true,
        y_score,
        average=average,
        sample_weight=sample_weight,
        mask=mask,
        groups=groups,
        n_groups=n_groups,
    )
