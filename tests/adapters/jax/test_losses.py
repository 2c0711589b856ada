"""Losses on JAX arrays: optax's own where they are the same, and in the style of optax."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from numpy.testing import assert_allclose

from accord.losses import list_mle, smooth_top_k, top_k_distillation
from accord_jax import list_mle_loss, smooth_top_k_loss, top_k_distillation_loss

RNG = np.random.default_rng(18)
LOGITS = jnp.asarray(RNG.normal(size=(8, 6)) * 3, jnp.float32)
TEACHER = jnp.asarray(RNG.normal(size=(8, 6)), jnp.float32)
RELEVANCE = jnp.asarray(RNG.integers(0, 3, (8, 6)))
LABELS = jnp.asarray(RNG.integers(0, 6, 8))


def test_list_mle_of_one_true_class_is_optaxs_cross_entropy() -> None:
    relevance = jax.nn.one_hot(LABELS, 6)
    found = list_mle_loss(LOGITS, relevance, k=1)
    expected = optax.losses.softmax_cross_entropy_with_integer_labels(LOGITS, LABELS)
    assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def test_smooth_top_k_of_k_1_is_optaxs_cross_entropy_with_a_margin() -> None:
    margin = 1 - jax.nn.one_hot(LABELS, 6)
    found = smooth_top_k_loss(LOGITS, LABELS, 1)
    expected = optax.losses.softmax_cross_entropy_with_integer_labels(LOGITS + margin, LABELS)
    assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def test_distillation_of_all_classes_is_optaxs_divergence() -> None:
    found = top_k_distillation_loss(LOGITS, TEACHER, 6)
    expected = optax.losses.kl_divergence(
        jax.nn.log_softmax(LOGITS), jax.nn.softmax(TEACHER, axis=-1)
    )
    assert_allclose(found, expected, rtol=1e-5)


def test_losses_in_optaxs_style_are_the_functions_with_the_logits_first() -> None:
    where = (LOGITS > -3).at[jnp.arange(8), LABELS].set(True)
    how: dict[str, Any] = {"mask": where, "reduction": "none"}
    pairs = [
        (
            list_mle_loss(LOGITS, RELEVANCE, k=3, ties="bound", where=where),
            list_mle(RELEVANCE, LOGITS, k=3, ties="bound", **how),
        ),
        (
            smooth_top_k_loss(LOGITS, LABELS, 2, temperature=2.0, where=where),
            smooth_top_k(LABELS, LOGITS, 2, temperature=2.0, **how),
        ),
        (
            top_k_distillation_loss(LOGITS, TEACHER, 2, rest="drop", ties="last", where=where),
            top_k_distillation(TEACHER, LOGITS, 2, rest="drop", ties="last", **how),
        ),
    ]
    for found, expected in pairs:
        assert_allclose(found, expected)


def test_no_gradient_flows_to_the_teacher() -> None:
    assert not jax.grad(lambda teacher: top_k_distillation(teacher, LOGITS, 2))(TEACHER).any()


@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16])
def test_a_gradient_has_the_dtype_of_the_logits(dtype: Any) -> None:
    narrow = LOGITS.astype(dtype)
    value, gradient = jax.jit(jax.value_and_grad(lambda x: smooth_top_k(LABELS, x, 3)))(narrow)
    assert (value.dtype, gradient.dtype) == (jnp.float32, dtype)


def test_a_model_learns_under_jit_by_each_loss_and_a_transform_of_optax() -> None:
    features = jnp.asarray(RNG.normal(size=(8, 4)), jnp.float32)
    optimiser = optax.sgd(0.05)
    losses = (
        lambda logits: list_mle_loss(logits, RELEVANCE).mean(),
        lambda logits: smooth_top_k_loss(logits, LABELS, 2).mean(),
        lambda logits: top_k_distillation_loss(logits, TEACHER, 2).mean(),
    )
    for loss in losses:

        @jax.jit
        def step(weights: Any, state: Any, loss: Any = loss) -> Any:
            value, gradient = jax.value_and_grad(lambda w: loss(features @ w))(weights)
            updates, state = optimiser.update(gradient, state)
            return optax.apply_updates(weights, updates), state, value

        weights = jnp.zeros((4, 6))
        state = optimiser.init(weights)
        values = []
        for _ in range(20):
            weights, state, value = step(weights, state)
            values.append(float(value))
        assert values[-1] < values[0]
