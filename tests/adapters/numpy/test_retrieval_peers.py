"""Reciprocal rank and NDCG beside scikit-learn's, for one true class (R26)."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import label_ranking_average_precision_score, ndcg_score

import accord
from accord.credit.ties import RULES, Ties

RNG = np.random.default_rng(26)
LABELS = RNG.integers(0, 12, 300)
ONE_HOT = np.eye(12)[LABELS]
DISTINCT = RNG.permuted(np.tile(np.arange(12.0), (300, 1)), axis=1)
TIED = RNG.integers(0, 5, (300, 12)) / 4
WEIGHT = RNG.random(300)


@pytest.mark.parametrize("ties", RULES)
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_r26_without_ties_the_figures_are_scikit_learns(
    ties: Ties, weight: np.ndarray | None
) -> None:
    rank = accord.mean_reciprocal_rank(LABELS, DISTINCT, ties=ties, sample_weight=weight)
    peer = label_ranking_average_precision_score(ONE_HOT, DISTINCT, sample_weight=weight)
    assert rank == pytest.approx(peer, rel=1e-12)
    for k in (1, 4, 12, None):
        gain = accord.ndcg(LABELS, DISTINCT, k, ties=ties, sample_weight=weight)
        expected = ndcg_score(ONE_HOT, DISTINCT, k=k, sample_weight=weight)
        assert gain == pytest.approx(expected, rel=1e-12)


def test_r26_with_ties_scikit_learns_figures_have_a_rule_here() -> None:
    peer = label_ranking_average_precision_score(ONE_HOT, TIED)
    assert accord.mean_reciprocal_rank(LABELS, TIED, ties="pessimistic") == pytest.approx(peer)
    for k in (1, 3, None):
        found = accord.ndcg(LABELS, TIED, k, ties="expected")
        assert found == pytest.approx(ndcg_score(ONE_HOT, TIED, k=k), rel=1e-12)
        floor, ceiling = accord.NDCG(k).tally(LABELS, TIED).bounds()
        assert floor < ndcg_score(ONE_HOT, TIED, k=k) < ceiling
        assert floor <= ndcg_score(ONE_HOT, TIED, k=k, ignore_ties=True) <= ceiling
