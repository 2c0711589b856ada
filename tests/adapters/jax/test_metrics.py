"""Metrics as static objects over states that are trees, exact without 64-bit numbers (R17, R18)."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import orbax.checkpoint as ocp
import pytest
from jax import lax
from jax.sharding import PartitionSpec

import accord
import accord_jax
from accord.counts.state import State
from accord.counts.tally import Tally

RNG = np.random.default_rng(5)
SCORES = (RNG.integers(0, 30, (64, 16)) / 8).astype(np.float32)
LABELS = RNG.integers(0, 16, 64).astype(np.int32)
WEIGHTS = RNG.integers(0, 8, 64).astype(np.float32) / 4
ONE_HOT = np.eye(16, dtype=np.float32)[LABELS]


@pytest.fixture
def _checking_leaks() -> Iterator[None]:
    with jax.checking_leaks():
        yield


# Only for tests that trace: without its caches, JAX compiles each eager operation again.
TRACED = pytest.mark.usefixtures("_checking_leaks")


CASES: list[tuple[accord_jax.JaxMetric, Any, Any, Any]] = [
    (accord_jax.BinaryAccuracy(0.3), accord.Binary(0.3), LABELS % 2, SCORES[:, 0]),
    (accord_jax.CategoricalAccuracy(), accord.Categorical(), ONE_HOT, SCORES),
    (accord_jax.SparseCategoricalAccuracy(), accord.SparseCategorical(), LABELS, SCORES),
    (accord_jax.TopKAccuracy((1, 5)), accord.TopK((1, 5)), LABELS, SCORES),
    (accord_jax.TopKCategoricalAccuracy(3), accord.TopKCategorical(3), ONE_HOT, SCORES),
    (accord_jax.MultilabelAccuracy("jaccard"), accord.Multilabel("jaccard"), SCORES > 2, SCORES),
]


def numbers(tally: accord.Tally) -> list[Any]:
    return [np.asarray(field).tolist() for field in tally]


@TRACED
@pytest.mark.parametrize(("metric", "measure", "y_true", "y_score"), CASES)
@pytest.mark.parametrize("weighted", [False, True])
def test_r17_a_scan_over_batches_counts_as_numpy_does_on_the_whole(
    metric: accord_jax.JaxMetric, measure: accord.Measure, y_true: Any, y_score: Any, weighted: bool
) -> None:
    batches = jax.tree.map(lambda a: a.reshape(4, 16, *a.shape[1:]), (y_true, y_score, WEIGHTS))

    def step(state: State, batch: Any) -> tuple[State, None]:
        y, s, weight = batch
        return metric.update(state, y, s, sample_weight=weight if weighted else None), None

    state, _ = jax.jit(lambda batches: lax.scan(step, metric.init(), batches))(batches)
    expected = measure.tally(y_true, y_score, sample_weight=WEIGHTS if weighted else None)
    for mine, theirs in zip(metric.tally(state), expected, strict=True):
        assert mine.dtype == theirs.dtype or not np.any(mine)
        np.testing.assert_allclose(mine, theirs, rtol=1e-6)
    np.testing.assert_allclose(metric.compute(state), expected.accuracy(), rtol=1e-6)


@pytest.mark.parametrize("average", ["macro", "none", None])
def test_r15_an_average_over_classes_needs_their_number(average: Any) -> None:
    metric = accord_jax.TopKAccuracy((1, 5), average=average)
    with pytest.raises(ValueError, match="counts by class; pass how many there are"):
        metric.init()
    state = metric.update(metric.init(classes=16), LABELS, jnp.asarray(SCORES))
    expected = accord.top_k_accuracy(LABELS, SCORES, (1, 5), average=average)
    np.testing.assert_allclose(metric.compute(state), expected, rtol=1e-6)
    with pytest.raises(ValueError, match=r"y_score has 8 classes but the batches before had 16"):
        metric.update(state, [0], jnp.zeros((1, 8)))


def test_r15_a_binary_metric_knows_its_two_classes() -> None:
    metric = accord_jax.BinaryAccuracy(average="macro")
    state = metric.update(metric.init(), [1, 1, 1, 0], jnp.asarray([0.9, 0.9, 0.1, 0.1]))
    np.testing.assert_allclose(metric.compute(state), (2 / 3 + 1) / 2, rtol=1e-6)


def test_r16_a_fresh_state_gives_nan() -> None:
    metric = accord_jax.TopKAccuracy((1, 5))
    assert np.isnan(metric.compute(metric.init())).tolist() == [True, True]


@TRACED
@pytest.mark.parametrize("start", [2**31 - 1, 2**32 - 1, 2**53, 2**62 - 2**31])
def test_r18_a_count_is_exact_past_every_border(start: int) -> None:
    metric = accord_jax.SparseCategoricalAccuracy()
    state = metric.init()
    at = jnp.asarray([start >> 31, start & (2**31 - 1)], jnp.uint32)
    places = np.asarray([Tally._fields.index(name) for name in ("correct", "total")])
    state = state._replace(counts=state.counts.at[..., places, :].set(at))
    update = jax.jit(metric.update)
    for _ in range(3):
        state = update(state, np.asarray([0, 0]), jnp.asarray([[0.9, 0.1], [0.1, 0.9]]))
    tally = metric.tally(state)
    assert (int(tally.correct), int(tally.total)) == (start + 3, start + 6)
    assert tally.total.dtype == np.int64
    np.testing.assert_allclose(metric.compute(state), (start + 3) / (start + 6), rtol=1e-6)


def test_r18_counts_and_weights_are_kept_apart() -> None:
    metric = accord_jax.SparseCategoricalAccuracy()
    scores = jnp.asarray([[0.9, 0.1]])
    big = jnp.asarray([2.0**24])
    state = metric.update(metric.init(), [0], scores, sample_weight=big)
    for _ in range(20):
        state = metric.update(state, [0], scores, sample_weight=[0.25])
        state = metric.update(state, [0], scores)
    assert float(metric.tally(state).total) == 2**24 + 5 + 20


def test_r18_states_are_exact_with_64_bits_too() -> None:
    with jax.enable_x64(True):
        metric = accord_jax.TopKAccuracy((1, 5))
        state = metric.update(metric.init(), LABELS, jnp.asarray(SCORES), sample_weight=WEIGHTS)
        assert state.sums.dtype == np.float64
        expected = accord.TopK((1, 5)).tally(LABELS, SCORES, sample_weight=WEIGHTS)
        assert numbers(metric.tally(state)) == numbers(expected)
        assert metric.compute(state).dtype == np.float64


def test_merging_adds_states() -> None:
    metric = accord_jax.TopKAccuracy((1, 5))
    first = metric.update(metric.init(), LABELS[:20], jnp.asarray(SCORES[:20]))
    second = metric.update(metric.init(), LABELS[20:], jnp.asarray(SCORES[20:]))
    whole = accord.TopK((1, 5)).tally(LABELS, SCORES)
    assert numbers(metric.tally(metric.merge(first, second))) == numbers(whole)
    assert numbers(metric.tally(metric.merge(*jax.device_get((first, second))))) == numbers(whole)


@TRACED
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("average", ["micro", "macro"])
def test_reduce_joins_the_states_of_devices(average: Any, weighted: bool) -> None:
    metric = accord_jax.TopKAccuracy((1, 5), average=average)
    mesh = jax.make_mesh((8,), ("data",))
    split = PartitionSpec("data")

    @jax.jit
    @functools.partial(jax.shard_map, mesh=mesh, in_specs=(split,) * 3, out_specs=PartitionSpec())
    def counted(y_true: Any, y_score: Any, weight: Any) -> State:
        state = metric.update(
            metric.init(classes=16), y_true, y_score, sample_weight=weight if weighted else None
        )
        return metric.reduce(state, "data")

    place = functools.partial(jax.device_put, device=jax.NamedSharding(mesh, split))
    state = counted(place(LABELS), place(SCORES), place(WEIGHTS))
    expected = accord.TopK((1, 5)).tally(
        LABELS,
        SCORES,
        sample_weight=WEIGHTS if weighted else None,
        per_class=average == "macro",
    )
    assert numbers(metric.tally(state)) == numbers(expected)


@TRACED
def test_r18_reduce_carries_past_32_bits() -> None:
    metric = accord_jax.SparseCategoricalAccuracy()
    empty = metric.init()
    full = jnp.asarray([5, 2**31 - 1], jnp.uint32)
    place = Tally._fields.index("total")
    state = empty._replace(counts=empty.counts.at[..., place, :].set(full))
    states = jax.tree.map(lambda leaf: jnp.stack([leaf] * 8), state)
    reduce = jax.vmap(lambda one: metric.reduce(one, "batch"), axis_name="batch")
    joined = jax.jit(reduce)(states)
    total = metric.tally(jax.tree.map(lambda leaf: leaf[0], joined)).total
    assert int(total) == 8 * (5 * 2**31 + 2**31 - 1)


@TRACED
def test_a_metric_is_a_static_argument_equal_to_its_like() -> None:
    traces = []

    @functools.partial(jax.jit, static_argnums=0)
    def update(metric: accord_jax.JaxMetric, state: State, y: Any, s: Any) -> State:
        traces.append(metric)
        return metric.update(state, y, s)

    for _ in range(2):
        metric = accord_jax.TopKAccuracy(5, ties="last")
        update(metric, metric.init(), LABELS, SCORES)
    assert len(traces) == 1
    assert accord_jax.TopKAccuracy(5) != accord_jax.TopKAccuracy(5, average="macro")
    one: accord_jax.JaxMetric = accord_jax.TopKAccuracy(1)
    assert one != accord_jax.SparseCategoricalAccuracy()


def test_r21_unknown_options_are_refused_when_a_metric_is_made() -> None:
    with pytest.raises(ValueError, match="average='median' is unknown"):
        accord_jax.TopKAccuracy(average="median")  # type: ignore[arg-type]  # the point
    with pytest.raises(TypeError, match="tie"):
        accord_jax.TopKAccuracy(tie="first")


@TRACED
def test_a_state_can_be_donated() -> None:
    metric = accord_jax.TopKAccuracy((1, 5))
    update = jax.jit(metric.update, donate_argnums=0)
    state = metric.init()
    before = jax.tree.leaves(state)
    for _ in range(3):
        state = update(state, LABELS, SCORES)
    assert any(leaf.is_deleted() for leaf in before)
    assert int(metric.tally(state).total) == 3 * 64


def test_a_state_goes_to_the_host_and_back() -> None:
    metric = accord_jax.TopKAccuracy((1, 5))
    state = metric.update(metric.init(), LABELS, jnp.asarray(SCORES))
    host = jax.device_get(state)
    assert numbers(metric.tally(host)) == numbers(metric.tally(state))
    np.testing.assert_array_equal(metric.compute(host), metric.compute(state))
    twice = metric.update(jax.tree.map(jnp.asarray, host), LABELS, jnp.asarray(SCORES))
    assert int(metric.tally(twice).total) == 128


def test_a_state_is_saved_as_any_tree(tmp_path: Path) -> None:
    metric = accord_jax.TopKAccuracy((1, 5))
    state = metric.update(metric.init(), LABELS, jnp.asarray(SCORES))
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(tmp_path / "state", state)
        checkpointer.wait_until_finished()
        restored = checkpointer.restore(tmp_path / "state", metric.init())
    assert numbers(metric.tally(restored)) == numbers(metric.tally(state))


@TRACED
def test_r22_bad_labels_seen_while_tracing_are_counted_and_warned_of_once() -> None:
    metric = accord_jax.SparseCategoricalAccuracy()
    labels = LABELS.copy()
    labels[:3] = 99
    state = jax.jit(metric.update)(metric.init(), labels, SCORES)
    assert int(metric.tally(state).invalid) == 3
    with pytest.warns(RuntimeWarning, match="3 labels counted as misses") as found:
        metric.compute(state)
    assert len(found) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        jax.jit(metric.compute)(state)


def test_r22_a_refused_update_leaves_the_state_as_it_was() -> None:
    metric = accord_jax.SparseCategoricalAccuracy()
    state = metric.update(metric.init(), LABELS, jnp.asarray(SCORES))
    with pytest.raises(ValueError, match=r"y_true\[0\] is 99"):
        metric.update(state, [99], jnp.asarray([[0.1, 0.9]]))
    assert int(metric.tally(state).total) == 64


def test_r22_a_bad_bfloat16_is_named_by_its_value() -> None:
    scores = jnp.asarray(SCORES[:2], jnp.bfloat16)
    with pytest.raises(ValueError, match=r"sample_weight\[1\] is -1\.5, which is not a weight"):
        accord.top_k_accuracy([0, 1], scores, 1, sample_weight=jnp.asarray([1, -1.5], jnp.bfloat16))
    with pytest.raises(ValueError, match=r"y_true\[0\] is 16\.0, outside 0\.\.15"):
        accord.top_k_accuracy(jnp.asarray([16, 0], jnp.bfloat16), scores, 1)
