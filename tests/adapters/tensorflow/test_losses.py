"""Losses on tensors and variables: TensorFlow's own, graphs whose batch is not known, and XLA."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from numpy.testing import assert_allclose

from accord.losses import list_mle, smooth_top_k, top_k_distillation

RNG = np.random.default_rng(18)
LOGITS = (RNG.normal(size=(2, 4, 6)) * 3).astype("float32")
TEACHER = RNG.normal(size=(2, 4, 6)).astype("float32")
RELEVANCE = RNG.integers(0, 3, (2, 4, 6))
LABELS = RNG.integers(0, 6, (2, 4))

EACH = {
    "list_mle": (RELEVANCE, lambda truth, x, **how: list_mle(truth, x, ties="bound", **how)),
    "smooth_top_k": (LABELS, lambda truth, x, **how: smooth_top_k(truth, x, 3, **how)),
    "top_k_distillation": (TEACHER, lambda truth, x, **how: top_k_distillation(truth, x, 2, **how)),
}
each_loss = pytest.mark.parametrize(("truth", "loss"), EACH.values(), ids=EACH.keys())


def test_list_mle_of_one_true_class_is_tensorflows_cross_entropy() -> None:
    found = list_mle(tf.one_hot(LABELS, 6), tf.constant(LOGITS), k=1, reduction="none")
    expected = tf.nn.sparse_softmax_cross_entropy_with_logits(LABELS, LOGITS)
    assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


@each_loss
@pytest.mark.parametrize("xla", [False, True])
def test_a_graph_of_batches_and_sequences_of_any_length_computes_the_same(
    truth: Any, loss: Any, xla: bool
) -> None:
    unknown = [
        tf.TensorSpec((None, None, *truth.shape[2:]), truth.dtype),
        tf.TensorSpec((None, None, 6), tf.float32),
    ]

    def traced(truth: Any, logits: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(logits)
            losses = loss(truth, logits, reduction="none")
            total = tf.reduce_sum(losses)
        return losses, tape.gradient(total, logits)

    each = tf.function(traced, input_signature=unknown, jit_compile=xla)
    losses, gradient = each(tf.constant(truth), tf.constant(LOGITS))
    assert_allclose(losses, loss(truth, LOGITS, reduction="none"), rtol=1e-5, atol=1e-6)
    assert gradient.shape == LOGITS.shape
    one = each(tf.constant(truth[:1, :3]), tf.constant(LOGITS[:1, :3]))
    assert_allclose(one[1], gradient[:1, :3], rtol=1e-5, atol=1e-6)


@each_loss
def test_a_variable_learns(truth: Any, loss: Any) -> None:
    variable = tf.Variable(LOGITS)
    with tf.GradientTape() as tape:
        value = loss(truth, variable)
    gradient = tape.gradient(value, variable)
    variable.assign_sub(0.1 * gradient)
    assert loss(truth, variable) < value


def test_no_gradient_flows_to_the_teacher() -> None:
    teacher = tf.Variable(TEACHER)
    with tf.GradientTape() as tape:
        value = top_k_distillation(teacher, tf.constant(LOGITS), 2)
    assert tape.gradient(value, teacher) is None
