"""Sample weights on their way to scorers, with scikit-learn's metadata routing and without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.metrics import accuracy_score, get_scorer, make_scorer
from sklearn.model_selection import (
    GridSearchCV,
    cross_val_score,
    cross_validate,
    learning_curve,
    permutation_test_score,
    validation_curve,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.utils.metadata_routing import get_routing_for_object

from accord_numpy import binary_scorer, multilabel_scorer, top_k_scorer, top_k_scorers

X, Y = (each[:200] for each in load_breast_cancer(return_X_y=True))
WEIGHT = np.random.default_rng(0).integers(0, 5, len(Y)).astype(float)
KNN = KNeighborsClassifier()  # fitted without weights, so that these are for scorers alone

MAKERS: dict[str, Callable[[], Any]] = {
    "top-k": lambda: top_k_scorer(1),
    "binary": binary_scorer,
    "multilabel": multilabel_scorer,
}
every_maker = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())
every_accuracy = pytest.mark.parametrize(
    "make", [MAKERS["top-k"], MAKERS["binary"]], ids=["top-k", "binary"]
)


@pytest.fixture
def routing() -> Iterator[None]:
    with sklearn.config_context(enable_metadata_routing=True):
        yield


@cache
def weighted_by_scikit_learn() -> list[float]:
    """Return the weighted accuracy of each of five folds, as scikit-learn counts it."""
    with sklearn.config_context(enable_metadata_routing=True):
        scorer = make_scorer(accuracy_score).set_score_request(sample_weight=True)
        params = {"sample_weight": WEIGHT}
        found = cross_val_score(KNN, X, Y, scoring=scorer, params=params)
    assert found.tolist() != cross_val_score(KNN, X, Y, params={}, scoring="accuracy").tolist()
    return list(found)


@pytest.mark.usefixtures("routing")
@every_accuracy
def test_r14_one_scorer_that_asks_for_weights_gets_them(make: Callable[[], Any]) -> None:
    scorer = make().set_score_request(sample_weight=True)
    found = cross_val_score(KNN, X, Y, scoring=scorer, params={"sample_weight": WEIGHT})
    assert found == pytest.approx(weighted_by_scikit_learn())


@pytest.mark.usefixtures("routing")
@every_accuracy
def test_r14_each_of_several_scorers_gets_the_weights_that_it_asks_for(
    make: Callable[[], Any],
) -> None:
    scoring = {
        "weighted": make().set_score_request(sample_weight=True),
        "named": make().set_score_request(sample_weight="importance"),
        "plain": make().set_score_request(sample_weight=False),
        "sklearn": get_scorer("accuracy").set_score_request(sample_weight=True),
    }
    params = {"sample_weight": WEIGHT, "importance": WEIGHT + 1}
    found = cross_validate(KNN, X, Y, scoring=scoring, params=params)
    assert found["test_weighted"] == pytest.approx(weighted_by_scikit_learn())
    assert found["test_weighted"] == pytest.approx(found["test_sklearn"])
    assert found["test_plain"] == pytest.approx(cross_val_score(KNN, X, Y, params={}))
    named = cross_validate(
        KNN,
        X,
        Y,
        scoring=make_scorer(accuracy_score).set_score_request(sample_weight=True),
        params={"sample_weight": WEIGHT + 1},
    )
    assert found["test_named"] == pytest.approx(named["test_score"])


@pytest.mark.usefixtures("routing")
@every_maker
@pytest.mark.parametrize("several", [False, True], ids=["one", "several"])
def test_weights_that_no_scorer_was_told_about_raise_what_scikit_learns_scorers_raise(
    make: Callable[[], Any], several: bool
) -> None:
    y = np.stack([Y, 1 - Y], axis=1) if make is MAKERS["multilabel"] else Y

    def run(scorer: Any) -> None:
        scoring = {"a": scorer, "b": scorer} if several else scorer
        cross_validate(KNN, X, y, scoring=scoring, params={"sample_weight": WEIGHT})

    with pytest.raises(
        (UnsetMetadataPassedError, TypeError)
    ) as theirs:  # the latter in scikit-learn 1.6
        run(make_scorer(accuracy_score))
    with pytest.raises(theirs.type) as ours:
        run(make())
    assert str(ours.value).split(" for ")[0] == str(theirs.value).split(" for ")[0]


@every_maker
def test_a_request_without_routing_raises_what_scikit_learns_scorers_raise(
    make: Callable[[], Any],
) -> None:
    for scorer in (make_scorer(accuracy_score), make()):
        with pytest.raises(RuntimeError, match="only available when metadata routing is enabled"):
            scorer.set_score_request(sample_weight=True)


@every_maker
def test_a_scorer_takes_sample_weight_and_nothing_else(make: Callable[[], Any]) -> None:
    def function(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
        raise NotImplementedError

    theirs = get_routing_for_object(make_scorer(function)).score.requests
    assert get_routing_for_object(make()).score.requests == theirs


@pytest.mark.usefixtures("routing")
@every_maker
def test_a_request_stays_with_a_copy(make: Callable[[], Any]) -> None:
    scorer = make().set_score_request(sample_weight=True)
    search = clone(GridSearchCV(KNN, {}, scoring=scorer))
    assert get_routing_for_object(search.scoring).score.requests == {"sample_weight": True}


@pytest.mark.usefixtures("routing")
def test_r14_weights_reach_the_scorers_of_a_search_in_other_processes() -> None:
    several = top_k_scorers((1, 2))
    for scorer in several.values():
        scorer.set_score_request(sample_weight=True)
    search = GridSearchCV(
        KNN, {"n_neighbors": [5]}, scoring=several, refit="top_1_accuracy", n_jobs=2
    )
    search.fit(X, Y, sample_weight=WEIGHT)
    found = [search.cv_results_[f"split{fold}_test_top_1_accuracy"][0] for fold in range(5)]
    assert found == pytest.approx(weighted_by_scikit_learn())


@pytest.mark.usefixtures("routing")
@every_accuracy
def test_r14_weights_reach_every_tool_that_routes(make: Callable[[], Any]) -> None:
    ours = make().set_score_request(sample_weight=True)
    theirs = make_scorer(accuracy_score).set_score_request(sample_weight=True)
    params = {"sample_weight": WEIGHT}
    for tool, how in (
        (learning_curve, {"shuffle": True, "random_state": 0}),
        (validation_curve, {"param_name": "n_neighbors", "param_range": [5]}),
        (permutation_test_score, {"n_permutations": 2, "random_state": 0}),
    ):
        found, expected = (
            tool(KNN, X, Y, scoring=scorer, params=params, **how) for scorer in (ours, theirs)
        )
        for mine, other in zip(found, expected, strict=True):
            assert np.asarray(mine) == pytest.approx(np.asarray(other))


@every_accuracy
def test_r14_without_routing_a_search_that_weighs_its_fit_weighs_as_scikit_learns_scorer(
    make: Callable[[], Any],
) -> None:
    expected, found = (
        GridSearchCV(GaussianNB(), {}, scoring=scorer, refit=next(iter(scorer)))
        .fit(X, Y, sample_weight=WEIGHT)
        .cv_results_["mean_test_it"]
        for scorer in ({"it": make_scorer(accuracy_score)}, {"it": make()})
    )
    assert found == pytest.approx(expected)


@every_accuracy
def test_r14_without_routing_weights_are_taken_in_a_call(make: Callable[[], Any]) -> None:
    fitted = clone(KNN).fit(X, Y)
    expected = accuracy_score(Y, fitted.predict(X), sample_weight=WEIGHT)
    assert make()(fitted, X, Y, WEIGHT) == pytest.approx(expected)
    assert make()(fitted, X, Y, sample_weight=WEIGHT.tolist()) == pytest.approx(expected)


@pytest.mark.usefixtures("routing")
def test_other_metadata_is_refused_as_by_scikit_learns_scorers() -> None:
    fitted = clone(KNN).fit(X, Y)
    scorers: list[Any] = [make_scorer(accuracy_score), top_k_scorer(1)]
    for scorer in scorers:
        with pytest.raises(TypeError, match="groups"):
            scorer(fitted, X, Y, groups=Y)
