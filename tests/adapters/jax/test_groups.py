"""Groups and candidates in JAX metrics: jitted, mapped and in ``nnx`` (R24, R25)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import accord
from accord_jax import TopKAccuracy
from accord_jax import nnx as accord_nnx

RNG = np.random.default_rng(24)
SCORES = (RNG.integers(0, 5, (90, 6)) / 4).astype(np.float32)
LABELS = RNG.integers(0, 6, 90)
GROUPS = RNG.integers(0, 3, 90)
THERE = RNG.random((90, 6)) < 0.7
THERE[np.arange(90), LABELS] = True
ARRAYS = tuple(map(jnp.asarray, (LABELS, SCORES, THERE, GROUPS)))


def figures_of_parts(k: Any) -> np.ndarray[Any, Any]:
    """Return the accuracy of each group, from its own samples."""
    parts = [group == GROUPS for group in range(3)]
    return np.stack(
        [
            accord.top_k_accuracy(LABELS[own], SCORES[own], k, candidates=THERE[own])
            for own in parts
        ],
        axis=-1,
    )


@pytest.mark.parametrize("k", [2, (1, 3)])
def test_r24_a_jitted_metric_of_groups_has_the_figure_of_each(k: Any) -> None:
    metric = TopKAccuracy(k, average="none", n_groups=3)

    @jax.jit
    def step(state: Any, labels: Any, scores: Any, there: Any, groups: Any) -> Any:
        return metric.update(state, labels, scores, candidates=there, groups=groups)

    state = metric.init()
    for start in range(0, 90, 30):
        state = step(state, *(each[start : start + 30] for each in ARRAYS))
    np.testing.assert_allclose(metric.compute(state), figures_of_parts(k), rtol=1e-6)
    assert metric.tally(state).total.tolist() == np.bincount(GROUPS).tolist()


def test_r24_states_of_a_vmapped_update_join_to_the_whole() -> None:
    metric = TopKAccuracy(2, average="none", n_groups=3)

    def step(labels: Any, scores: Any, there: Any, groups: Any) -> Any:
        return metric.update(metric.init(), labels, scores, candidates=there, groups=groups)

    stacked = [each.reshape(3, 30, *each.shape[1:]) for each in ARRAYS]
    whole = metric.join(jax.vmap(step)(*stacked))
    np.testing.assert_allclose(metric.compute(whole), figures_of_parts(2), rtol=1e-6)


def test_r24_an_nnx_metric_counts_by_group() -> None:
    metric = accord_nnx.TopKAccuracy(2, average="none", n_groups=3)
    labels, scores, there, groups = ARRAYS
    metric.update(logits=scores, labels=labels, candidates=there, groups=groups)
    np.testing.assert_allclose(metric.compute(), figures_of_parts(2), rtol=1e-6)


def test_r21_a_traced_number_of_groups_is_refused_with_the_remedy() -> None:
    def tally(labels: Any, scores: Any, groups: Any, n: Any) -> Any:
        return accord.TopK(1).tally(labels, scores, groups=groups, n_groups=n)

    labels, scores, _, groups = ARRAYS
    with pytest.raises((TypeError, ValueError), match='static_argnames="n_groups"'):
        jax.jit(tally)(labels, scores, groups, 3)
    found = jax.jit(tally, static_argnums=3)(labels, scores, groups, 3)
    assert found.total.tolist() == np.bincount(GROUPS).tolist()
