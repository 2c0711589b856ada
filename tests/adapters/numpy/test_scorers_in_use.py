"""Scorers in scikit-learn's tools, as its users run them."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_digits, load_iris
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401  # by being imported
from sklearn.feature_selection import RFECV, SequentialFeatureSelector
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegressionCV
from sklearn.metrics import make_scorer, top_k_accuracy_score
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    RandomizedSearchCV,
    cross_val_score,
    cross_validate,
    learning_curve,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from accord_numpy import binary_scorer, multilabel_scorer, top_k_scorer, top_k_scorers

X, Y = load_iris(return_X_y=True)
NAMES = np.asarray(["setosa", "versicolor", "virginica"])[Y]
MODEL = make_pipeline(StandardScaler(), GaussianNB())  # whose scores never tie here
SMOOTH = {"gaussiannb__var_smoothing": [1e-9, 0.3]}
SECOND = make_scorer(top_k_accuracy_score, response_method="predict_proba", k=2)

SCORERS: dict[str, Callable[[], Any]] = {
    "top_k_scorer": lambda: top_k_scorer(3, ties="last"),
    "binary_scorer": lambda: binary_scorer(0.3, pos_label="ham"),
    "multilabel_scorer": lambda: multilabel_scorer("hamming", k=2),
}
every_scorer = pytest.mark.parametrize("make", SCORERS.values(), ids=SCORERS.keys())


@pytest.mark.parametrize(
    "search",
    [
        lambda scoring: GridSearchCV(MODEL, SMOOTH, scoring=scoring, cv=3),
        lambda scoring: RandomizedSearchCV(
            MODEL, SMOOTH, scoring=scoring, n_iter=2, random_state=0, cv=3
        ),
        lambda scoring: HalvingGridSearchCV(
            MODEL, SMOOTH, scoring=scoring, cv=3, random_state=0, min_resources=60
        ),
        lambda scoring: HalvingRandomSearchCV(
            MODEL, SMOOTH, scoring=scoring, cv=3, random_state=0, min_resources=60
        ),
    ],
    ids=["grid", "random", "halving grid", "halving random"],
)
def test_searches_find_what_scikit_learns_scorers_find(search: Callable[[Any], Any]) -> None:
    for ours, theirs in ((top_k_scorer(1), "accuracy"), (top_k_scorer(2), SECOND)):
        found, expected = search(ours).fit(X, NAMES), search(theirs).fit(X, NAMES)
        assert found.best_params_ == expected.best_params_
        scores = found.cv_results_["mean_test_score"]
        assert scores == pytest.approx(expected.cv_results_["mean_test_score"])
        assert found.score(X, NAMES) == pytest.approx(expected.score(X, NAMES))


def test_macro_in_cross_validation_is_balanced_accuracy() -> None:
    found = cross_val_score(MODEL, X, NAMES, scoring=top_k_scorer(1, average="macro"))
    assert found == pytest.approx(cross_val_score(MODEL, X, NAMES, scoring="balanced_accuracy"))


def test_several_k_are_named_figures_of_cross_validation() -> None:
    found = cross_validate(MODEL, X, NAMES, scoring=top_k_scorers((1, 2)), return_train_score=True)
    expected = cross_validate(
        MODEL, X, NAMES, scoring={"1": "accuracy", "2": SECOND}, return_train_score=True
    )
    for part in ("test", "train"):
        for k in (1, 2):
            assert found[f"{part}_top_{k}_accuracy"] == pytest.approx(expected[f"{part}_{k}"])


def test_several_k_keep_their_options() -> None:
    scorers = top_k_scorers((1, 5), ties="expected", average="macro")
    assert {name: repr(scorer) for name, scorer in scorers.items()} == {
        "top_1_accuracy": "top_k_scorer(k=1, ties='expected', average='macro')",
        "top_5_accuracy": "top_k_scorer(k=5, ties='expected', average='macro')",
    }
    assert list(top_k_scorers(3)) == ["top_3_accuracy"]


def test_a_search_by_several_k_is_ruled_by_the_one_that_refit_names() -> None:
    search = GridSearchCV(
        MODEL, SMOOTH, scoring=top_k_scorers((1, 2)), refit="top_1_accuracy", n_jobs=2
    ).fit(X, NAMES)
    alone = GridSearchCV(MODEL, SMOOTH, scoring="accuracy").fit(X, NAMES)
    assert search.best_score_ == pytest.approx(alone.best_score_)
    assert search.best_params_ == alone.best_params_


class Counting(DecisionTreeClassifier):  # type: ignore[misc]  # scikit-learn is untyped
    """A tree that counts how often it is asked."""

    asked = 0

    def predict_proba(self, X: Any) -> Any:
        type(self).asked += 1
        return super().predict_proba(X)


def test_several_k_ask_an_estimator_once() -> None:
    Counting.asked = 0
    cross_validate(Counting(max_depth=2), X, NAMES, scoring=top_k_scorers((1, 2, 3)), cv=2)
    assert Counting.asked == 2


def test_scorers_share_predictions_with_scikit_learns_and_change_none() -> None:
    labels = Y > 0  # for two classes, scikit-learn keeps the positive column alone
    scoring = {
        "sklearn": "roc_auc",
        "other": binary_scorer(pos_label=False),
        "binary": binary_scorer(),
        "top": top_k_scorer(1),
        "last": "neg_log_loss",
    }
    together = cross_validate(MODEL, X, labels, scoring=scoring)
    for name, scorer in scoring.items():
        alone = cross_val_score(MODEL, X, labels, scoring=scorer)
        assert together[f"test_{name}"] == pytest.approx(alone)
    three = {"sklearn": "roc_auc_ovr", "top": top_k_scorer(2)}
    together = cross_validate(MODEL, X, NAMES, scoring=three)
    for name, scorer in three.items():
        alone = cross_val_score(MODEL, X, NAMES, scoring=scorer)
        assert together[f"test_{name}"] == pytest.approx(alone)


def test_curves_and_importances_are_those_of_scikit_learns_accuracy() -> None:
    fitted = clone(MODEL).fit(X, NAMES)
    ours, theirs = (
        permutation_importance(fitted, X, NAMES, scoring=scoring, random_state=0, n_repeats=2)
        for scoring in (top_k_scorer(1), "accuracy")
    )
    assert ours.importances == pytest.approx(theirs.importances)
    several = permutation_importance(fitted, X, NAMES, scoring=top_k_scorers((1, 2)), n_repeats=1)
    assert set(several) == {"top_1_accuracy", "top_2_accuracy"}
    curve, expected = (
        learning_curve(MODEL, X, NAMES, scoring=scoring, shuffle=True, random_state=0)
        for scoring in (top_k_scorer(1), "accuracy")
    )
    assert np.asarray(curve[2]) == pytest.approx(np.asarray(expected[2]))


def test_selection_of_features_is_that_of_scikit_learns_accuracy() -> None:
    tree = DecisionTreeClassifier(random_state=0)
    how: dict[str, Any] = {"n_features_to_select": 2, "cv": 3}
    for ours, theirs in (
        (RFECV(tree, scoring=scoring, cv=3) for scoring in (top_k_scorer(1), "accuracy")),
        (
            SequentialFeatureSelector(tree, scoring=scoring, **how)
            for scoring in (top_k_scorer(1), "accuracy")
        ),
    ):
        chosen = theirs.fit(X, NAMES).get_support()
        assert ours.fit(X, NAMES).get_support().tolist() == chosen.tolist()


@pytest.mark.filterwarnings("ignore::FutureWarning")  # of defaults that will change
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of SciPy, from an old scikit-learn
def test_estimators_that_score_while_they_are_fitted_take_scorers() -> None:
    for labels in (NAMES, NAMES == "setosa"):
        ours, theirs = (
            LogisticRegressionCV(Cs=2, scoring=scoring, max_iter=1000, cv=3).fit(
                StandardScaler().fit_transform(X), labels
            )
            for scoring in (top_k_scorer(1), "accuracy")
        )
        assert np.asarray(ours.scores_[labels[0]]) == pytest.approx(theirs.scores_[labels[0]])
        ours, theirs = (
            HistGradientBoostingClassifier(
                max_iter=2, early_stopping=True, random_state=0, scoring=scoring
            ).fit(X, labels)
            for scoring in (top_k_scorer(1), "accuracy")
        )
        assert ours.validation_score_ == pytest.approx(theirs.validation_score_)


def test_a_fold_without_a_class_counts_it_as_missed() -> None:
    order = np.argsort(Y, kind="stable")
    folds = [(order[:100], order[50:])]  # the third class is in the second part alone
    (found,) = cross_val_score(MODEL, X, NAMES, scoring=top_k_scorer(2), cv=folds)
    assert found == pytest.approx(0.5)


@every_scorer
def test_a_scorer_is_picklable_and_cloned_with_its_search(make: Callable[[], Any]) -> None:
    scorer = make()
    assert repr(pickle.loads(pickle.dumps(scorer))) == repr(scorer)  # noqa: S301  # our own
    search = clone(GridSearchCV(MODEL, SMOOTH, scoring=scorer))
    assert repr(search.scoring) == repr(scorer)


@every_scorer
def test_the_text_of_a_scorer_makes_it_again(make: Callable[[], Any]) -> None:
    names = {made.__name__: made for made in (top_k_scorer, binary_scorer, multilabel_scorer)}
    scorer = make()
    assert repr(eval(repr(scorer), names)) == repr(scorer)  # noqa: S307  # our own


def test_figures_from_other_processes_are_the_same() -> None:
    forest = RandomForestClassifier(5, random_state=0)
    digits = load_digits(return_X_y=True)
    alone, together = (
        cross_validate(forest, *digits, scoring=top_k_scorers((1, 3)), cv=2, n_jobs=n_jobs)
        for n_jobs in (None, 2)
    )
    for name in ("test_top_1_accuracy", "test_top_3_accuracy"):
        assert alone[name].tolist() == together[name].tolist()


def test_scikit_learn_is_imported_with_the_first_scorer_and_not_before() -> None:
    code = (
        "import sys, accord_numpy; assert 'sklearn' not in sys.modules;"
        "accord_numpy.top_k_scorer(1); assert 'sklearn' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603  # our own code


def test_r23_without_scikit_learn_the_error_says_what_to_install() -> None:
    code = (
        "import sys, accord_numpy; sys.modules['sklearn'] = None\n"
        "try: accord_numpy.top_k_scorer(1)\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert "scorers need scikit-learn 1.6 or newer" in done.stdout
    assert "pip install 'scikit-learn>=1.6'" in done.stdout


def test_an_estimator_that_is_none_of_scikit_learns_is_scored() -> None:
    class Duck:
        classes_ = ("b", "a", "c")

        def predict_proba(self, X: Any) -> Any:
            return X

    scores = [[0.1, 0.7, 0.2], [0.6, 0.1, 0.3]]
    assert top_k_scorer(1)(Duck(), scores, ["a", "c"]) == 0.5


def test_classes_of_mixed_types_are_scored_by_several_scorers() -> None:
    class Mixed(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
        def fit(self, X: Any, y: Any) -> Mixed:
            self.classes_ = np.asarray([1, "a", None], dtype=object)
            return self

        def predict_proba(self, X: Any) -> Any:
            return X

    rows, labels = np.eye(3)[[0, 1, 2, 0]], np.asarray([1, "a", None, "a"], dtype=object)
    every = [(np.arange(4), np.arange(4))]
    found = cross_validate(Mixed(), rows, labels, scoring=top_k_scorers((1, 3)), cv=every)
    assert found["test_top_1_accuracy"] == [0.75]
    assert found["test_top_3_accuracy"] == [1.0]


def test_r23_several_k_in_one_scorer_are_refused_with_a_remedy_that_works() -> None:
    with pytest.raises(
        TypeError, match=r"k=\(1, 2\) is a tuple; pass an int, or use top_k_scorers"
    ):
        top_k_scorer((1, 2))  # type: ignore[arg-type]  # the fault under test
    assert list(top_k_scorers((1, 2))) == ["top_1_accuracy", "top_2_accuracy"]
