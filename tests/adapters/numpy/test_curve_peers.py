"""The cumulative match curve beside a plain sort and scikit-learn (R6)."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from sklearn.metrics import top_k_accuracy_score

import accord
from accord import scan
from accord.credit.ties import RULES, Ties
from accord_numpy import TopKAccuracy

CLASSES = 40
RNG = np.random.default_rng(40)
LABELS = RNG.integers(0, CLASSES, 500)
DISTINCT = RNG.permuted(np.tile(np.arange(float(CLASSES)), (500, 1)), axis=1)
WEIGHT = RNG.random(500)


def sorted_curve() -> np.ndarray:
    """Return the share of samples at or before each rank, found by a sort of every row."""
    best = np.argsort(-DISTINCT, axis=1)
    ranks = (best == LABELS[:, None]).argmax(1)
    return np.cumsum(np.bincount(ranks, minlength=CLASSES)) / len(LABELS)


@pytest.mark.parametrize("scanned", [False, True])
@pytest.mark.parametrize("ties", RULES)
def test_r6_without_ties_the_curve_is_that_of_a_sort(ties: Ties, scanned: bool) -> None:
    with scan.using(scanned):
        found = accord.top_k_accuracy(LABELS, DISTINCT, "all", ties=ties)
    assert found.tolist() == sorted_curve().tolist()


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_r6_without_ties_the_curve_is_scikit_learns_at_each_k(weight: np.ndarray | None) -> None:
    found = accord.top_k_accuracy(LABELS, DISTINCT, "all", sample_weight=weight)
    for k in range(1, CLASSES):  # scikit-learn warns at k = C
        expected = top_k_accuracy_score(
            LABELS, DISTINCT, k=k, labels=range(CLASSES), sample_weight=weight
        )
        assert found[k - 1] == pytest.approx(expected, rel=1e-12)
    assert found[-1] == pytest.approx(1, rel=1e-12)


def test_r17_a_metric_of_every_k_learns_the_classes_and_then_holds_to_them() -> None:
    metric = TopKAccuracy("all")
    assert np.isnan(metric.compute()).all()
    metric.update(LABELS[:200], DISTINCT[:200])
    with pytest.raises(ValueError, match="y_score has 7 classes but the batches before had 40"):
        metric.update(LABELS % 7, DISTINCT[:, :7])
    metric.update(LABELS[200:], DISTINCT[200:])
    assert metric.compute().tolist() == sorted_curve().tolist()


@pytest.mark.parametrize("scanned", [False, True])
def test_r7_the_mean_over_ties_is_exact_where_they_decide_nothing(scanned: bool) -> None:
    scores = np.round(DISTINCT / 7)
    with scan.using(scanned):
        tally = accord.TopK("all", ties="expected").tally(LABELS, scores)
    decided = tally.floor == tally.ceiling
    assert decided.any()
    assert not decided.all()
    assert (tally.correct[decided] == tally.floor[decided]).all()
    assert (tally.floor <= tally.correct).all()
    assert (tally.correct <= tally.ceiling).all()
    each = [accord.TopK(k, ties="expected").tally(LABELS, scores) for k in range(1, CLASSES + 1)]
    np.testing.assert_allclose(tally.correct, [one.correct for one in each], rtol=1e-13)


def test_memory_is_of_the_classes_and_not_of_the_samples_times_k() -> None:
    scores, labels = np.zeros((20_000, 200), np.float32), np.arange(20_000) % 200
    tracemalloc.start()
    accord.top_k_accuracy(labels, scores, "all", ties="last")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < labels.size * 200  # bytes: a table of samples by k would take this at least
