"""Precision, recall and F1 of the k best classes beside scikit-learn's (R27)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

import accord
import accord_numpy
from accord import scan

RNG = np.random.default_rng(27)
LABELS = RNG.choice([0, 1, 2, 3, 5], 300)  # 4 is predicted, and never true
SCORES = RNG.random((300, 7))
SCORES[:, 6] = -1  # neither
WEIGHT = RNG.random(300)
SETS = (RNG.random((300, 7)) < 0.25).astype(int)


@pytest.mark.parametrize("average", ["micro", "macro", "weighted", None])
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_r27_at_one_the_figures_are_scikit_learns_on_argmax(average: Any, weight: Any) -> None:
    found = accord.precision_recall(LABELS, SCORES, average=average, sample_weight=weight)
    peer = precision_recall_fscore_support(
        LABELS,
        SCORES.argmax(axis=1),
        labels=range(7),
        average=average,
        sample_weight=weight,
        zero_division=np.nan,
    )
    for ours, theirs in zip(found[:3], peer, strict=False):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    if average is None:
        np.testing.assert_allclose(found.support, peer[3])


@pytest.mark.parametrize(("place", "criteria"), [(0, "precision"), (1, "recall"), (2, "f1")])
def test_r27_of_label_sets_the_mean_over_samples_is_scikit_learns(
    place: int, criteria: Any
) -> None:
    peer = precision_recall_fscore_support(
        SETS, SCORES > 0.8, average="samples", zero_division=np.nan
    )
    found = accord.multilabel_accuracy(SETS, SCORES, criteria=criteria, threshold=0.8)
    assert found == pytest.approx(peer[place], rel=1e-12)


def test_r17_batches_give_the_figures_of_one_call() -> None:
    metric = accord_numpy.PrecisionRecall((1, 3), ties="last", average=None)
    for rows in (slice(0, 1), slice(1, 90), slice(90, 300)):
        metric.update(LABELS[rows], SCORES[rows])
    whole = accord.precision_recall(LABELS, SCORES, (1, 3), ties="last", average=None)
    for one, other in zip(metric.compute(), whole, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_r21_a_report_of_one_figure_refuses_several() -> None:
    with pytest.raises(ValueError, match=r"several figures.*accord.precision_recall"):
        accord.evaluate(LABELS, SCORES, measure=accord.PrecisionRecall())


@pytest.mark.parametrize("on", [False, True])
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_r27_the_confusion_at_one_is_scikit_learns(on: bool, weight: Any) -> None:
    with scan.using(on):
        found = accord.confusion(LABELS, SCORES, sample_weight=weight)
        pairs = accord.confusion(LABELS, SCORES, sample_weight=weight, pairs=True)
    best = SCORES.argmax(axis=1)
    peer = confusion_matrix(LABELS, best, labels=range(7), sample_weight=weight)
    np.testing.assert_allclose(found, peer, rtol=1e-12)
    np.testing.assert_allclose(pairs.counts, peer[peer > 0], rtol=1e-12)


@pytest.mark.parametrize("on", [False, True])
def test_r16_no_samples_give_nan_and_an_empty_table(on: bool) -> None:
    labels, scores = np.zeros(0, int), np.zeros((0, 3))
    with scan.using(on):
        found = accord.precision_recall(labels, scores, average=None)
        assert np.isnan(found[:3]).all()
        assert found.support.tolist() == [0, 0, 0]
        assert not accord.confusion(labels, scores).any()
        assert accord.confusion(labels, scores, pairs=True).counts.size == 0


@pytest.mark.parametrize("on", [False, True])
def test_r2_a_nan_is_predicted_before_any_number(on: bool) -> None:
    scores = np.array([[np.nan, 0.9, np.nan, 0.1], [0.5, np.nan, 0.5, 0.1]])
    with scan.using(on):
        tally = accord.PrecisionRecall((1, 2), ties="last").tally([1, 0], scores)
        first = accord.PrecisionRecall((1, 2)).tally([1, 0], scores)
    assert tally.predicted.tolist() == [[0, 1, 1, 0], [1, 1, 2, 0]]
    assert first.predicted.tolist() == [[1, 1, 0, 0], [2, 1, 1, 0]]
