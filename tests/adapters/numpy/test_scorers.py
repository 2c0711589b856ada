"""Scorers in scikit-learn's own model selection."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import accuracy_score, balanced_accuracy_score, top_k_accuracy_score
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.naive_bayes import GaussianNB

from accord_numpy import binary_scorer, top_k_scorer

X, Y = load_digits(return_X_y=True)
NAMES = np.array([f"digit {y}" for y in range(10)])[Y]


class Fixed(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """A classifier whose probabilities are its features."""

    def fit(self, X: Any, y: Any) -> Fixed:
        self.classes_ = np.array(["a", "b", "c"])
        return self

    def predict_proba(self, X: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return X


def test_r5_ties_to_the_last_are_scikit_learns_own_in_cross_validation() -> None:
    forest = RandomForestClassifier(n_estimators=5, random_state=0)

    def sklearns(estimator: Any, X: Any, y: Any) -> float:
        scores = estimator.predict_proba(X)
        return float(top_k_accuracy_score(y, scores, k=2, labels=estimator.classes_))

    scoring = {
        "accord": top_k_scorer(2, ties="last"),
        "sklearn": sklearns,
        "first": top_k_scorer(2),
    }
    found = cross_validate(forest, X, NAMES, scoring=scoring, cv=3)
    assert found["test_accord"].tolist() == found["test_sklearn"].tolist()
    assert found["test_first"].tolist() != found["test_sklearn"].tolist()


def test_r15_macro_at_one_is_balanced_accuracy() -> None:
    model = GaussianNB().fit(X[:900], NAMES[:900])
    expected = balanced_accuracy_score(NAMES[900:], model.predict(X[900:]))
    scorer = top_k_scorer(1, average="macro")
    assert scorer(model, X[900:], NAMES[900:]) == pytest.approx(expected)


def test_r14_sample_weights_are_scikit_learns() -> None:
    model = GaussianNB().fit(X[:900], Y[:900])
    weight = np.random.default_rng(0).random(897)
    expected = accuracy_score(Y[900:], model.predict(X[900:]), sample_weight=weight)
    assert top_k_scorer(1)(model, X[900:], Y[900:], weight) == pytest.approx(expected)


def test_a_search_can_be_ruled_by_a_scorer() -> None:
    search = GridSearchCV(GaussianNB(), {"var_smoothing": [1e-9, 1e-2]}, scoring=top_k_scorer(3))
    assert 0.9 < search.fit(X, Y).best_score_ <= 1


def test_a_decision_function_serves_where_there_are_no_probabilities() -> None:
    for labels in (Y, Y > 4):
        model = RidgeClassifier().fit(X, labels)
        assert top_k_scorer(1)(model, X, labels) == pytest.approx(model.score(X, labels))


def test_a_label_the_estimator_never_saw_is_a_miss() -> None:
    model = Fixed().fit(None, None)
    scores = np.array([[0.9, 0.1, 0.0], [0.0, 0.9, 0.1], [0.2, 0.7, 0.1]])
    assert top_k_scorer(1)(model, scores, ["a", "b", "zebra"]) == pytest.approx(2 / 3)
    assert top_k_scorer(3)(model, scores, ["a", "b", "zebra"]) == pytest.approx(2 / 3)
    macro = top_k_scorer(1, average="macro")
    assert macro(model, scores, ["a", "b", "zebra"]) == pytest.approx(2 / 3)
    assert macro(model, scores, ["a", "a", "B"], [1, 3, 5]) == pytest.approx((1 / 4 + 0) / 2)


def test_r10_a_binary_scorer_moves_the_threshold() -> None:
    X, y = load_breast_cancer(return_X_y=True)  # noqa: N806  # scikit-learn's name
    model = LogisticRegression(max_iter=10_000).fit(X[:300], y[:300])
    positive = model.predict_proba(X[300:])[:, 1]
    for threshold in (0.1, 0.5, 0.9):
        expected = accuracy_score(y[300:], positive > threshold)
        assert binary_scorer(threshold)(model, X[300:], y[300:]) == pytest.approx(expected)


def test_r23_wrong_options_are_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match=r"average=None is unknown; pass one of 'micro'"):
        top_k_scorer(1, average=None)  # type: ignore[arg-type]  # the fault under test
    with pytest.raises(ValueError, match="3 classes; binary_scorer needs two, use top_k_scorer"):
        binary_scorer()(Fixed().fit(None, None), np.eye(3), ["a", "b", "c"])
    with pytest.raises(ValueError, match="k=4 exceeds the 3 classes"):
        top_k_scorer(4)(Fixed().fit(None, None), np.eye(3), ["a", "b", "c"])


@pytest.mark.parametrize(
    ("wrap", "named"), [(np.ma.masked_array, "masked array"), (np.asmatrix, r"numpy\.matrix")]
)
@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_r21_scores_that_count_differently_are_refused_by_scorers(wrap: Any, named: str) -> None:
    class Model:
        classes_ = np.arange(3)

        def predict_proba(self, X: Any) -> Any:
            return wrap(np.eye(3)[: len(X)])

    with pytest.raises(TypeError, match=named):
        top_k_scorer(1)(Model(), np.zeros((3, 1)), [0, 1, 2])
