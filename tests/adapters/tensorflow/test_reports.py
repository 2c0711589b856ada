"""Reports of TensorFlow tensors, and options that a graph has traced."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

import accord

RNG = np.random.default_rng(7)
LABELS = RNG.integers(0, 8, 64)
SCORES = (RNG.integers(-2, 3, (64, 8)) / 2).astype(np.float32)
BROKEN = np.where(RNG.random((64, 8)) < 0.1, np.float32(np.nan), SCORES)
BROKEN[RNG.random((64, 8)) < 0.1] = -np.inf


@pytest.mark.parametrize("dtype", [tf.float32, tf.float16, tf.bfloat16])
@pytest.mark.parametrize("scores", [SCORES, BROKEN], ids=["finite", "broken"])
def test_r20_a_report_says_of_nan_and_infinities_what_that_of_numpy_does(
    scores: Any, dtype: tf.DType
) -> None:
    expected = accord.evaluate(LABELS, scores, (1, 3)).to_dict()
    found = accord.evaluate(LABELS, tf.cast(scores, dtype), (1, 3))
    assert found.to_dict() == expected
    assert bool(expected["nan"]) == bool(expected["minus_inf"]) == (scores is BROKEN)


def test_r23_a_traced_option_is_refused_with_the_remedy() -> None:
    graph = tf.function(accord.top_k_accuracy)
    with pytest.raises(
        ValueError, match=r"k is traced.*tf\.function takes as it is; pass k as one"
    ):
        graph(LABELS, tf.constant(SCORES), tf.constant(5))
    found = float(graph(LABELS, tf.constant(SCORES), 5))
    assert found == pytest.approx(float(accord.top_k_accuracy(LABELS, SCORES, 5)))


def test_r23_a_report_in_a_graph_is_refused_with_the_remedy() -> None:
    with pytest.raises(TypeError, match="outside of the traced function, or use a measure's tally"):
        tf.function(accord.evaluate)(LABELS, tf.constant(SCORES))
    graph = tf.function(lambda scores: accord.TopK(1).tally(LABELS, scores).accuracy())
    assert float(graph(tf.constant(SCORES))) == pytest.approx(
        float(accord.top_k_accuracy(LABELS, SCORES, 1))
    )
