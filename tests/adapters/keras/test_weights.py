"""Weights and masks of other shapes: those that Keras' own metrics take, and no more.

The peer is Keras' metric of the same name, on scores without ties and a single batch, where its
mean over time is that over samples.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from accord_keras import BinaryAccuracy, SparseCategoricalAccuracy, TopKAccuracy

Compile = Callable[[Callable[..., Any]], Callable[..., Any]]

RNG = np.random.default_rng(17)
Shapes = dict[str, list[tuple[int, ...]]]

N, T, U, C = 4, 3, 2, 5


def scores(*shape: int) -> Any:
    return RNG.permutation(np.prod(shape)).reshape(shape).astype("float32") / np.prod(shape)


SAMPLES = {
    "classes": (scores(N, C), RNG.integers(0, C, N)),
    "tokens": (scores(N, T, C), RNG.integers(0, C, (N, T))),
    "pixels": (scores(N, T, U, C), RNG.integers(0, C, (N, T, U))),
    "binary": (scores(N, T), RNG.integers(0, 2, (N, T))),
    "binary column": (scores(N, 1), RNG.integers(0, 2, (N, 1))),
}

TAKEN: Shapes = {
    "classes": [(), (1,), (N,), (1, 1), (N, 1)],
    "tokens": [(), (1,), (N,), (1, 1), (1, T), (N, 1), (N, T), (N, 1, 1), (N, T, 1)],
    "pixels": [(), (N,), (N, 1), (N, T), (N, 1, 1), (N, T, 1), (N, 1, U), (1, T, U), (N, T, U)],
    "binary": [(), (N,), (N, 1), (1, T), (N, T), (N, T, 1)],
    "binary column": [(), (1,), (N,), (N, 1)],
}

REFUSED: Shapes = {
    "classes": [(C,), (N, C), (1, N), (N, 1, 1)],
    "tokens": [(T,), (N, C), (T, N), (N, T, C), (N, 1, C)],
    "pixels": [(U,), (T, U), (N, U), (N, U, T), (N, T, U, C)],
    "binary": [(T,), (T, N), (N, T, T)],
    "binary column": [(1, N), (N, N)],
}


def pairs(shapes: Shapes) -> list[tuple[str, tuple[int, ...]]]:
    return [(kind, shape) for kind, each in shapes.items() for shape in each]


def of(kind: str) -> tuple[Any, Any]:
    """Return our metric and Keras' own."""
    if "binary" in kind:
        return BinaryAccuracy(), keras.metrics.BinaryAccuracy()
    return SparseCategoricalAccuracy(), keras.metrics.SparseCategoricalAccuracy()


@pytest.mark.parametrize(("kind", "shape"), pairs(TAKEN))
def test_a_weight_for_several_samples_counts_as_in_keras_own_metric_r14(
    kind: str, shape: tuple[int, ...]
) -> None:
    y_pred, y_true = SAMPLES[kind]
    weight = np.asarray(RNG.integers(1, 5, shape), "float32")
    ours, own = of(kind)
    ours.update_state(y_true, y_pred, sample_weight=weight)
    own.update_state(y_true, y_pred, sample_weight=weight)
    assert float(ours.result()) == pytest.approx(float(own.result()), rel=1e-6)
    tensors = [keras.ops.convert_to_tensor(each) for each in (y_true, y_pred, weight)]
    ours.reset_state()
    ours.update_state(*tensors)
    assert float(ours.result()) == pytest.approx(float(own.result()), rel=1e-6)


@pytest.mark.parametrize(("kind", "shape"), pairs(REFUSED))
def test_weights_that_keras_own_metric_refuses_are_refused_by_their_shape_r12(
    kind: str, shape: tuple[int, ...]
) -> None:
    y_pred, y_true = SAMPLES[kind]
    ours, own = of(kind)
    with pytest.raises(Exception):  # noqa: B017, PT011  # each backend raises its own
        own.update_state(y_true, y_pred, sample_weight=np.ones(shape, "float32"))
    wanted = rf"sample_weight has shape {shape}".replace("(", r"\(").replace(")", r"\)")
    for pred in (y_pred, keras.ops.convert_to_tensor(y_pred)):
        with pytest.raises(ValueError, match=wanted):
            ours.update_state(y_true, pred, sample_weight=np.ones(shape, "float32"))
    assert int(ours.tally.total) == 0


def test_a_column_of_weights_reaches_a_sequence_model_through_fit() -> None:
    y_pred, y_true = SAMPLES["tokens"]
    weight = np.array([[2.0], [0.0], [1.0], [3.0]], "float32")
    model = keras.Sequential([keras.Input((T, C)), keras.layers.Activation("linear")])
    weighted: list[Any] = [SparseCategoricalAccuracy(), TopKAccuracy((1, 2))]
    model.compile(
        loss=lambda y_true, y_pred: keras.ops.mean(y_pred, -1),  # Keras' signature
        weighted_metrics=weighted,
    )
    found = model.evaluate(
        y_pred, y_true, sample_weight=weight, batch_size=2, verbose=0, return_dict=True
    )
    hits = (y_pred.argmax(-1) == y_true).mean(axis=1)
    expected = float((hits * weight[:, 0]).sum() / weight.sum())
    assert found["sparse_categorical_accuracy"] == pytest.approx(expected, rel=1e-6)
    assert found["top_1_accuracy"] == pytest.approx(expected, rel=1e-6)
    assert float(weighted[0].tally.total) == 18.0  # three tokens each


def test_a_column_of_flags_is_a_mask_for_whole_sequences_r13() -> None:
    y_pred, y_true = SAMPLES["tokens"]
    keep = np.array([[True], [False], [True], [True]])
    right = int((y_pred.argmax(-1) == y_true)[keep[:, 0]].sum())
    metric = SparseCategoricalAccuracy()
    metric.update_state(y_true, y_pred, mask=keep)
    metric.update_state(y_true, y_pred, sample_weight=keep)
    assert (int(metric.tally.correct), int(metric.tally.total)) == (2 * right, 18)


def test_a_column_of_weights_may_be_numpy_in_a_compiled_update(compiled: Compile) -> None:
    y_pred, y_true = SAMPLES["tokens"]
    weight = np.array([[2.0], [0.0], [1.0], [3.0]], "float32")
    eager, metric = SparseCategoricalAccuracy(), SparseCategoricalAccuracy()
    eager.update_state(y_true, y_pred, sample_weight=weight)
    state = [keras.ops.convert_to_tensor(variable) for variable in metric.variables]
    step = compiled(lambda state, s: metric.stateless_update_state(state, y_true, s, weight))
    found = step(state, keras.ops.convert_to_tensor(y_pred))
    for variable, value in zip(metric.variables, found, strict=True):
        variable.assign(value)
    assert [float(field) for field in metric.tally] == [float(field) for field in eager.tally]


def test_no_metric_makes_numpy_warn() -> None:
    y_pred, y_true = SAMPLES["classes"]
    tensors = [keras.ops.convert_to_tensor(each) for each in (y_true, y_pred)]
    weight = keras.Variable(np.ones(N, "float32"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # pyproject lets NumPy's warning of __array__ pass
        for metric in (TopKAccuracy((1, 2)), SparseCategoricalAccuracy(average="macro")):
            metric.update_state(y_true, y_pred, sample_weight=weight)
            metric.update_state(tensors[0], tensors[1], weight)
            metric.update_state(tensors[0], y_pred)
            assert metric.result() is not None
            assert metric.tally is not None
