"""Figures at every k: a state of as many k as classes (R6)."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import accord
from accord_jax import TopKAccuracy, nnx

RNG = np.random.default_rng(6)
LABELS = RNG.integers(0, 20, 64)
SCORES = RNG.integers(0, 9, (64, 20)).astype(np.float32)
NEAR = 1e-6


def test_a_state_is_made_for_the_classes_and_holds_to_them() -> None:
    metric = TopKAccuracy("all")
    with pytest.raises(ValueError, match=r"k='all' counts at as many k .* pass .* classes=C"):
        metric.init()
    state = metric.init(classes=20)
    update = jax.jit(metric.update)
    for some in (slice(0, 40), slice(40, None)):
        state = update(state, jnp.asarray(LABELS[some]), jnp.asarray(SCORES[some]))
    expected = accord.top_k_accuracy(LABELS, SCORES, "all")
    np.testing.assert_allclose(metric.compute(state), expected, rtol=NEAR)
    with pytest.raises(ValueError, match="y_score has 5 classes but the batches before had 20"):
        metric.update(state, LABELS % 5, SCORES[:, :5])
    held = nnx.TopKAccuracy("all", classes=20)
    held.update(logits=jnp.asarray(SCORES), labels=jnp.asarray(LABELS))
    np.testing.assert_allclose(held.compute(), expected, rtol=NEAR)


def test_r20_floats_of_32_bits_keep_the_mean_over_very_many_ties() -> None:
    classes = 2000
    scores, labels = jnp.zeros((100, classes)), jnp.arange(100)
    count = jax.jit(lambda y, s: accord.top_k_accuracy(y, s, "all", ties="expected"))
    expected = np.arange(1, classes + 1) / classes
    np.testing.assert_allclose(count(labels, scores), expected, rtol=NEAR)
