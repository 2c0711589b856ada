"""The metrics as ``flax.nnx.Metric``: in a MultiMetric, and in a training step."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

import accord
import accord_jax
import accord_jax.nnx

RNG = np.random.default_rng(6)
SCORES = RNG.standard_normal((64, 8)).astype(np.float32)
LABELS = RNG.integers(0, 8, 64).astype(np.int32)


def test_every_class_has_its_like() -> None:
    for name in accord_jax.__all__:
        if name.endswith("Accuracy"):
            pure, held = getattr(accord_jax, name)(), getattr(accord_jax.nnx, name)().metric
            assert (held.measure, held.average) == (pure.measure, pure.average)


def test_a_multi_metric_updates_ours_beside_its_own() -> None:
    top = accord_jax.nnx.TopKAccuracy(k=(1, 3))
    metrics = nnx.MultiMetric(top=top, loss=nnx.metrics.Average("loss"))
    for rows in (slice(0, 40), slice(40, 64)):
        metrics.update(logits=jnp.asarray(SCORES[rows]), labels=LABELS[rows], loss=jnp.ones(()))
    found = metrics.compute()
    expected = accord.top_k_accuracy(LABELS, SCORES, (1, 3))
    np.testing.assert_allclose(found["top"], expected, rtol=1e-6)
    assert int(top.tally.total) == 64
    metrics.reset()
    assert np.isnan(metrics.compute()["top"]).all()


def test_a_training_step_counts_under_jit() -> None:
    model = nnx.Linear(4, 8, rngs=nnx.Rngs(0))
    optimizer = nnx.Optimizer(model, optax.sgd(0.1), wrt=nnx.Param)
    metrics = nnx.MultiMetric(
        top=accord_jax.nnx.TopKAccuracy(k=3),
        mean=accord_jax.nnx.SparseCategoricalAccuracy(average="macro", classes=8),
    )
    traces = []

    @nnx.jit
    def step(model: Any, optimizer: Any, metrics: Any, x: Any, y: Any) -> None:
        traces.append(x.shape)

        def loss(model: Any) -> tuple[Any, Any]:
            logits = model(x)
            each = optax.softmax_cross_entropy_with_integer_labels(logits, y)
            return each.mean(), logits

        slope, logits = nnx.grad(loss, has_aux=True)(model)
        optimizer.update(model, slope)
        metrics.update(logits=logits, labels=y)

    total = accord.TopK(3).tally([], np.zeros((0, 8)))
    x = RNG.standard_normal((64, 4)).astype(np.float32)
    for _ in range(3):
        total = total + accord.TopK(3).tally(LABELS, np.asarray(model(jnp.asarray(x))))
        step(model, optimizer, metrics, jnp.asarray(x), jnp.asarray(LABELS))
    np.testing.assert_allclose(metrics.compute()["top"], total.accuracy(), rtol=1e-6)
    assert len(traces) == 1


def test_r22_bad_labels_are_warned_of_on_the_host() -> None:
    metric = accord_jax.nnx.SparseCategoricalAccuracy()

    @nnx.jit
    def update(metric: Any, logits: Any, labels: Any) -> None:
        metric.update(logits=logits, labels=labels)

    update(metric, jnp.asarray(SCORES), jnp.asarray(LABELS).at[0].set(-1))
    with pytest.warns(RuntimeWarning, match="1 labels counted as misses"):
        metric.compute()


def test_the_state_is_a_variable_of_its_own_kind() -> None:
    metric = accord_jax.nnx.TopKAccuracy()
    state = nnx.state(metric, nnx.metrics.MetricState)
    assert len(jax.tree.leaves(state)) == 2
