"""Labels, masks and weights of NumPy or Python beside scores that a graph traces (R21)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

import accord

SCORES = np.array([[0.2, 0.5, 0.3], [0.4, 0.4, 0.2], [0.1, 0.1, 0.8]], "float32")
LABELS, MASK, WEIGHT = [1, 1, 0], [True, False, True], [1.0, 2.0, 3.0]
MEASURE = accord.TopK((1, 2))

# Row 0 is a hit at 1 and 2, of weight 1; row 1 is masked; row 2 has a rival tied behind, of weight 3.
EXPECTED: list[Any] = [[1.0, 4.0], [1.0, 1.0], [1.0, 4.0], 4.0, 0.0, 0.0]

HOST: dict[str, tuple[Any, Any, Any]] = {
    "lists": (LABELS, MASK, WEIGHT),
    "tuples": (tuple(LABELS), tuple(MASK), tuple(WEIGHT)),
    "NumPy": (np.array(LABELS), np.array(MASK), np.array(WEIGHT)),
    "narrow NumPy": (np.array(LABELS, "uint8"), np.array(MASK), np.array(WEIGHT, "float16")),
    "whole floats": (np.array(LABELS, "float32"), np.array(MASK), np.array([1, 2, 3])),
}


def mapped(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda scores: [
        found[0] for found in tf.vectorized_map(function, tf.stack([scores, 1 - scores]))
    ]


def batched(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda scores: next(iter(tf.data.Dataset.from_tensors(scores).map(function)))


UNKNOWN = [tf.TensorSpec([None, 3])]

MODES: dict[str, Callable[..., Any]] = {
    "graph": tf.function,
    "XLA": lambda function: tf.function(function, jit_compile=True),
    "graph of unknown batch": lambda function: tf.function(function, input_signature=UNKNOWN),
    "XLA of unknown batch": lambda function: tf.function(
        function, jit_compile=True, input_signature=UNKNOWN
    ),
    "vectorized_map": mapped,
    "tf.data": batched,
}


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
@pytest.mark.parametrize("host", HOST.values(), ids=HOST)
def test_host_arrays_count_beside_traced_scores_r21(
    host: tuple[Any, Any, Any], mode: Callable[..., Any]
) -> None:
    labels, mask, weight = host
    count = mode(lambda s: tuple(MEASURE.tally(labels, s, mask=mask, sample_weight=weight)))
    assert [field.numpy().tolist() for field in count(tf.constant(SCORES))] == EXPECTED


@pytest.mark.parametrize("mode", list(MODES.values())[:4], ids=list(MODES)[:4])
def test_dense_labels_and_sets_may_be_host_arrays_too_r21(mode: Callable[..., Any]) -> None:
    rows = np.eye(3, dtype="int32")[LABELS]
    for measure in (accord.Categorical(), accord.Multilabel(k=1)):
        for labels in (rows, rows.tolist()):
            found = mode(lambda s: measure.tally(labels, s, mask=MASK).correct)(tf.constant(SCORES))  # noqa: B023  # called at once
            assert int(found) == 1  # row 0 alone


def test_host_arrays_of_another_length_are_refused_while_tracing_r12() -> None:
    graph = tf.function(lambda s: accord.top_k_accuracy([1, 0], s, 1))
    with pytest.raises(ValueError, match=r"y_true has shape \(2,\)"):
        graph(tf.constant(SCORES))
