"""Reciprocal rank and NDCG under jit, in a state that is scanned over, and in flax.nnx (R26)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

import accord
import accord_jax
import accord_jax.nnx
from accord.credit.ties import Ties

RNG = np.random.default_rng(26)
LABELS = RNG.integers(0, 7, (6, 10))
SCORES = (RNG.integers(0, 4, (6, 10, 7)) / 4).astype(np.float32)


@pytest.mark.parametrize("ties", ["first", "expected"])
def test_r26_a_scan_over_batches_counts_as_one_call(ties: Ties) -> None:
    metric = accord_jax.NDCG((1, 7), ties=ties)

    def step(state: Any, batch: Any) -> Any:
        return metric.update(state, *batch), None

    batches = (jnp.asarray(LABELS), jnp.asarray(SCORES))
    state, _ = jax.jit(lambda: jax.lax.scan(step, metric.init(), batches))()
    expected = accord.ndcg(LABELS, SCORES, (1, 7), ties=ties)
    np.testing.assert_allclose(metric.compute(state), expected, rtol=1e-6)


def test_r26_mapped_calls_give_the_figure_of_each_batch() -> None:
    found = jax.vmap(jax.jit(accord.mean_reciprocal_rank))(jnp.asarray(LABELS), jnp.asarray(SCORES))
    expected = [accord.mean_reciprocal_rank(*pair) for pair in zip(LABELS, SCORES, strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_r26_an_nnx_metric_by_class_is_updated_under_jit() -> None:
    metric = accord_jax.nnx.MeanReciprocalRank(average="macro", classes=7)
    metrics = nnx.MultiMetric(rank=metric, gain=accord_jax.nnx.NDCG(3))

    @nnx.jit
    def step(metrics: nnx.MultiMetric, labels: jax.Array, scores: jax.Array) -> None:
        metrics.update(logits=scores, labels=labels)

    for labels, scores in zip(LABELS, SCORES, strict=True):
        step(metrics, jnp.asarray(labels), jnp.asarray(scores))
    found = metrics.compute()
    rank = accord.mean_reciprocal_rank(LABELS, SCORES, average="macro")
    np.testing.assert_allclose(found["rank"], rank, rtol=1e-6)
    np.testing.assert_allclose(found["gain"], accord.ndcg(LABELS, SCORES, 3), rtol=1e-6)


def test_r27_a_scan_over_batches_counts_what_is_predicted() -> None:
    metric = accord_jax.PrecisionRecall((1, 3), average=None)

    def step(state: Any, batch: Any) -> Any:
        return metric.update(state, *batch), None

    batches = (jnp.asarray(LABELS), jnp.asarray(SCORES))
    state, _ = jax.jit(lambda: jax.lax.scan(step, metric.init(classes=7), batches))()
    whole = accord.precision_recall(LABELS, SCORES, (1, 3), average=None)
    for found in (metric.compute(state), jax.jit(metric.compute)(state)):
        for one, other in zip(found, whole, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-6)
