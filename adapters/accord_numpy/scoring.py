"""The scorers behind `accord_numpy.scorers`: subclasses of scikit-learn's scorer class.

Importing this imports scikit-learn.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import NotFittedError
from sklearn.metrics._scorer import _BaseScorer

from accord import Binary, Multilabel, Tally, TopK
from accord_numpy import fitted

ScalarAverage = Literal["micro", "macro", "weighted", "adjusted"]
Response = Literal["auto", "predict_proba", "decision_function"]

# The methods that give scores, the preferred one first, with the border between predictions.
BORDERS = {"predict_proba": 0.5, "decision_function": 0.0}


class Scorer(_BaseScorer):  # type: ignore[misc]  # scikit-learn is untyped
    """A scorer that scikit-learn treats as one of its own.

    scikit-learn then routes ``sample_weight``, and the scorers of one call share predictions.

    Parameters
    ----------
    **options
        The options of the scorer, for its ``repr``.
    """

    _maker: ClassVar[str]

    def __init__(self, **options: Any) -> None:
        super().__init__(_needs_scores, 1, {}, tuple(BORDERS))
        self._options = options

    def __call__(self, estimator: Any, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the accuracy of the estimator's scores on ``X``."""
        share: float = self._score(_ask, estimator, X, y, sample_weight=sample_weight)
        return share

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in self._options.items())
        return f"{self._maker}({options})"


class TopKScorer(Scorer):
    """Scores a fitted classifier; made by `top_k_scorer`."""

    _maker = "top_k_scorer"

    def __init__(self, measure: TopK, average: ScalarAverage) -> None:
        super().__init__(k=measure.k, ties=measure.ties, average=average)
        self._measure, self._average = measure, average

    def _score(
        self,
        method_caller: Any,
        estimator: Any,
        X: Any,
        y_true: Any,
        sample_weight: Any = None,
    ) -> float:
        classes = _classes(estimator)
        truth = fitted.columns(estimator, classes, y_true)
        method = _method(estimator)
        # With two classes, scikit-learn's caller returns one column; with classes of mixed types,
        # or an estimator that has no tags, it fails.
        alike = len(classes) > 2 and len({type(label) for label in classes}) == 1
        ask = method_caller if alike and hasattr(estimator, "__sklearn_tags__") else _ask
        scores = fitted.class_scores(estimator, method, ask(estimator, method, X), classes)
        if method == "decision_function":
            fitted.refuse_other_margins(estimator, X, scores, classes)
        return _share(self._measure, self._average, truth, truth.column, scores, sample_weight)


class BinaryScorer(Scorer):
    """Scores a fitted binary classifier at a threshold; made by `binary_scorer`."""

    _maker = "binary_scorer"

    def __init__(
        self,
        threshold: float | None,
        average: ScalarAverage,
        pos_label: Any,
        response_method: Response,
        **options: Any,
    ) -> None:
        super().__init__(
            threshold=threshold,
            **options,
            average=average,
            pos_label=pos_label,
            response_method=response_method,
        )
        self._measures: dict[str, Binary] = {
            method: Binary(bound, **options)
            for method, bound in _bounds(threshold, response_method).items()
        }
        self._average, self._positive = average, pos_label

    def _score(
        self,
        method_caller: Any,
        estimator: Any,
        X: Any,
        y_true: Any,
        sample_weight: Any = None,
    ) -> float:
        classes = _classes(estimator)
        if len(classes) != 2:
            raise ValueError(
                f"the estimator has {len(classes)} classes; binary_scorer needs two,"
                " use top_k_scorer"
            )
        positive = _place(self._positive, classes)
        truth = fitted.columns(estimator, classes, y_true)
        method = _method(estimator, self._measures)
        scores = fitted.class_scores(estimator, method, _ask(estimator, method, X), classes)
        if method == "decision_function":
            fitted.refuse_other_margins(estimator, X, scores, classes)
        measure, label = self._measures[method], truth.column == positive
        return _share(measure, self._average, truth, label, scores[:, positive], sample_weight)


