"""The multilabel scorer: one array of scores, or a list of one for each label."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import make_multilabel_classification
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier, StackingClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import accuracy_score, hamming_loss, jaccard_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from accord_numpy import multilabel_scorer

X, Y = make_multilabel_classification(200, n_features=8, n_classes=4, random_state=0)
TRAIN, TEST = slice(0, 120), slice(120, None)
WEIGHT = np.random.default_rng(0).integers(0, 4, 80)

LISTS = [
    RandomForestClassifier(9, random_state=0),  # of which no votes tie
    ExtraTreesClassifier(9, random_state=0),
    DecisionTreeClassifier(random_state=0),
    KNeighborsClassifier(),
    MultiOutputClassifier(GaussianNB()),
    DummyClassifier(strategy="prior"),
    make_pipeline(StandardScaler(), RandomForestClassifier(9, random_state=0)),
    GridSearchCV(RandomForestClassifier(9, random_state=0), {"max_depth": [3]}, cv=2),
]
ARRAYS = [
    OneVsRestClassifier(GaussianNB()),
    MLPClassifier((4,), solver="lbfgs", max_iter=10, random_state=0),
    ClassifierChain(GaussianNB()),
]
MARGINS = [RidgeClassifier(), OneVsRestClassifier(LinearSVC()), ClassifierChain(LinearSVC())]

every_estimator = pytest.mark.parametrize("model", [*LISTS, *ARRAYS, *MARGINS], ids=repr)


@every_estimator
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")  # ten steps are enough here
def test_r11_the_accuracies_of_every_estimator_are_scikit_learns(model: Any) -> None:
    model = clone(model).fit(X[TRAIN], Y[TRAIN])
    truth, predicted = Y[TEST], model.predict(X[TEST])

    def found(criteria: Any, weight: Any = None) -> float:
        return multilabel_scorer(criteria)(model, X[TEST], truth, weight)

    assert found("exact_match") == pytest.approx(accuracy_score(truth, predicted))
    assert found("hamming") == pytest.approx(1 - hamming_loss(truth, predicted))
    weighted = accuracy_score(truth, predicted, sample_weight=WEIGHT)
    assert found("exact_match", WEIGHT) == pytest.approx(weighted)
    jaccard = jaccard_score(truth, predicted, average="samples", zero_division=1)
    assert found("jaccard") == pytest.approx(jaccard)


@pytest.mark.parametrize("constant", [0, 1])
@pytest.mark.parametrize(
    "model",
    [
        RandomForestClassifier(9, random_state=0),
        KNeighborsClassifier(),
        MultiOutputClassifier(DummyClassifier(strategy="prior")),
        OneVsRestClassifier(GaussianNB()),
    ],
    ids=repr,
)
@pytest.mark.filterwarnings("ignore:Label .* is present in all training examples")
@pytest.mark.filterwarnings("ignore:Label not .* is present in all training examples")
def test_r11_a_label_that_was_constant_in_training_scores_as_it_is_predicted(
    model: Any, constant: int
) -> None:
    seen = Y[TRAIN].copy()
    seen[:, 2] = constant
    model = clone(model).fit(X[TRAIN], seen)
    predicted = model.predict(X[TEST])
    assert (predicted[:, 2] == constant).all()
    expected = accuracy_score(Y[TEST], predicted)
    assert multilabel_scorer()(model, X[TEST], Y[TEST]) == pytest.approx(expected)
    per_label = 1 - hamming_loss(Y[TEST], predicted)
    assert multilabel_scorer("hamming")(model, X[TEST], Y[TEST]) == pytest.approx(per_label)


@pytest.mark.parametrize("threshold", [0.2, 0.7])
def test_r10_a_threshold_moves_lists_and_arrays_alike(threshold: float) -> None:
    scorer = multilabel_scorer(threshold=threshold)
    forest = RandomForestClassifier(9, random_state=0).fit(X[TRAIN], Y[TRAIN])
    chances = np.stack([each[:, 1] for each in forest.predict_proba(X[TEST])], axis=1)
    expected = accuracy_score(Y[TEST], chances > threshold)
    assert scorer(forest, X[TEST], Y[TEST]) == pytest.approx(expected)
    one_by_one = OneVsRestClassifier(GaussianNB()).fit(X[TRAIN], Y[TRAIN])
    expected = accuracy_score(Y[TEST], one_by_one.predict_proba(X[TEST]) > threshold)
    assert scorer(one_by_one, X[TEST], Y[TEST]) == pytest.approx(expected)


def test_r23_a_threshold_of_probabilities_is_never_compared_with_margins() -> None:
    model = RidgeClassifier().fit(X, Y)
    with pytest.raises(AttributeError, match="pass response_method='decision_function'"):
        multilabel_scorer(threshold=0.2)(model, X, Y)
    followed = multilabel_scorer(threshold=0.2, response_method="decision_function")
    expected = accuracy_score(Y, model.decision_function(X) > 0.2)
    assert followed(model, X, Y) == pytest.approx(expected)


@pytest.mark.parametrize("model", [RidgeClassifier(), RandomForestClassifier(9)], ids=repr)
def test_r11_the_best_labels_need_no_threshold(model: Any) -> None:
    model.fit(X, Y)
    if hasattr(model, "predict_proba"):
        scores = np.stack([each[:, 1] for each in model.predict_proba(X)], axis=1)
    else:
        scores = model.decision_function(X)
    best = scores.argmax(axis=1)  # the first of equal ones
    expected = Y[np.arange(len(Y)), best].mean()
    assert multilabel_scorer("belong", k=1)(model, X, Y) == pytest.approx(expected)
    with pytest.raises(ValueError, match="k=1 predicts the best labels"):
        multilabel_scorer(k=1, threshold=0.2)


@pytest.mark.parametrize("of", [csr_matrix, np.asfortranarray, np.ndarray.tolist, np.bool_])
def test_truth_may_be_sparse_or_of_any_layout(of: Any) -> None:
    model = KNeighborsClassifier().fit(X[TRAIN], Y[TRAIN].astype(bool))
    expected = accuracy_score(Y[TEST], model.predict(X[TEST]))
    assert multilabel_scorer()(model, X[TEST], of(Y[TEST])) == pytest.approx(expected)


def test_in_cross_validation_and_a_search_it_scores_as_scikit_learns_accuracy() -> None:
    forest = RandomForestClassifier(9, random_state=0)
    found = cross_val_score(forest, X, Y, scoring=multilabel_scorer(), cv=3)
    assert found == pytest.approx(cross_val_score(forest, X, Y, scoring="accuracy", cv=3))
    search = GridSearchCV(forest, {"max_depth": [1, 3]}, scoring=multilabel_scorer("hamming"))
    assert 0.5 < search.fit(X, Y).best_score_ < 1


def test_r23_classes_other_than_0_and_1_are_refused() -> None:
    model = KNeighborsClassifier().fit(X, Y + 1)
    with pytest.raises(ValueError, match=r"label 0 has the classes \[1, 2\]; .* needs 0 and 1"):
        multilabel_scorer()(model, X, Y + 1)
    several = KNeighborsClassifier().fit(X, Y * np.asarray([1, 2, 1, 1]))
    with pytest.raises(ValueError, match=r"label 1 has the classes \[0, 2\]"):
        multilabel_scorer()(several, X, Y)


@pytest.mark.filterwarnings("ignore::UserWarning")  # of folds, from scikit-learn
def test_r23_the_probabilities_of_0_are_refused_with_a_remedy_that_works() -> None:
    stack = StackingClassifier(
        [("nb", DecisionTreeClassifier(max_depth=2))], DecisionTreeClassifier(max_depth=2), cv=2
    ).fit(X, Y)
    with pytest.raises(ValueError, match=r"use MultiOutputClassifier\(StackingClassifier"):
        multilabel_scorer()(stack, X, Y)
    one = StackingClassifier([("nb", GaussianNB())], LogisticRegression(), cv=2)
    each = MultiOutputClassifier(one).fit(X, Y)
    expected = accuracy_score(Y, each.predict(X))
    assert multilabel_scorer()(each, X, Y) == pytest.approx(expected)


def test_a_wrong_number_of_arrays_is_refused() -> None:
    class Short(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
        classes_ = (np.asarray([0, 1]), np.asarray([0, 1]))

        def predict_proba(self, X: Any) -> Any:
            return [np.zeros((len(X), 2))]

    with pytest.raises(ValueError, match="shorter"):
        multilabel_scorer()(Short(), X, Y[:, :2])
