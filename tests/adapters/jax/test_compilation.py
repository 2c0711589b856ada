"""What is compiled, and how often; and no temporary of the size of the scores."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import accord

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


def test_an_eager_call_compiles_nothing_the_second_time() -> None:
    compiled: list[str] = []

    def listen(event: str, duration_secs: float, **_: Any) -> None:  # noqa: ARG001  # JAX's names
        if "compile" in event:
            compiled.append(event)

    y_true, y_score = jnp.asarray(LABELS), jnp.asarray(SCORES)
    jax.monitoring.register_event_duration_secs_listener(listen)
    accord.TopK(7).tally(y_true, y_score)
    first = len(compiled)
    accord.TopK(7).tally(y_true, y_score)
    jax.monitoring.unregister_event_duration_listener(listen)
    assert first > 0
    assert len(compiled) == first


@pytest.mark.parametrize("per_class", [False, True])
def test_a_compiled_tally_holds_no_temporary_of_the_size_of_the_scores(per_class: bool) -> None:
    def tally(y_true: Any, y_score: Any) -> accord.Tally:
        return accord.TopK((1, 5)).tally(y_true, y_score, per_class=per_class)

    scores, labels = np.zeros((4096, 512), np.float32), np.zeros(4096, np.int32)
    memory = jax.jit(tally).lower(labels, scores).compile().memory_analysis()
    assert memory is not None
    assert memory.temp_size_in_bytes < scores.nbytes / 16
