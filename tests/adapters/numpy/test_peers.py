"""Where scikit-learn computes the same, the figures are equal: the table of docs/numpy.md."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    hamming_loss,
    jaccard_score,
    recall_score,
    top_k_accuracy_score,
)

import accord

RNG = np.random.default_rng(4)
SCORES = RNG.integers(0, 8, (500, 12)) / 8
LABELS = RNG.integers(0, 12, 500)
MANY = RNG.integers(0, 2, (500, 12))
WEIGHT = RNG.random(500)


@pytest.mark.parametrize("k", [1, 2, 5, 11])
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_r5_ties_to_the_last_are_scikit_learns(k: int, weight: np.ndarray | None) -> None:
    expected = top_k_accuracy_score(LABELS, SCORES, k=k, labels=range(12), sample_weight=weight)
    found = accord.top_k_accuracy(LABELS, SCORES, k, ties="last", sample_weight=weight)
    assert found == pytest.approx(expected, rel=1e-12)


def test_r8_the_sparse_accuracy_is_that_of_argmax() -> None:
    best = SCORES.argmax(axis=1)
    assert accord.sparse_categorical_accuracy(LABELS, SCORES) == accuracy_score(LABELS, best)


def test_r15_the_macro_average_at_one_is_balanced_accuracy() -> None:
    expected = balanced_accuracy_score(LABELS, SCORES.argmax(axis=1))
    found = accord.sparse_categorical_accuracy(LABELS, SCORES, average="macro")
    assert found == pytest.approx(expected)


def test_r15_no_average_gives_the_recall_of_each_class() -> None:
    expected = recall_score(LABELS, SCORES.argmax(axis=1), average=None)
    found = accord.sparse_categorical_accuracy(LABELS, SCORES, average=None)
    np.testing.assert_allclose(found, expected)


def test_r10_binary_accuracy_is_that_of_a_strict_threshold() -> None:
    scores, labels = SCORES[:, 0], MANY[:, 0]
    assert accord.binary_accuracy(labels, scores) == accuracy_score(labels, scores > 0.5)
    expected = accuracy_score(labels, scores >= 0.5)
    assert accord.binary_accuracy(labels, scores, at_threshold="positive") == expected


def test_r11_multilabel_accuracies_are_scikit_learns() -> None:
    predicted = SCORES > 0.5
    assert accord.multilabel_accuracy(MANY, SCORES) == accuracy_score(MANY, predicted)
    hamming = accord.multilabel_accuracy(MANY, SCORES, criteria="hamming")
    assert hamming == pytest.approx(1 - hamming_loss(MANY, predicted))
    jaccard = accord.multilabel_accuracy(MANY, SCORES, criteria="jaccard")
    assert jaccard == pytest.approx(jaccard_score(MANY, predicted, average="samples"))
