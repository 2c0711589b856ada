"""What is compiled, and how often; and no temporary of the size of the scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, NamedSharding, PartitionSpec

import accord
from accord_jax import ADAPTER

RNG = np.random.default_rng(7)
SCORES = RNG.standard_normal((64, 16)).astype(np.float32)
LABELS = RNG.integers(0, 16, 64).astype(np.int32)


def test_each_shape_is_traced_once() -> None:
    traces = []

    @jax.jit
    def figure(y_true: Any, y_score: Any) -> Any:
        traces.append(y_score.shape)
        return accord.top_k_accuracy(y_true, y_score, 5)

    for rows in (32, 64, 32, 64):
        figure(LABELS[:rows], SCORES[:rows])
    assert traces == [(32, 16), (64, 16)]


@pytest.fixture
def compiled() -> Iterator[list[str]]:
    """Return a list that gets an entry for whatever JAX compiles."""
    events: list[str] = []

    def listen(event: str, duration_secs: float, **_: Any) -> None:
        if "compile" in event:
            events.append(event)

    jax.monitoring.register_event_duration_secs_listener(listen)
    yield events
    jax.monitoring.unregister_event_duration_listener(listen)


def test_an_eager_call_on_several_devices_is_compiled_once(compiled: list[str]) -> None:
    mesh = jax.make_mesh((8,), ("a",), axis_types=(AxisType.Auto,))
    y_score = jax.device_put(SCORES, NamedSharding(mesh, PartitionSpec("a")))
    y_true = jnp.asarray(LABELS)
    accord.TopK(7).tally(y_true, y_score)
    first = len(compiled)
    accord.TopK(7).tally(y_true, y_score)
    assert first > 0
    assert len(compiled) == first


def test_an_eager_call_in_host_memory_compiles_nothing_for_a_new_shape(compiled: list[str]) -> None:
    for rows in (48, 49):
        y_true, y_score = jnp.asarray(LABELS[:rows]), jnp.asarray(SCORES[:rows])
        before = len(compiled)
        accord.top_k_accuracy(y_true, y_score, 7, average="macro")
    assert len(compiled) == before


@pytest.mark.parametrize("dtype", ["float16", "float32", "int8", "bool"])
def test_scores_in_host_memory_are_read_where_they_are(dtype: str) -> None:
    for device in jax.devices()[:2]:
        scores = jax.device_put(jnp.asarray(SCORES, dtype), device)
        view = ADAPTER.backend.host_view(scores)
        assert view is not None
        assert view.ctypes.data == scores.unsafe_buffer_pointer()


def test_scores_that_were_read_where_they_are_can_still_be_donated() -> None:
    scores = jnp.asarray(SCORES)
    tally = accord.TopK(5).tally(LABELS, scores)
    doubled = jax.jit(lambda logits: logits * 2, donate_argnums=0)(scores)
    assert scores.is_deleted()
    np.testing.assert_array_equal(doubled, SCORES * 2)
    assert int(tally.correct) == int(accord.TopK(5).tally(LABELS, SCORES).correct)


@pytest.mark.parametrize("per_class", [False, True])
def test_a_compiled_tally_holds_no_temporary_of_the_size_of_the_scores(per_class: bool) -> None:
    def tally(y_true: Any, y_score: Any) -> accord.Tally:
        return accord.TopK((1, 5)).tally(y_true, y_score, per_class=per_class)

    scores, labels = np.zeros((4096, 512), np.float32), np.zeros(4096, np.int32)
    memory = jax.jit(tally).lower(labels, scores).compile().memory_analysis()
    assert memory is not None
    assert memory.temp_size_in_bytes < scores.nbytes / 16
