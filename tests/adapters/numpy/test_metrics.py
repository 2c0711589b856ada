"""NumPy's metric classes: each is its measure, streamed."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

import accord
import accord_numpy

RNG = np.random.default_rng(3)
SCORES = RNG.integers(0, 4, (50, 5)) / 4
LABELS = RNG.integers(0, 5, 50)
DENSE = np.eye(5)[LABELS]
MANY = RNG.integers(0, 2, (50, 5))

# A metric, what it is fed, and the figure of one call over everything.
STREAMS: list[tuple[accord.Metric, Any, Any, Any]] = [
    (
        accord_numpy.TopKAccuracy((1, 3), ties="last"),
        LABELS,
        SCORES,
        lambda: accord.top_k_accuracy(LABELS, SCORES, (1, 3), ties="last"),
    ),
    (
        accord_numpy.SparseCategoricalAccuracy(average="macro", ignore_index=2),
        LABELS,
        SCORES,
        lambda: accord.sparse_categorical_accuracy(LABELS, SCORES, average="macro", ignore_index=2),
    ),
    (
        accord_numpy.TopKCategoricalAccuracy(2, average=None),
        DENSE,
        SCORES,
        lambda: accord.top_k_categorical_accuracy(DENSE, SCORES, 2, average=None),
    ),
    (
        accord_numpy.CategoricalAccuracy(ties="expected"),
        DENSE,
        SCORES,
        lambda: accord.categorical_accuracy(DENSE, SCORES, ties="expected"),
    ),
    (
        accord_numpy.BinaryAccuracy(0.25, at_threshold="positive"),
        MANY,
        SCORES,
        lambda: accord.binary_accuracy(MANY, SCORES, threshold=0.25, at_threshold="positive"),
    ),
    (
        accord_numpy.MeanReciprocalRank((1, 5), ties="expected"),
        LABELS,
        SCORES,
        lambda: accord.mean_reciprocal_rank(LABELS, SCORES, (1, 5), ties="expected"),
    ),
    (
        accord_numpy.NDCG(ignore_index=2, average="macro"),
        LABELS,
        SCORES,
        lambda: accord.ndcg(LABELS, SCORES, ignore_index=2, average="macro"),
    ),
    (
        accord_numpy.MultilabelAccuracy("jaccard", k=2, ties="last"),
        MANY,
        SCORES,
        lambda: accord.multilabel_accuracy(MANY, SCORES, criteria="jaccard", k=2, ties="last"),
    ),
]


@pytest.mark.parametrize(("metric", "labels", "scores", "whole"), STREAMS)
def test_r17_three_uneven_batches_give_the_figure_of_one_call(
    metric: accord.Metric, labels: Any, scores: Any, whole: Any
) -> None:
    for rows in (slice(0, 1), slice(1, 30), slice(30, 50)):
        metric.update(labels[rows], scores[rows])
    np.testing.assert_allclose(metric.compute(), whole(), rtol=1e-12)


@pytest.mark.parametrize(
    ("metric", "function"),
    [
        (accord_numpy.BinaryAccuracy, accord.binary_accuracy),
        (accord_numpy.CategoricalAccuracy, accord.categorical_accuracy),
        (accord_numpy.SparseCategoricalAccuracy, accord.sparse_categorical_accuracy),
        (accord_numpy.TopKAccuracy, accord.top_k_accuracy),
        (accord_numpy.TopKCategoricalAccuracy, accord.top_k_categorical_accuracy),
        (accord_numpy.MultilabelAccuracy, accord.multilabel_accuracy),
        (accord_numpy.MeanReciprocalRank, accord.mean_reciprocal_rank),
        (accord_numpy.NDCG, accord.ndcg),
        (accord_numpy.PrecisionRecall, accord.precision_recall),
    ],
)
def test_a_metric_takes_the_options_of_its_function(metric: Any, function: Any) -> None:
    data = {"y_true", "y_score", "sample_weight", "mask", "candidates", "groups"}
    of_function = {
        name: p.default
        for name, p in inspect.signature(function).parameters.items()
        if name not in data
    }
    of_metric = {
        name: p.default
        for name, p in inspect.signature(metric).parameters.items()
        if p.kind is not p.VAR_KEYWORD
    }
    assert of_metric == of_function
