"""The ways JAX's users run a function of arrays, for the conformance laws to try."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from accord.registry import Transform


def vmapped(function: Callable[..., Any]) -> Callable[..., Any]:
    """Map a function over two equal entries, and keep the first."""
    mapped = jax.jit(jax.vmap(function))

    def first(*arrays: Any) -> Any:
        both = mapped(*(jnp.stack([array, array]) for array in arrays))
        return jax.tree.map(lambda result: result[0], both)

    return first


def sharded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Jit a function, its arrays split over all devices along each axis that divides evenly."""
    jitted = jax.jit(function)

    def spread(*arrays: Any) -> Any:
        rows = math.gcd(jax.device_count(), 2)
        mesh = Mesh(np.asarray(jax.devices()).reshape(rows, -1), ("samples", "classes"))
        placed = [NamedSharding(mesh, _spec(mesh, array.shape)) for array in arrays]
        return jitted(*map(jax.device_put, arrays, placed))

    return spread


def _spec(mesh: Mesh, shape: tuple[int, ...]) -> PartitionSpec:
    """Split the first axis over the samples and the last, of two or more, over the classes."""
    names: list[str | None] = [None] * len(shape)
    for axis, name in ((-1, "classes"), (0, "samples")):
        if shape and shape[axis] % mesh.shape[name] == 0:
            names[axis] = name
    return PartitionSpec(*names)


MODES: dict[str, Transform] = {
    "eager": lambda function: function,
    "compiled": jax.jit,
    "vmapped": vmapped,
    "sharded": sharded,
}
