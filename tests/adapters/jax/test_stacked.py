"""States of several replicas in one tree, stacked along leading axes as vmap stacks them."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

import accord
import accord_jax
from accord.counts.state import State

RNG = np.random.default_rng(5)
SCORES = (RNG.integers(0, 4, (3, 40, 6)) / 4).astype(np.float32)
LABELS = RNG.integers(0, 6, (3, 40))

METRICS: list[accord_jax.JaxMetric] = [
    accord_jax.TopKAccuracy(1),
    accord_jax.TopKAccuracy((1, 3)),
    accord_jax.TopKAccuracy((1, 3), average="macro"),
    accord_jax.TopKAccuracy(2, average="none"),
    accord_jax.TopKAccuracy((1, 3), ties="expected"),
]


def alone(metric: accord_jax.JaxMetric, replica: int) -> State:
    return metric.update(metric.init(6), LABELS[replica], SCORES[replica])


def stack(metric: accord_jax.JaxMetric) -> State:
    def count(labels: Any, scores: Any) -> State:
        return metric.update(metric.init(6), labels, scores)

    stacked: State = jax.vmap(count)(LABELS, SCORES)
    return stacked


@pytest.mark.parametrize("metric", METRICS)
def test_r17_figures_of_a_stack_are_those_of_each_state(metric: accord_jax.JaxMetric) -> None:
    expected = [metric.compute(alone(metric, replica)) for replica in range(3)]
    states = stack(metric)
    for found in (
        metric.compute(states),
        jax.jit(metric.compute)(states),
        jax.vmap(metric.compute)(states),
        metric.tally(states).accuracy(metric.average),
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("metric", METRICS)
def test_r17_a_stack_is_joined_to_the_state_of_all(metric: accord_jax.JaxMetric) -> None:
    one = metric.init(6)
    for replica in range(3):
        one = metric.update(one, LABELS[replica], SCORES[replica])
    for joined in (metric.join(stack(metric)), jax.jit(metric.join)(stack(metric))):
        np.testing.assert_allclose(metric.compute(joined), metric.compute(one), rtol=1e-6)
        assert metric.tally(joined).total.tolist() == metric.tally(one).total.tolist()


def test_r17_a_stack_of_stacks_is_joined_an_axis_at_a_time() -> None:
    metric = METRICS[1]
    twice = jax.tree.map(lambda leaf: np.stack([leaf, leaf]), stack(metric))
    assert metric.compute(twice).shape == (2, 3, 2)
    np.testing.assert_array_equal(metric.compute(metric.join(twice)), metric.compute(stack(metric)))
    assert int(metric.tally(metric.join(metric.join(twice))).total) == 240


def test_r22_invalid_labels_of_a_stack_are_warned_of_together() -> None:
    metric = METRICS[0]

    def count(labels: Any, scores: Any) -> State:
        return metric.update(metric.init(), labels, scores)

    states = jax.vmap(count)(np.where(LABELS == 0, 9, LABELS), SCORES)
    bad = int((LABELS == 0).sum())
    with pytest.warns(RuntimeWarning, match=f"{bad} labels counted as misses"):
        metric.compute(states)


@pytest.mark.parametrize("metric", METRICS)
def test_r23_a_stack_is_not_updated_as_one_state(metric: accord_jax.JaxMetric) -> None:
    states = stack(metric)
    with pytest.raises(ValueError, match=r"of shape \(3,\); update each of them by jax\.vmap\(met"):
        metric.update(states, LABELS[0], SCORES[0])
    assert metric.tally(jax.vmap(metric.update)(states, LABELS, SCORES)).invalid.tolist() == [0] * 3
    metric.update(metric.join(states), LABELS[0], SCORES[0])


def test_r23_a_stack_is_not_merged_with_one_state() -> None:
    metric = METRICS[0]
    with pytest.raises(
        ValueError, match=r"shapes \(3,\) and \(\).*make a stack.*metric\.join first"
    ):
        metric.merge(stack(metric), alone(metric, 0))
    assert (
        int(metric.tally(metric.merge(metric.join(stack(metric)), alone(metric, 0))).total) == 160
    )


def test_r23_one_state_is_not_joined() -> None:
    with pytest.raises(ValueError, match="is a single state; pass a stack of them"):
        METRICS[0].join(METRICS[0].init())


def test_r23_states_of_another_metric_are_refused() -> None:
    micro, macro = METRICS[0], accord_jax.TopKAccuracy(1, average="macro")
    with pytest.raises(ValueError, match="make the state by the metric that updates it"):
        macro.update(micro.init(), LABELS[0], SCORES[0])
    with pytest.raises(ValueError, match="add states of one metric"):
        micro.merge(micro.init(), macro.init(6))


def test_r17_a_mapped_tally_has_the_figures_of_each() -> None:
    measure = accord.TopK((1, 3))
    expected = [accord.top_k_accuracy(LABELS[at], SCORES[at], (1, 3)) for at in range(3)]
    found = jax.vmap(measure.tally)(LABELS, SCORES)
    np.testing.assert_allclose(found.accuracy(), expected, rtol=1e-6)
