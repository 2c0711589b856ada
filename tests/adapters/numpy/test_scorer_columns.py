"""Columns of an estimator's scores that are, or are not, its classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_blobs
from sklearn.ensemble import StackingClassifier
from sklearn.feature_selection import RFE
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import RidgeClassifier
from sklearn.metrics import accuracy_score, top_k_accuracy_score
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_val_score
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC, NuSVC

from accord_numpy import binary_scorer, top_k_scorer

PAIRS = r"pairs of its classes|not a column for each of"


def blobs(classes: int) -> tuple[Any, Any]:
    found: tuple[Any, Any] = make_blobs(
        40 * classes, centers=classes, cluster_std=0.5, random_state=classes
    )
    return found


class Wrapper(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """A user's own estimator, with a model where scikit-learn keeps none."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def fit(self, X: Any, y: Any) -> Wrapper:
        self.inside = clone(self.model).fit(X, y)
        self.classes_ = self.inside.classes_
        return self

    def decision_function(self, X: Any) -> Any:
        return self.inside.decision_function(X)

    def predict(self, X: Any) -> Any:
        return self.inside.predict(X)


PLACES: dict[str, Callable[[Any], Any]] = {
    "alone": lambda model: model,
    "pipeline": lambda model: make_pipeline(StandardScaler(), model),
    "search": lambda model: GridSearchCV(model, {"tol": [1e-3]}, cv=2),
    "random search": lambda model: RandomizedSearchCV(model, {"tol": [1e-3]}, n_iter=1, cv=2),
    "pipeline in search": lambda model: GridSearchCV(
        make_pipeline(StandardScaler(), model), {"standardscaler__with_mean": [True]}, cv=2
    ),
    "frozen": lambda model: model,  # which is frozen after it is fitted
    "stacking": lambda model: StackingClassifier([("nb", GaussianNB())], model, cv=2),
    "own": Wrapper,
    "own in pipeline": lambda model: make_pipeline(StandardScaler(), Wrapper(model)),
}


def fitted(place: str, model: Any, X: Any, y: Any) -> Any:
    model = PLACES[place](model).fit(X, y)
    return FrozenEstimator(model) if place == "frozen" else model


@pytest.mark.parametrize("svc", [SVC, NuSVC])
@pytest.mark.parametrize("classes", [3, 4, 10])
def test_r21_one_vs_one_columns_are_refused(svc: Any, classes: int) -> None:
    X, y = blobs(classes)  # noqa: N806  # scikit-learn's name
    model = svc(decision_function_shape="ovo").fit(X, y)
    with pytest.raises(ValueError, match=PAIRS):
        top_k_scorer(1)(model, X, y)


@pytest.mark.parametrize("place", PLACES)
def test_r21_one_vs_one_columns_are_refused_wherever_the_model_is(place: str) -> None:
    X, y = blobs(3)  # noqa: N806  # scikit-learn's name
    model = fitted(place, SVC(decision_function_shape="ovo"), X, y)
    with pytest.raises(ValueError, match=PAIRS):
        top_k_scorer(1)(model, X, y)


@pytest.mark.parametrize("place", PLACES)
def test_scores_by_class_are_taken_wherever_the_model_is(place: str) -> None:
    X, y = blobs(3)  # noqa: N806  # scikit-learn's name
    model = fitted(place, SVC(decision_function_shape="ovr"), X, y)
    assert top_k_scorer(1)(model, X, y) == 1.0 == model.score(X, y)


def test_r23_the_remedy_for_one_vs_one_columns_works() -> None:
    X, y = blobs(3)  # noqa: N806  # scikit-learn's name
    model = SVC(decision_function_shape="ovo").fit(X, y)
    predicted = model.predict(X).tolist()
    with pytest.raises(ValueError, match="pass decision_function_shape='ovr'"):
        top_k_scorer(1)(model, X, y)
    model.set_params(decision_function_shape="ovr")
    assert model.predict(X).tolist() == predicted
    assert top_k_scorer(1)(model, X, y) == 1.0


def test_a_search_over_the_shape_asks_the_model_it_chose() -> None:
    X, y = blobs(3)  # noqa: N806  # scikit-learn's name
    shapes = {"decision_function_shape": ["ovo", "ovr"]}
    for best in (0, 1):
        search = GridSearchCV(SVC(), shapes, refit=lambda _, best=best: best, cv=2).fit(X, y)
        if best:
            assert top_k_scorer(1)(search, X, y) == 1.0
        else:
            with pytest.raises(ValueError, match=PAIRS):
                top_k_scorer(1)(search, X, y)


def test_a_selector_of_features_by_pairs_is_not_the_model() -> None:
    X, y = blobs(3)  # noqa: N806  # scikit-learn's name
    chosen = RFE(SVC(kernel="linear", decision_function_shape="ovo"), n_features_to_select=2)
    model = make_pipeline(chosen, RidgeClassifier()).fit(X, y)
    assert top_k_scorer(1)(model, X, y) == pytest.approx(model.score(X, y))
    with pytest.raises(ValueError, match=PAIRS):
        top_k_scorer(1)(chosen.fit(X, y), X, y)


