"""Predicted labels and ranked lists in Keras' metrics, eager and compiled (R28)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

import accord
from accord_keras import BinaryAccuracy, SparseCategoricalAccuracy, TopKAccuracy

RNG = np.random.default_rng(28)
LABELS = RNG.integers(0, 7, 40)
TIED = (RNG.integers(0, 4, (40, 7)) / 4).astype("float32")
INDICES = np.argsort(-TIED, axis=-1, kind="stable")[:, :3]
VALUES = np.take_along_axis(TIED, INDICES, -1)
WEIGHT = RNG.integers(0, 3, 40).astype("float32")


def on_backend(*arrays: Any) -> list[Any]:
    return [keras.ops.convert_to_tensor(each) for each in arrays]


@pytest.mark.parametrize("shape", [(40,), (40, 1)], ids=["flat", "column"])
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_predicted_labels_give_keras_accuracy(shape: Any, weight: Any) -> None:
    true, predicted = on_backend(LABELS.reshape(shape), INDICES[:, 0])
    if shape != (40,):
        predicted = keras.ops.expand_dims(predicted, -1)
    ours, theirs = SparseCategoricalAccuracy(), keras.metrics.Accuracy()
    ours.update_from_lists(true, predicted, sample_weight=weight)
    theirs.update_state(true, predicted, sample_weight=weight)
    assert float(ours.result()) == pytest.approx(float(theirs.result()), rel=1e-6)


@pytest.mark.parametrize("k", [1, 3])
def test_ranked_lists_give_the_figure_of_keras_from_sorted_ids(k: int) -> None:
    given = on_backend(LABELS, INDICES)
    theirs = keras.metrics.SparseTopKCategoricalAccuracy(k, from_sorted_ids=True)
    ours = TopKAccuracy(k)
    theirs.update_state(*given)
    ours.update_from_lists(*given)
    assert float(ours.result()) == pytest.approx(float(theirs.result()), rel=1e-6)


def test_a_column_of_labels_goes_with_predicted_labels_and_with_lists() -> None:
    metric = TopKAccuracy(1)
    metric.update_from_lists(LABELS[:, None], INDICES[:, 0])
    one = float(metric.result())
    metric.reset_state()
    metric.update_from_lists(*on_backend(LABELS[:, None], INDICES, VALUES))
    assert one == float(metric.result()) == pytest.approx(np.mean(INDICES[:, 0] == LABELS))


@pytest.mark.parametrize("average", ["micro", "macro"])
def test_lists_and_scores_are_counted_in_one_state(average: Any) -> None:
    metric = TopKAccuracy((1, 3), average=average)
    metric.update_from_lists(*on_backend(LABELS[:9], INDICES[:9], VALUES[:9]), n_classes=7)
    metric.update_state(*on_backend(LABELS[9:], TIED[9:]))
    whole = accord.top_k_accuracy(LABELS, TIED, (1, 3), average=average)
    found = [float(each) for each in metric.result().values()]
    np.testing.assert_allclose(found, whole, rtol=1e-6)


def test_positions_of_sequences_take_one_weight_and_a_mask() -> None:
    true, predicted = LABELS.reshape(8, 5), INDICES[:, 0].reshape(8, 5)
    mask = RNG.random((8, 5)) < 0.7
    metric = SparseCategoricalAccuracy()
    metric.update_from_lists(true, predicted, sample_weight=WEIGHT[:8], mask=mask)
    spread = np.repeat(WEIGHT[:8, None], 5, 1) * mask
    expected = np.average(true == predicted, weights=spread)
    assert float(metric.result()) == pytest.approx(expected, rel=1e-6)


def test_a_compiled_step_counts_lists(
    compiled: Callable[[Callable[..., Any]], Callable[..., Any]],
) -> None:
    metric, plain = TopKAccuracy((1, 3)), TopKAccuracy((1, 3))

    @compiled
    def step(variables: Any, *lists: Any) -> Any:
        return metric.stateless_update_from_lists(variables, *lists)

    before = [variable.value for variable in metric.variables]
    after = step(before, *on_backend(LABELS, INDICES, VALUES))
    plain.update_from_lists(LABELS, INDICES, VALUES)
    found = metric.stateless_result(after)
    for name, value in plain.result().items():
        assert float(found[name]) == pytest.approx(float(value), rel=1e-6)


def test_counters_by_class_are_built_before_a_step_without_state() -> None:
    metric = TopKAccuracy(3, average="macro")
    given = on_backend(LABELS, INDICES)
    with pytest.raises(ValueError, match=r"call build\(\(None,\), \(None, C\)\) beforehand"):
        metric.stateless_update_from_lists([], *given, n_classes=7)
    metric.build((None,), (None, 7))
    before = [variable.value for variable in metric.variables]
    after = metric.stateless_update_from_lists(before, *given, n_classes=7)
    whole = accord.top_k_from_lists(LABELS, INDICES, k=3, average="macro", n_classes=7)
    assert float(metric.stateless_result(after)) == pytest.approx(float(whole), rel=1e-6)


def test_a_refused_batch_leaves_the_metric_as_it_was() -> None:
    metric = TopKAccuracy(2)
    metric.update_from_lists(LABELS, INDICES)
    before = float(metric.result())
    with pytest.raises(ValueError, match=r"classes\[0, 1\] is 3, which is in its list already"):
        metric.update_from_lists([1], [[3, 3]])
    with pytest.raises(ValueError, match="classes is a ragged list"):
        metric.update_from_lists([1, 2], [[3, 3], [1]])
    with pytest.raises(ValueError, match=r"ranked lists .* use a measure of ranks"):
        BinaryAccuracy().update_from_lists(LABELS, INDICES)
    assert float(metric.result()) == before