class MultilabelScorer(Scorer):
    """Scores a classifier fitted on several labels per sample; made by `multilabel_scorer`."""

    _maker = "multilabel_scorer"

    def __init__(
        self, threshold: float | None, response_method: Response, k: int | None, **options: Any
    ) -> None:
        super().__init__(**options, threshold=threshold, k=k, response_method=response_method)
        bounds = _bounds(threshold, response_method)
        if k is not None and threshold is None:
            bounds = dict.fromkeys(bounds, 0.5)  # the default, so that k is allowed
        self._measures: dict[str, Multilabel] = {
            method: Multilabel(threshold=bound, k=k, **options) for method, bound in bounds.items()
        }

    def _score(
        self,
        method_caller: Any,
        estimator: Any,
        X: Any,
        y_true: Any,
        sample_weight: Any = None,
    ) -> float:
        method = _method(estimator, self._measures)
        scores = fitted.label_scores(estimator, method, _ask(estimator, method, X))
        truth = y_true.toarray() if hasattr(y_true, "toarray") else np.asarray(y_true)
        weight = _weight(sample_weight)
        return float(self._measures[method].accuracy(truth, scores, sample_weight=weight))


def _needs_scores(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Take the place of the function of predicted labels in scikit-learn's scorers.

    Raises
    ------
    TypeError
        If it is called, as TunedThresholdClassifierCV does.
    """
    raise TypeError(
        "accord's scorers read an estimator's scores, not its predicted labels; pass a scorer of"
        " predicted labels here, for instance scoring='accuracy'"
    )


def _ask(estimator: Any, method: str, X: Any) -> Any:
    return getattr(estimator, method)(X)


def _classes(estimator: Any) -> list[Any]:
    if not hasattr(estimator, "classes_"):
        raise NotFittedError(
            f"{type(estimator).__name__} has no classes_; pass a classifier that is fitted"
        )
    return fitted.classes_of(estimator)


def _method(estimator: Any, allowed: Any = BORDERS) -> str:
    """Return the name of the first of some methods that an estimator has."""
    found = [method for method in BORDERS if hasattr(estimator, method)]
    for method in found:
        if method in allowed:
            return method
    name, needed = type(estimator).__name__, " or ".join(allowed)
    if not found:
        raise AttributeError(f"{name} has no {needed}; pass a classifier that gives scores")
    raise AttributeError(
        f"{name} has no {needed}, but the threshold applies to its scores; to compare it with"
        f" {found[0]}, pass response_method={found[0]!r}"
    )


def _bounds(threshold: float | None, response_method: Response) -> dict[str, float]:
    """Return the methods that may be called, with the threshold for the scores of each."""
    if threshold is None:
        bounds = BORDERS if response_method == "auto" else [response_method]
        return {method: BORDERS[method] for method in bounds}
    return {"predict_proba" if response_method == "auto" else response_method: threshold}


def _place(label: Any, classes: list[Any]) -> int:
    if label is None:
        return 1
    if label not in classes:
        raise ValueError(
            f"pos_label={label!r} is not a class of the estimator; pass one of {classes}"
        )
    return classes.index(label)


def _weight(sample_weight: Any) -> Any:
    """Return weights as an array, also from pandas; types that accord refuses are unchanged."""
    return None if sample_weight is None else np.asanyarray(sample_weight)


def _share(
    measure: TopK | Binary,
    average: ScalarAverage,
    truth: fitted.Truth,
    label: npt.NDArray[Any],
    scores: fitted.Floats,
    sample_weight: Any,
) -> float:
    """Return the accuracy; labels that the estimator was not fitted on count as misses."""
    weight = _weight(sample_weight)
    mask = truth.known if len(truth.unseen) else None
    by_class = measure.needs_classes(average)
    tally = measure.tally(label, scores, mask=mask, sample_weight=weight, per_class=by_class)
    if mask is not None:
        tally = _with_misses(tally, truth, weight)
    return float(measure.figures(tally, average))


def _with_misses(tally: Tally, truth: fitted.Truth, weight: npt.NDArray[Any] | None) -> Tally:
    """Add the samples with unseen labels as misses, each label as a class."""
    if weight is not None:  # the mask hid these weights from the check
        Binary().tally(truth.known, truth.known, sample_weight=weight)
        weight = weight[~truth.known]
    extra = np.bincount(truth.unseen, weights=weight).astype(tally.total.dtype)
    if tally.total.ndim == 0:
        return tally._replace(total=tally.total + extra.sum())
    none = np.zeros(len(extra), tally.correct.dtype)
    return tally._replace(
        correct=np.append(tally.correct, none), total=np.append(tally.total, extra)
    )
