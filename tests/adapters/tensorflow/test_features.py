"""Top-k accuracy from hidden states and an output matrix, in graphs that know no batch size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

import accord
from accord_conformance.reference import credit

RNG = np.random.default_rng(4)
HIDDEN = RNG.integers(-2, 3, (30, 4)).astype(np.float32)
WEIGHTS = RNG.integers(-2, 3, (9, 4)).astype(np.float32)
LABELS = RNG.integers(0, 9, 30)
ROWS = (HIDDEN.astype(int) @ WEIGHTS.astype(int).T).tolist()


def test_a_batch_of_unknown_size_is_counted_and_unknown_classes_are_refused() -> None:
    def from_features(labels: Any, hidden: Any, weights: Any) -> Any:
        return accord.top_k_from_features(labels, hidden, weights, k=3, block=4)

    batch = [tf.TensorSpec([None], tf.int64), tf.TensorSpec([None, 4])]
    graph = tf.function(from_features, input_signature=[*batch, tf.TensorSpec([9, 4])])
    for size in (30, 7):
        found = graph(*map(tf.constant, (LABELS[:size], HIDDEN[:size], WEIGHTS)))
        hits = [
            credit(row, int(y), 3, "first") for row, y in zip(ROWS, LABELS[:size], strict=False)
        ]
        assert float(found) == pytest.approx(float(sum(hits) / size), rel=1e-6)
    unknown = tf.function(from_features, input_signature=[*batch, tf.TensorSpec([None, 4])])
    with pytest.raises(ValueError, match=r"weights has shape \(None, 4\).*before tracing"):
        unknown.get_concrete_function()
