"""The ways to run a function of JAX arrays, for the conformance laws."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from accord.registry import Transform


def vmapped(function: Callable[..., Any]) -> Callable[..., Any]:
    """Map a function over two equal entries, and keep the first."""
    mapped = jax.jit(jax.vmap(function))

    def first(*arrays: Any) -> Any:
        both = mapped(*(jnp.stack([array, array]) for array in arrays))
        return jax.tree.map(lambda result: result[0], both)

    return first


def sharded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Jit a function, samples and classes split over all devices, unevenly if necessary."""

    @jax.jit
    def spread(*arrays: Any) -> Any:
        rows = math.gcd(jax.device_count(), 2)
        shape, names = (rows, jax.device_count() // rows), ("samples", "classes")
        mesh = jax.make_mesh(shape, names, axis_types=(AxisType.Auto,) * 2)

        def split(array: Any) -> Any:
            axes = (names[0], *[None] * (array.ndim - 2), names[1])[: array.ndim]
            placed = NamedSharding(mesh, PartitionSpec(*axes))
            return jax.lax.with_sharding_constraint(array, placed)

        return function(*map(split, arrays))

    return spread


MODES: dict[str, Transform] = {"compiled": jax.jit, "vmapped": vmapped, "sharded": sharded}
