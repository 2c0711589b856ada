"""The binary scorer: thresholds of probabilities and of margins, and the positive class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression, Perceptron, RidgeClassifier, SGDClassifier
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV, cross_val_score
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC, NuSVC

from accord_numpy import binary_scorer, top_k_scorer

X, Y = load_breast_cancer(return_X_y=True)
X = StandardScaler().fit_transform(X)
NAMES = np.asarray(["malignant", "benign"])[Y]  # in an order that is not theirs

MARGINS = [
    LinearSVC(),
    SVC(),
    SVC(decision_function_shape="ovo"),
    NuSVC(),
    RidgeClassifier(),
    SGDClassifier(random_state=0),
    Perceptron(random_state=0),
    OneVsOneClassifier(LinearSVC()),
    OneVsRestClassifier(LinearSVC()),
    make_pipeline(StandardScaler(), LinearSVC()),
    GridSearchCV(LinearSVC(), {"C": [0.1, 1]}, cv=2),
]


@pytest.mark.parametrize("model", MARGINS, ids=repr)
@pytest.mark.parametrize("labels", [Y, NAMES, Y.astype(bool)], ids=["int", "str", "bool"])
def test_r10_margins_are_divided_at_0_as_the_estimator_divides_them(
    model: Any, labels: Any
) -> None:
    model = clone(model).fit(X[:300], labels[:300])
    assert not hasattr(model, "predict_proba")
    expected = accuracy_score(labels[300:], model.predict(X[300:]))
    for pos_label in (None, *model.classes_):
        found = binary_scorer(pos_label=pos_label)(model, X[300:], labels[300:])
        assert found == pytest.approx(expected)
    assert top_k_scorer(1)(model, X[300:], labels[300:]) == pytest.approx(expected)


def test_r15_macro_is_balanced_accuracy_for_margins_and_probabilities() -> None:
    for model in (LinearSVC(), GaussianNB()):
        model.fit(X[:300], NAMES[:300])
        expected = balanced_accuracy_score(NAMES[300:], model.predict(X[300:]))
        found = binary_scorer(average="macro")(model, X[300:], NAMES[300:])
        assert found == pytest.approx(expected)


@pytest.mark.parametrize("threshold", [-0.5, 0.3, 0.5])
def test_r10_a_threshold_for_margins_is_compared_as_it_is(threshold: float) -> None:
    model = LinearSVC().fit(X[:300], Y[:300])
    scorer = binary_scorer(threshold, response_method="decision_function")
    expected = accuracy_score(Y[300:], model.decision_function(X[300:]) > threshold)
    assert scorer(model, X[300:], Y[300:]) == pytest.approx(expected)


@pytest.mark.parametrize("threshold", [0.5, 0.3])
def test_r23_a_threshold_of_probabilities_is_never_compared_with_margins(threshold: float) -> None:
    model = LinearSVC().fit(X, Y)
    with pytest.raises(AttributeError, match="pass response_method='decision_function'"):
        binary_scorer(threshold)(model, X, Y)
    expected = accuracy_score(Y, model.decision_function(X) > threshold)
    followed = binary_scorer(threshold, response_method="decision_function")
    assert followed(model, X, Y) == pytest.approx(expected)


def test_a_response_method_decides_between_probabilities_and_margins() -> None:
    model = LogisticRegression(C=0.01).fit(X, Y)
    margin = binary_scorer(1.5, response_method="decision_function")
    assert margin(model, X, Y) == pytest.approx(accuracy_score(Y, model.decision_function(X) > 1.5))
    share = binary_scorer(0.7, response_method="predict_proba")
    expected = accuracy_score(Y, model.predict_proba(X)[:, 1] > 0.7)
    assert share(model, X, Y) == binary_scorer(0.7)(model, X, Y) == pytest.approx(expected)


@pytest.mark.parametrize("threshold", [0.1, 0.5, 0.9])
def test_r10_the_threshold_is_of_the_positive_label(threshold: float) -> None:
    model = GaussianNB().fit(X[:300], NAMES[:300])
    for column, pos_label in enumerate(model.classes_):
        found = binary_scorer(threshold, pos_label=pos_label)(model, X[300:], NAMES[300:])
        is_positive = model.predict_proba(X[300:])[:, column] > threshold
        assert found == pytest.approx(accuracy_score(NAMES[300:] == pos_label, is_positive))


def test_r23_a_positive_label_that_is_no_class_is_refused_with_a_remedy_that_works() -> None:
    model = GaussianNB().fit(X, Y)
    with pytest.raises(ValueError, match=r"pos_label='1' is not a class .* pass one of \[0, 1\]"):
        binary_scorer(pos_label="1")(model, X, Y)
    assert binary_scorer(pos_label=0)(model, X, Y) == pytest.approx(model.score(X, Y))


def test_r10_a_score_at_the_threshold_is_on_the_side_that_is_asked_for() -> None:
    class Half(GaussianNB):  # type: ignore[misc]  # scikit-learn is untyped
        def predict_proba(self, X: Any) -> Any:
            return np.full((len(X), 2), 0.5)

    model = Half().fit(X, Y)
    share = Y.mean()
    assert binary_scorer()(model, X, Y) == pytest.approx(1 - share)
    assert binary_scorer(at_threshold="positive")(model, X, Y) == pytest.approx(share)
    assert binary_scorer(pos_label=0)(model, X, Y) == pytest.approx(share)


def test_r23_options_that_do_not_exist_are_refused() -> None:
    with pytest.raises(ValueError, match="response_method='predict' is unknown; pass one of 'auto"):
        binary_scorer(response_method="predict")  # type: ignore[arg-type]  # the fault under test
    with pytest.raises(ValueError, match="threshold='half' is not a finite number"):
        binary_scorer("half")  # type: ignore[arg-type]  # the fault under test
    with pytest.raises(AttributeError, match="no predict_proba or decision_function"):
        binary_scorer()(Bare(), X, Y)


class Bare:
    classes_ = (0, 1)


def test_tuning_a_threshold_by_predicted_labels_is_refused_with_a_remedy_that_works() -> None:
    with pytest.raises(TypeError, match=r"pass a scorer of predicted labels here, .*'accuracy'"):
        TunedThresholdClassifierCV(GaussianNB(), scoring=binary_scorer()).fit(X, Y)
    TunedThresholdClassifierCV(GaussianNB(), scoring="accuracy").fit(X, Y)


def test_in_cross_validation_margins_score_as_scikit_learns_accuracy() -> None:
    found = cross_val_score(LinearSVC(), X, NAMES, scoring=binary_scorer())
    assert found == pytest.approx(cross_val_score(LinearSVC(), X, NAMES, scoring="accuracy"))
