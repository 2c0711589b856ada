"""Scorers for scikit-learn: ``scoring=top_k_scorer(5)`` in ``cross_validate`` or a search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from accord import Binary, Tally, TopK, checks
from accord.tally import per_class
from accord.thresholds import AtThreshold
from accord.ties import Ties

Floats = npt.NDArray[np.floating[Any]]
ScalarAverage = Literal["micro", "macro", "weighted"]


@dataclass(frozen=True)
class TopKScorer:
    """Scores a fitted classifier; made by `top_k_scorer`."""

    measure: TopK
    average: ScalarAverage

    def __call__(self, estimator: Any, X: Any, y: Any, sample_weight: Any = None) -> float:  # noqa: N803  # scikit-learn's name
        """Return the accuracy of the estimator's class scores on ``X``."""
        y = np.asarray(y)
        weight = None if sample_weight is None else np.asarray(sample_weight)
        label, known = _columns(estimator.classes_, y)
        tally = self.measure.tally(
            label,
            _class_scores(estimator, X),
            mask=known,
            sample_weight=weight,
            per_class=per_class(self.average),
        )
        if not known.all():
            tally = _with_misses(tally, y[~known], None if weight is None else weight[~known])
        return float(tally.accuracy(self.average))


@dataclass(frozen=True)
class BinaryScorer:
    """Scores a fitted binary classifier at a threshold; made by `binary_scorer`."""

    measure: Binary
    average: ScalarAverage

    def __call__(self, estimator: Any, X: Any, y: Any, sample_weight: Any = None) -> float:  # noqa: N803  # scikit-learn's name
        """Return the accuracy of thresholding the probability of ``classes_[1]``."""
        if len(estimator.classes_) != 2:  # noqa: PLR2004  # that is what binary means
            raise ValueError(
                f"the estimator has {len(estimator.classes_)} classes; binary_scorer needs two,"
                " use top_k_scorer"
            )
        positive = estimator.predict_proba(X)[:, 1]
        truth, _ = _columns(estimator.classes_, np.asarray(y))
        score = self.measure.accuracy(
            truth, positive, average=self.average, sample_weight=sample_weight
        )
        return float(score)


def top_k_scorer(
    k: int = 5, *, ties: Ties = "first", average: ScalarAverage = "micro"
) -> TopKScorer:
    """Make a scikit-learn scorer of top-k accuracy.

    Labels are matched to columns by the estimator's ``classes_``, whatever their type. A label the
    estimator was not fitted on (a class that a fold left out) can't be hit, and is a miss.

    Parameters
    ----------
    k : int
        How many classes may count.
    ties : {"first", "last", "optimistic", "pessimistic", "expected"}
        Who wins among equal scores (R5).
    average : {"micro", "macro", "weighted"}
        Over samples or over classes (R15).

    Returns
    -------
    callable ``(estimator, X, y, sample_weight=None) -> float``
        For ``scoring=`` anywhere in scikit-learn.

    Raises
    ------
    ValueError
        If an option is unknown; when called, if k exceeds the estimator's classes.

    Examples
    --------
    >>> from accord_numpy import top_k_scorer
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import cross_val_score
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> tree = DecisionTreeClassifier(max_depth=1, random_state=0)
    >>> cross_val_score(tree, *load_iris(return_X_y=True), scoring=top_k_scorer(2)).round(2)
    array([1., 1., 1., 1., 1.])
    """
    checks.one_of("average", average, ("micro", "macro", "weighted"))
    return TopKScorer(TopK(checks.whole("k", k), ties=ties), average)


def binary_scorer(
    threshold: float = 0.5,
    *,
    at_threshold: AtThreshold = "negative",
    average: ScalarAverage = "micro",
) -> BinaryScorer:
    """Make a scikit-learn scorer of binary accuracy at a threshold.

    Parameters
    ----------
    threshold : float
        The probability of ``classes_[1]`` above which it is predicted.
    at_threshold : {"negative", "positive"}
        What a probability equal to the threshold predicts (R10).
    average : {"micro", "macro", "weighted"}
        Over samples or over the two classes (R15).

    Returns
    -------
    callable ``(estimator, X, y, sample_weight=None) -> float``
        For ``scoring=`` anywhere in scikit-learn.

    Raises
    ------
    ValueError
        If an option is unknown; when called, if the estimator has not two classes.

    Examples
    --------
    >>> from accord_numpy import binary_scorer
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.naive_bayes import GaussianNB
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> round(binary_scorer(0.5)(GaussianNB().fit(X, y), X, y), 3)
    0.942
    """
    checks.one_of("average", average, ("micro", "macro", "weighted"))
    return BinaryScorer(Binary(threshold, at_threshold=at_threshold), average)


def _class_scores(estimator: Any, X: Any) -> Floats:  # noqa: N803  # scikit-learn's name
    if hasattr(estimator, "predict_proba"):
        return np.asarray(estimator.predict_proba(X))
    scores = np.asarray(estimator.decision_function(X))
    return scores if scores.ndim > 1 else np.stack([-scores, scores], axis=-1)


def _columns(classes: Any, y: Any) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Return the column of each label, and which labels have one."""
    order = np.argsort(classes)
    place = np.minimum(np.searchsorted(classes, y, sorter=order), len(classes) - 1)
    column = order[place]
    return column, np.asarray(classes)[column] == y


def _with_misses(tally: Tally, unseen: Any, weight: Any) -> Tally:
    """Add samples that can't be hit, each of the class of its own label."""
    _, label = np.unique(unseen, return_inverse=True)
    extra = np.bincount(label, weights=weight).astype(tally.total.dtype)
    if tally.total.ndim == 0:
        return tally._replace(total=tally.total + extra.sum())
    none = np.zeros(len(extra), tally.correct.dtype)
    return tally._replace(
        correct=np.append(tally.correct, none), total=np.append(tally.total, extra)
    )
