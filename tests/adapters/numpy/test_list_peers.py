"""Predicted labels and ranked lists beside scikit-learn's figures, and a recommender's (R28)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, recall_score
from sklearn.neighbors import NearestNeighbors

import accord
import accord_numpy

RNG = np.random.default_rng(28)
LABELS = RNG.integers(0, 5, 200)
PREDICTED = np.where(RNG.random(200) < 0.6, LABELS, RNG.integers(0, 6, 200))
WEIGHT = RNG.integers(0, 4, 200) / 4
NAMES = np.array(["ant", "bee", "cat", "dog", "elk", "fox"])


@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
@pytest.mark.parametrize("names", [np.arange(6), NAMES], ids=["numbers", "text"])
def test_predicted_labels_give_scikit_learns_accuracies(names: Any, weight: Any) -> None:
    true, predicted = names[LABELS], names[PREDICTED]
    more: dict[str, Any] = {"k": 1, "sample_weight": weight}
    assert accord.top_k_from_lists(true, predicted, **more) == pytest.approx(
        accuracy_score(true, predicted, sample_weight=weight), rel=1e-12
    )
    balanced = accord.top_k_from_lists(
        true, predicted, average="macro", labels=np.unique(true), **more
    )
    peer = balanced_accuracy_score(true, predicted, sample_weight=weight)
    assert balanced == pytest.approx(peer, rel=1e-12)


@pytest.mark.parametrize("average", ["micro", "macro", "weighted", None])
@pytest.mark.parametrize("names", [np.arange(6), NAMES], ids=["numbers", "text"])
def test_labels_are_a_subset_in_an_order_as_in_scikit_learn(names: Any, average: Any) -> None:
    true, predicted, some = names[LABELS], names[PREDICTED], names[[3, 0, 4]]
    found = accord.top_k_from_lists(true, predicted, k=1, labels=some, average=average)
    peer = recall_score(true, predicted, labels=some, average=average)
    np.testing.assert_allclose(found, peer, rtol=1e-12)


def test_the_metric_of_numpy_takes_what_an_estimator_predicts() -> None:
    metric = accord_numpy.SparseCategoricalAccuracy()
    for part in (slice(0, 50), slice(50, 200)):
        metric.update_from_lists(LABELS[part], PREDICTED[part])
    assert metric.compute() == accuracy_score(LABELS, PREDICTED)


def test_a_list_of_recommended_items_gives_hit_rate_and_mrr() -> None:
    items = np.array([RNG.permutation(1000)[:10] for _ in range(50)])
    items[::3, 6:] = -1  # fewer were recommended
    chosen = np.where(RNG.random(50) < 0.7, items[:, 4], 2000)
    where = [np.flatnonzero(row == one) for row, one in zip(items, chosen, strict=True)]
    ranks = [int(each[0]) + 1 if each.size else 0 for each in where]
    hits = np.mean([0 < rank <= 5 for rank in ranks])
    assert accord.top_k_from_lists(chosen, items, k=5) == pytest.approx(hits)
    reciprocal = np.mean([1 / rank if rank else 0 for rank in ranks])
    tally = accord.ReciprocalRank().tally_from_lists(chosen, items)
    assert tally.accuracy() == pytest.approx(reciprocal)


def test_neighbours_of_an_index_give_the_recall_at_k_with_distances_changed_in_sign() -> None:
    points = RNG.integers(0, 3, (40, 3)).astype(float)  # full of equal distances
    queries = points[:20] + 0.25
    distances, neighbours = NearestNeighbors(n_neighbors=4).fit(points).kneighbors(queries)
    measure = accord.TopK((1, 4))
    found = measure.tally_from_lists(np.arange(20), neighbours, -distances.round(9))
    floor, ceiling = found.bounds()
    table = -np.linalg.norm(queries[:, None] - points, axis=-1).round(9)
    for ties in ("first", "last", "optimistic", "pessimistic", "expected"):
        whole = accord.top_k_accuracy(np.arange(20), table, (1, 4), ties=ties)
        assert (floor <= whole).all()
        assert (whole <= ceiling).all()
    assert (floor < ceiling).all()
