"""What jax.lax.top_k kept: in states under jit and scan, and in flax.nnx (R28)."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import accord
import accord_jax
import accord_jax.nnx

RNG = np.random.default_rng(28)
LABELS = jnp.asarray(RNG.integers(0, 7, (6, 10)))
TIED = jnp.asarray((RNG.integers(0, 4, (6, 10, 7)) / 4).astype(np.float32))
VALUES, INDICES = jax.lax.top_k(TIED, 3)


def test_a_scan_over_batches_of_lists_counts_as_the_scores_do() -> None:
    metric = accord_jax.TopKAccuracy((1, 3), average="macro")  # the lists follow its tie rule

    def step(state: Any, batch: Any) -> Any:
        return metric.update_from_lists(state, *batch, n_classes=7), None

    batches = (LABELS, INDICES, VALUES)
    state, _ = jax.jit(lambda: jax.lax.scan(step, metric.init(classes=7), batches))()
    whole = accord.top_k_accuracy(LABELS, TIED, (1, 3), average="macro")
    np.testing.assert_allclose(metric.compute(state), whole, rtol=1e-6)
    floor, ceiling = metric.tally(state).bounds("macro")
    last = accord.top_k_accuracy(LABELS, TIED, (1, 3), average="macro", ties="last")
    assert (floor <= last).all()
    assert (last <= ceiling).all()


def test_lists_are_mapped_over() -> None:
    found = jax.vmap(functools.partial(accord.top_k_from_lists, k=2))(LABELS, INDICES)
    each = [accord.top_k_from_lists(*pair, k=2) for pair in zip(LABELS, INDICES, strict=True)]
    np.testing.assert_allclose(found, each, rtol=1e-6)


def test_an_nnx_metric_takes_lists_under_jit() -> None:
    from flax import nnx

    metric = accord_jax.nnx.TopKAccuracy(2, average=None, classes=2)

    @nnx.jit
    def step(metric: Any, labels: jax.Array, classes: jax.Array) -> None:
        metric.update_from_lists(labels, classes, labels=[5, 1])

    for labels, classes in zip(LABELS, INDICES, strict=True):
        step(metric, labels, classes)
    whole = accord.top_k_accuracy(LABELS, TIED, 2, average=None)
    np.testing.assert_allclose(metric.compute(), whole[np.array([5, 1])], rtol=1e-6)


def test_a_bad_list_is_counted_under_jit_and_warned_of() -> None:
    metric = accord_jax.TopKAccuracy(2)
    update = jax.jit(metric.update_from_lists)
    state = update(metric.init(), jnp.asarray([1, 1]), jnp.asarray([[1, 1], [0, 1]]))
    with pytest.warns(RuntimeWarning, match="1 "):
        assert float(metric.compute(state)) == 0.5


@pytest.mark.parametrize(("name", "value"), [("n_classes", 7), ("labels", np.array([1, 2]))])
def test_what_is_known_of_classes_must_not_be_traced(name: str, value: Any) -> None:
    call = jax.jit(functools.partial(accord.top_k_from_lists, k=1))
    with pytest.raises(TypeError, match=f'{name} is traced.*static_argnames="{name}"'):
        call(LABELS, INDICES, **{name: value})
