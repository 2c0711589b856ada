"""What is to be proved of JAX: its dtypes, and the ways its users run a function of arrays."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from accord.backends.base import Array
from accord.testing import Adapter, Transform, eager_modes
from accord_jax.backend import held

_FEW_BITS = (
    *("float8_e3m4", "float8_e4m3", "float8_e4m3b11fnuz", "float8_e4m3fn", "float8_e4m3fnuz"),
    *("float8_e5m2", "float8_e5m2fnuz"),
)


def vmapped(function: Callable[..., Any]) -> Callable[..., Any]:
    """Map a function over two equal entries, and keep the first."""
    mapped = jax.jit(jax.vmap(function))

    def first(*arrays: Any) -> Any:
        both = mapped(*(jnp.stack([array, array]) for array in arrays))
        return jax.tree.map(lambda result: result[0], both)

    return first


def sharded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Jit a function, samples and classes split over all devices, unevenly where need be."""

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


class JaxAdapter(Adapter):
    """JAX arrays and tracers, on one device or sharded over many."""

    slow_modes = frozenset({"sharded", "vmapped"})

    @property
    def dtypes(self) -> tuple[str, ...]:  # type: ignore[override]  # 64-bit ones can be off
        """The score dtypes that JAX has with its present settings."""
        more = ("float16", "bfloat16", *_FEW_BITS)
        return (*more, *(name for name in Adapter.dtypes if held(name) == name))

    def modes(self) -> Mapping[str, Transform]:
        """Return eager modes, jit, vmap, and jit of arrays sharded over all devices."""
        return {**eager_modes(), "compiled": jax.jit, "vmapped": vmapped, "sharded": sharded}

    def value_and_gradient(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with its gradient, by ``jax.value_and_grad``."""

        def run(*arrays: Array) -> Any:
            return jax.value_and_grad(function, argnums=len(arrays) - 1)(*arrays)

        return run

    def streamed(self, measure: Any, batches: Iterable[tuple[Array, Array]]) -> Any:
        """Return the tally of batches by a metric of the measure, its state a tree."""
        from accord_jax.metric import JaxMetric

        metric, several = JaxMetric(measure), list(batches)
        empty = metric.init(measure.classes_in(several[0][1].shape))
        state = functools.reduce(lambda s, batch: metric.update(s, *batch), several, empty)
        return metric.tally(state)