@pytest.mark.parametrize("classes", [2, 3, 4, 10])
@pytest.mark.parametrize(
    "model",
    [
        OneVsOneClassifier(LinearSVC()),
        OneVsOneClassifier(SVC(decision_function_shape="ovo")),
        OneVsRestClassifier(SVC(decision_function_shape="ovo")),
        CalibratedClassifierCV(SVC(decision_function_shape="ovo"), cv=2),
    ],
    ids=["one-vs-one", "one-vs-one of SVC", "one-vs-rest", "calibrated"],
)
def test_meta_estimators_with_a_column_for_each_class_score_as_they_predict(
    model: Any, classes: int
) -> None:
    X, y = blobs(classes)  # noqa: N806  # scikit-learn's name
    model = clone(model).fit(X, y)
    assert top_k_scorer(1)(model, X, y) == pytest.approx(accuracy_score(y, model.predict(X)))


@pytest.mark.filterwarnings("ignore:.*probability:FutureWarning")  # from scikit-learn 1.9 on
@pytest.mark.parametrize("classes", [3, 4])
def test_probabilities_are_taken_before_one_vs_one_columns(classes: int) -> None:
    X, y = blobs(classes)  # noqa: N806  # scikit-learn's name
    model = SVC(decision_function_shape="ovo", probability=True, random_state=0).fit(X, y)
    expected = accuracy_score(y, model.predict_proba(X).argmax(axis=1))
    assert top_k_scorer(1)(model, X, y) == pytest.approx(expected)


@pytest.mark.parametrize("classes", [3, 4, 10])
def test_k_best_of_one_vs_one_are_scikit_learns(classes: int) -> None:
    X, y = make_blobs(300, centers=classes, cluster_std=3, random_state=0)  # noqa: N806  # its name
    model = OneVsOneClassifier(LinearSVC()).fit(X, y)
    expected = top_k_accuracy_score(y, model.decision_function(X), k=2)
    assert top_k_scorer(2)(model, X, y) == pytest.approx(expected)


def test_r5_equal_scores_of_an_own_estimator_are_no_sign_of_pairs() -> None:
    class Tied(Wrapper):
        def decision_function(self, X: Any) -> Any:
            return np.zeros((len(X), 3))

        def predict(self, X: Any) -> Any:
            return np.full(len(X), 2)  # as the votes of three pairs that are all at 0

    X, y = blobs(3)  # noqa: N806  # scikit-learn's name
    assert top_k_scorer(1)(Tied(GaussianNB()).fit(X, y), X, y) == pytest.approx(1 / 3)


def test_other_counts_of_columns_are_refused() -> None:
    class Few(Wrapper):
        def decision_function(self, X: Any) -> Any:
            return np.zeros((len(X), 2))

    X, y = blobs(3)  # noqa: N806  # scikit-learn's name
    with pytest.raises(
        ValueError, match=r"\(120, 2\), not a column for each of its 3 classes; return"
    ):
        top_k_scorer(1)(Few(GaussianNB()).fit(X, y), X, y)


@pytest.mark.parametrize("scorer", [top_k_scorer(1), binary_scorer()], ids=["top-k", "binary"])
def test_probabilities_of_one_class_alone_are_refused(scorer: Any) -> None:
    class OneColumn(GaussianNB):  # type: ignore[misc]  # scikit-learn is untyped
        def predict_proba(self, X: Any) -> Any:
            return super().predict_proba(X)[:, 1]

    X, y = blobs(2)  # noqa: N806  # scikit-learn's name
    with pytest.raises(ValueError, match=r"predict_proba of OneColumn returns the shape \(80,\)"):
        scorer(OneColumn().fit(X, y), X, y)


@pytest.mark.parametrize("scorer", [top_k_scorer(1), binary_scorer()], ids=["top-k", "binary"])
def test_a_border_elsewhere_than_at_0_is_refused_with_a_remedy_that_works(scorer: Any) -> None:
    X, y = blobs(2)  # noqa: N806  # scikit-learn's name
    with pytest.raises(ValueError, match="use GaussianNB without OneVsOneClassifier"):
        scorer(OneVsOneClassifier(GaussianNB()).fit(X, y), X, y)
    model = GaussianNB().fit(X, y)
    assert scorer(model, X, y) == model.score(X, y)


def test_in_cross_validation_pairs_are_an_error_that_is_seen() -> None:
    X, y = blobs(3)  # noqa: N806  # scikit-learn's name
    with pytest.raises(ValueError, match=PAIRS):
        cross_val_score(
            SVC(decision_function_shape="ovo"), X, y, scoring=top_k_scorer(1), error_score="raise"
        )
