"""Every way to run a function: the figures are those of NumPy, and each shape is traced once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from jax.sharding import AxisType, NamedSharding, PartitionSpec

import accord
from accord.backends import registry
from accord_jax import ADAPTER

RNG = np.random.default_rng(4)
SCORES = (RNG.integers(0, 30, (64, 16)) / 8).astype(np.float32)
LABELS = RNG.integers(0, 16, 64).astype(np.int32)
WEIGHTS = RNG.random(64).astype(np.float32)
MEASURES = [
    accord.TopK((1, 5), ties="last"),
    accord.SparseCategorical(),
    accord.TopK(3, ties="expected"),
]


@pytest.fixture(autouse=True)
def checking_leaks() -> Iterator[None]:
    with jax.checking_leaks():
        yield


def same(found: accord.Tally, expected: accord.Tally) -> None:
    for name, mine, theirs in zip(expected._fields, found, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("per_class", [False, True])
@pytest.mark.parametrize("measure", MEASURES)
def test_r20_jit_counts_as_numpy_does(measure: accord.Measure, per_class: bool) -> None:
    expected = measure.tally(LABELS, SCORES, per_class=per_class)
    same(measure.tally(LABELS, jnp.asarray(SCORES), per_class=per_class), expected)
    jitted = jax.jit(functools.partial(measure.tally, per_class=per_class))
    same(jitted(LABELS, SCORES), expected)


def test_a_measure_is_a_static_argument() -> None:
    @functools.partial(jax.jit, static_argnums=0)
    def tally(measure: accord.Measure, y_true: Any, y_score: Any) -> accord.Tally:
        return measure.tally(y_true, y_score)

    for measure in MEASURES:
        same(tally(measure, LABELS, SCORES), measure.tally(LABELS, SCORES))


def test_vmap_maps_over_batches() -> None:
    batches = LABELS.reshape(4, 16), SCORES.reshape(4, 16, 16)
    found = jax.vmap(lambda y, s: accord.TopK(5).tally(y, s))(*batches)
    for place in range(4):
        expected = accord.TopK(5).tally(batches[0][place], batches[1][place])
        same(accord.Tally(*(field[place] for field in found)), expected)


def test_lax_map_gives_a_figure_a_batch() -> None:
    batches = LABELS.reshape(4, 16), SCORES.reshape(4, 16, 16)
    found = lax.map(lambda batch: accord.top_k_accuracy(batch[0], batch[1], 5), batches)
    expected = [accord.top_k_accuracy(y, s, 5) for y, s in zip(*batches, strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_r17_a_scan_adds_tallies() -> None:
    measure = accord.TopK((1, 5))

    def step(total: accord.Tally, batch: tuple[Any, Any]) -> tuple[accord.Tally, None]:
        return total + measure.tally(*batch), None

    start = jax.tree.map(jnp.zeros_like, measure.tally(LABELS[:16], jnp.asarray(SCORES[:16])))
    total, _ = lax.scan(step, start, (LABELS.reshape(4, 16), SCORES.reshape(4, 16, 16)))
    same(total, measure.tally(LABELS, SCORES))


def test_a_figure_beside_a_loss_has_no_gradient() -> None:
    def loss(scores: Any) -> tuple[Any, Any]:
        return (scores**2).sum(), accord.top_k_accuracy(LABELS, scores, 5)

    slope, figure = jax.grad(loss, has_aux=True)(jnp.asarray(SCORES))
    np.testing.assert_allclose(slope, 2 * SCORES)
    np.testing.assert_allclose(figure, accord.top_k_accuracy(LABELS, SCORES, 5), rtol=1e-6)


SPECS = [
    PartitionSpec("a"),
    PartitionSpec(("a", "b")),
    PartitionSpec(None, "b"),
    PartitionSpec("a", "b"),
]


@pytest.mark.parametrize("per_class", [False, True])
@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_r20_sharded_samples_and_classes_are_counted_alike(
    spec: PartitionSpec, per_class: bool
) -> None:
    mesh = jax.make_mesh((2, 4), ("a", "b"), axis_types=(AxisType.Auto,) * 2)
    scores = jax.device_put(SCORES, NamedSharding(mesh, spec))
    measure = accord.TopK((1, 5), ties="last")
    expected = measure.tally(LABELS, SCORES, per_class=per_class)
    same(measure.tally(LABELS, scores, per_class=per_class), expected)
    jitted = jax.jit(functools.partial(measure.tally, per_class=per_class))
    same(jitted(LABELS, scores), expected)


@pytest.mark.parametrize("rows", [slice(0, 1), slice(1, 4), slice(0, 61)])
def test_r20_samples_that_devices_share_unevenly_are_counted_once(rows: slice) -> None:
    mesh = jax.make_mesh((8,), ("a",), axis_types=(AxisType.Auto,))
    placed = NamedSharding(mesh, PartitionSpec("a"))
    measure = accord.TopK(5)

    @jax.jit
    def part(y_true: Any, y_score: Any) -> accord.Tally:
        return measure.tally(y_true[rows], y_score[rows], per_class=True)

    found = part(jax.device_put(LABELS, placed), jax.device_put(SCORES, placed))
    same(found, measure.tally(LABELS[rows], SCORES[rows], per_class=True))


EXPLICIT: list[tuple[accord.Measure, Any]] = [
    (accord.TopK((1, 5), ties="last"), LABELS),
    (accord.TopKCategorical(3), np.eye(16, dtype=np.float32)[LABELS]),
    (accord.Multilabel("hamming", threshold=2), SCORES > 1),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
@pytest.mark.parametrize(("measure", "y_true"), EXPLICIT)
def test_r20_shardings_in_types_are_counted_alike(
    measure: accord.Measure, y_true: Any, spec: PartitionSpec
) -> None:
    mesh = jax.make_mesh((2, 4), ("a", "b"), axis_types=(AxisType.Explicit,) * 2)
    scores = jax.device_put(SCORES, NamedSharding(mesh, spec))
    by_class = not isinstance(measure, accord.Multilabel)
    tally = functools.partial(measure.tally, mask=LABELS > 2, per_class=by_class)
    expected = tally(y_true, SCORES, sample_weight=WEIGHTS)
    same(tally(y_true, scores, sample_weight=WEIGHTS), expected)
    with jax.set_mesh(mesh):
        found = jax.jit(lambda y, s, w: tally(y, s, sample_weight=w))(y_true, scores, WEIGHTS)
    same(found, expected)


@pytest.mark.parametrize("axis_type", [AxisType.Auto, AxisType.Explicit])
def test_r2_subnormals_stay_distinct_where_classes_are_sharded(axis_type: AxisType) -> None:
    mesh = jax.make_mesh((2, 4), ("a", "b"), axis_types=(axis_type,) * 2)
    tiny = RNG.integers(-2, 3, (64, 16)).astype(np.float32) * np.float32(1e-45)
    scores = jax.device_put(tiny, NamedSharding(mesh, PartitionSpec("a", "b")))
    expected = accord.standing(LABELS, tiny)
    for stand in (accord.standing, jax.jit(accord.standing)):
        for mine, theirs in zip(stand(LABELS, scores), expected, strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_r20_the_k_best_labels_on_an_explicit_mesh_are_found_under_auto_axes() -> None:
    mesh = jax.make_mesh((2, 4), ("a", "b"), axis_types=(AxisType.Explicit,) * 2)
    scores = jax.device_put(SCORES, NamedSharding(mesh, PartitionSpec("a", "b")))
    measure, y_true = accord.Multilabel("overlap", k=3), SCORES > 1
    with jax.set_mesh(mesh):
        tally = jax.sharding.auto_axes(measure.tally, out_sharding=PartitionSpec())
        same(jax.jit(tally)(jnp.asarray(y_true), scores), measure.tally(y_true, SCORES))


LABEL_KINDS: list[Callable[[], Any]] = [
    lambda: LABELS.astype(np.int64),
    lambda: LABELS.astype(np.uint8),
    LABELS.tolist,
    lambda: jnp.asarray(LABELS, jnp.uint8),
    lambda: jnp.asarray(LABELS, jnp.bfloat16),
]


@pytest.mark.parametrize("kind", LABEL_KINDS)
def test_r3_labels_of_every_kind_mean_the_same(kind: Callable[[], Any]) -> None:
    same(accord.TopK(5).tally(kind(), jnp.asarray(SCORES)), accord.TopK(5).tally(LABELS, SCORES))


def test_weak_types_and_python_scalars_are_scores_and_labels() -> None:
    assert float(jax.jit(accord.binary_accuracy)(1, 0.7)) == 1.0
    assert float(accord.binary_accuracy(1, jnp.asarray(0.7))) == 1.0
    assert float(accord.top_k_accuracy(1, jnp.asarray([0.1, 0.7]), 1)) == 1.0


def test_r21_shapes_are_refused_by_name_while_tracing() -> None:
    with pytest.raises(ValueError, match=r"y_true has shape \(63,\), y_score without.*\(64,\)"):
        jax.jit(lambda y, s: accord.top_k_accuracy(y, s, 5))(LABELS[1:], SCORES)


@pytest.mark.parametrize("wide", [False, True])
def test_r19_an_eager_result_is_a_jax_array_where_the_scores_are(wide: bool) -> None:
    with jax.enable_x64(wide):
        device = jax.devices()[1]
        scores = jax.device_put(SCORES, device)
        figure = accord.top_k_accuracy(LABELS, scores, (1, 5))
        tally = accord.TopK(5).tally(LABELS, scores)
        for array in (figure, *tally, *accord.standing(LABELS, scores)):
            assert isinstance(array, jax.Array)
            assert array.devices() == {device}
        assert figure.dtype == (np.float64 if wide else np.float32)
        assert tally.total.dtype == (np.int64 if wide else np.int32)
        assert not accord.TopK(5).tally(LABELS, jnp.asarray(SCORES)).total.committed


def test_r21_arrays_put_on_two_devices_are_refused() -> None:
    first, second = jax.devices()[:2]
    scores = jax.device_put(SCORES, first)
    with pytest.raises(ValueError, match=r"y_true is on .* but y_score is on"):
        accord.top_k_accuracy(jax.device_put(LABELS, second), scores, 5)
    same(
        accord.TopK(5).tally(LABELS, jax.device_put(SCORES, second)),
        accord.TopK(5).tally(LABELS, SCORES),
    )


@pytest.mark.parametrize("bad", [16, -1, 2**31, 2**32 + 3, -(2**40)])
def test_r22_a_label_beyond_32_bits_never_wraps(bad: int) -> None:
    labels = LABELS.astype(np.int64)
    labels[7] = bad
    with pytest.raises(ValueError, match=r"y_true\[7\] is .*outside 0\.\.15"):
        accord.top_k_accuracy(labels, jnp.asarray(SCORES), 5)
    tally = jax.jit(lambda s: accord.TopK(5).tally(labels, s))(SCORES)
    assert (int(tally.total), int(tally.invalid)) == (64, 1)


def test_r13_an_index_beyond_32_bits_leaves_its_samples_out() -> None:
    labels = LABELS.astype(np.int64)
    labels[:10] = 2**40
    tally = accord.TopK(5, ignore_index=2**40).tally(labels, jnp.asarray(SCORES))
    same(tally, accord.TopK(5).tally(LABELS[10:], SCORES[10:]))


def test_jax_is_registered_by_the_modules_of_its_arrays() -> None:
    assert registry.backend_of(jnp.zeros(1)) is ADAPTER.backend
    assert jax.jit(lambda x: jnp.asarray(registry.backend_of(x) is ADAPTER.backend))(1.0)
    assert accord.adapters().count("jax") == 1
    assert "jaxlib" not in accord.adapters()
