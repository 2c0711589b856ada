"""What reaches a Keras metric on TensorFlow: unknown lengths, ragged and sparse tensors, lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from accord_keras import SparseCategoricalAccuracy

if keras.backend.backend() != "tensorflow":
    pytest.skip("Keras runs on another backend", allow_module_level=True)

ROWS = np.array([[0.2, 0.5, 0.3], [0.4, 0.4, 0.2], [0.1, 0.1, 0.8], [0.6, 0.3, 0.1]], "float32")
SCORES = np.stack([ROWS, ROWS], axis=1)  # four sequences of two tokens
LABELS = np.array([[1, 1], [1, 1], [0, 0], [0, 0]])  # right, wrong, wrong, right
WEIGHTS = np.array([[2.0], [1.0], [1.0], [1.0]], "float32")  # one a sequence


def counts(batches: Any, *, jit_compile: bool = False) -> list[float]:
    metric = SparseCategoricalAccuracy()
    model = keras.Sequential([keras.Input((None, 3)), keras.layers.Activation("linear")])
    model.compile(
        loss=lambda y_true, y_pred: keras.ops.mean(y_pred, -1),  # Keras' signature
        weighted_metrics=[metric],
        jit_compile=jit_compile,
    )
    model.evaluate(batches, steps=2, verbose=0)
    return [float(metric.tally.correct), float(metric.tally.total)]


def halves() -> Iterator[tuple[Any, ...]]:
    yield SCORES[:2], LABELS[:2], WEIGHTS[:2]
    yield SCORES[2:], LABELS[2:], WEIGHTS[2:]


class Halves(keras.utils.PyDataset):  # type: ignore[misc]  # keras has no types
    def __len__(self) -> int:
        return 2

    def __getitem__(self, place: int) -> Any:
        return list(halves())[place]


@pytest.mark.parametrize("jit_compile", [False, True], ids=["graph", "XLA"])
@pytest.mark.parametrize("last", [1, None], ids=["a column", "unknown"])
def test_a_weight_a_sequence_holds_where_no_length_is_known_r14(
    last: int | None, jit_compile: bool
) -> None:
    spec = (
        tf.TensorSpec([None, None, 3]),
        tf.TensorSpec([None, None], tf.int64),
        tf.TensorSpec([None, last]),
    )
    batches = tf.data.Dataset.from_generator(halves, output_signature=spec)
    assert counts(batches, jit_compile=jit_compile) == [6.0, 10.0]


def test_a_pydataset_is_counted() -> None:
    assert counts(Halves()) == [6.0, 10.0]


RAGGED = tf.ragged.constant([[1], [1, 0]])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((LABELS[0], tf.ragged.constant([[0.1, 0.9], [0.5]])), TypeError, "y_pred is a RaggedT"),
        ((RAGGED, SCORES), TypeError, r"y_true is a RaggedTensor; pass y_true\.to_tensor\(\)"),
        ((LABELS, SCORES, RAGGED), TypeError, "sample_weight is a RaggedTensor"),
        ((tf.sparse.from_dense(LABELS), SCORES), TypeError, r"tf\.sparse\.to_dense\(y_true\)"),
        ((LABELS[0], tf.sparse.from_dense(ROWS)), TypeError, r"tf\.sparse\.to_dense\(y_pred\)"),
        ((LABELS[0], [[0.1, 0.9], [0.5]]), ValueError, "y_pred is a ragged list"),
        (([[1], [1, 0]], SCORES), ValueError, "y_true is a ragged list"),
        ((None, SCORES), TypeError, "y_true is None; pass"),
        ((LABELS[0], None), TypeError, "y_pred is None; pass"),
        ((1, np.float32(0.5)), ValueError, "single number"),
    ],
)
def test_what_is_no_dense_array_is_refused_by_name_r21(
    arguments: tuple[Any, ...], error: type[Exception], message: str
) -> None:
    metric = SparseCategoricalAccuracy()
    with pytest.raises(error, match=message):
        metric.update_state(*arguments)
    assert int(metric.tally.total) == 0


def test_a_compiled_update_is_one_program_and_one_addition() -> None:
    metric = SparseCategoricalAccuracy()
    update = tf.function(metric.update_state, autograph=False)
    graph = update.get_concrete_function(tf.constant(LABELS[:, 0]), tf.constant(ROWS)).graph
    inputs = {"Placeholder", "Const"}
    found = [each.type for each in graph.get_operations() if each.type not in inputs]
    assert found == ["PartitionedCall", "Pack", "Reshape", "AssignAddVariableOp"]
