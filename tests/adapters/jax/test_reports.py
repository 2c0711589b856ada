"""Reports of JAX arrays, wherever they are and whatever they hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, NamedSharding, PartitionSpec

import accord

RNG = np.random.default_rng(7)
LABELS = RNG.integers(0, 8, 64)
SCORES = (RNG.integers(-2, 3, (64, 8)) / 2).astype(np.float32)
BROKEN = np.where(RNG.random((64, 8)) < 0.1, np.float32(np.nan), SCORES)
BROKEN[RNG.random((64, 8)) < 0.1] = -np.inf


def sharded(spec: PartitionSpec, kind: AxisType) -> Callable[[Any], Any]:
    def place(scores: Any) -> Any:
        mesh = jax.make_mesh((2, 4), ("a", "b"), axis_types=(kind, kind))
        return jax.device_put(scores, NamedSharding(mesh, spec))

    return place


PLACES = {
    "host": jnp.asarray,
    "bfloat16": lambda scores: jnp.asarray(scores, jnp.bfloat16),
    "samples": sharded(PartitionSpec("a"), AxisType.Auto),
    "classes": sharded(PartitionSpec("a", "b"), AxisType.Auto),
    "explicit": sharded(PartitionSpec("a", "b"), AxisType.Explicit),
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("scores", [SCORES, BROKEN], ids=["finite", "broken"])
def test_r20_a_report_says_of_nan_and_infinities_what_that_of_numpy_does(
    scores: Any, place: Callable[[Any], Any]
) -> None:
    expected = accord.evaluate(LABELS, scores, (1, 3)).to_dict()
    assert accord.evaluate(LABELS, place(scores), (1, 3)).to_dict() == expected
    assert bool(expected["nan"]) == bool(expected["minus_inf"]) == (scores is BROKEN)
