"""Where scikit-learn computes the same, the figures are equal: the table of docs/numpy.md."""

from __future__ import annotations

import warnings

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


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_r15_the_adjusted_average_is_adjusted_balanced_accuracy(weight: np.ndarray | None) -> None:
    some = LABELS.clip(3)  # four of the twelve classes do not occur
    best = SCORES.argmax(axis=1)
    for labels in (LABELS, some):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of classes that are only predicted
            expected = balanced_accuracy_score(labels, best, sample_weight=weight, adjusted=True)
        found = accord.balanced_accuracy(labels, SCORES, adjusted=True, sample_weight=weight)
        assert found == pytest.approx(expected, rel=1e-12)


def test_r15_so_it_is_for_binary_labels_and_nan_for_one_class() -> None:
    scores, labels = SCORES[:, 0], MANY[:, 0]
    expected = balanced_accuracy_score(labels, scores > 0.5, adjusted=True)
    assert accord.binary_accuracy(labels, scores, average="adjusted") == pytest.approx(expected)
    assert np.isnan(accord.balanced_accuracy([1, 1], np.eye(2), adjusted=True))
    assert np.isnan(accord.balanced_accuracy([1, 0], np.eye(2), k=2, adjusted=True))


def test_r15_no_average_gives_the_recall_of_each_class() -> None:
    expected = recall_score(LABELS, SCORES.argmax(axis=1), average=None)
    found = accord.sparse_categorical_accuracy(LABELS, SCORES, average=None)
    np.testing.assert_allclose(found, expected)


# Class 0 is predicted as 0 and as 1; class 1 does not occur, and class 2 is neither.
FEW_LABELS, FEW_SCORES = [0, 0], np.array([[0.9, 0.1, 0.0], [0.1, 0.9, 0.0]])


@pytest.mark.filterwarnings("ignore:Recall is ill-defined")
def test_r15_a_macro_average_counts_no_class_that_is_only_predicted() -> None:
    best = FEW_SCORES.argmax(axis=1)
    found = accord.sparse_categorical_accuracy(FEW_LABELS, FEW_SCORES, average="macro")
    assert found == 0.5
    assert recall_score(FEW_LABELS, best, average="macro") == 0.25


@pytest.mark.filterwarnings("ignore:Recall is ill-defined")
def test_r15_no_average_has_an_entry_for_every_column() -> None:
    found = accord.sparse_categorical_accuracy(FEW_LABELS, FEW_SCORES, average=None)
    np.testing.assert_array_equal(found, [0.5, np.nan, np.nan])
    best = FEW_SCORES.argmax(axis=1)
    np.testing.assert_array_equal(recall_score(FEW_LABELS, best, average=None), [0.5, 0.0])


def test_r15_the_weighted_average_is_weighted_recall() -> None:
    expected = recall_score(LABELS, SCORES.argmax(axis=1), average="weighted")
    found = accord.sparse_categorical_accuracy(LABELS, SCORES, average="weighted")
    assert found == pytest.approx(expected)


def test_r4_a_nan_is_never_a_hit_whatever_scikit_learn_makes_of_it() -> None:
    scores = np.array([[np.nan, 0.4]])
    assert accuracy_score([0], scores.argmax(axis=1)) == 1
    assert accord.sparse_categorical_accuracy([0], scores) == 0
    assert accuracy_score([0], np.array([np.nan]) > 0.5) == 1
    assert accord.binary_accuracy([0], np.array([np.nan])) == 0
    with pytest.raises(ValueError, match="NaN"):
        top_k_accuracy_score([0], np.full((1, 3), np.nan), k=1, labels=range(3))


@pytest.mark.filterwarnings("ignore:Jaccard is ill-defined")
def test_r11_two_empty_sets_have_a_jaccard_of_1_here_and_0_there() -> None:
    none = np.zeros((1, 3))
    assert accord.multilabel_accuracy(none, none, criteria="jaccard") == 1
    assert jaccard_score(none, none > 0.5, average="samples") == 0


@pytest.mark.filterwarnings("ignore:'k'")
def test_r6_k_beyond_the_classes_is_refused_and_1_there() -> None:
    with pytest.raises(ValueError, match="k=4 exceeds the 3 classes"):
        accord.top_k_accuracy([0], FEW_SCORES[:1], 4, ties="last")
    assert top_k_accuracy_score([0], FEW_SCORES[:1], k=4, labels=range(3)) == 1


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
