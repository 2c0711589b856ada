"""JAX as accord sees it: traced or eager, perhaps without 64-bit numbers, subnormals flushed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from operator import add
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax import lax

from accord.arrays import Inputs
from accord.exact import Compensated
from accord.registry import Adapter, Array, Namespace, Numbers, Transform
from accord_jax import modes

_RUN = 32  # floats summed plainly before their rounding errors are carried

# A block of samples is a tree, so that what is done with it can be compiled. Where it lies in
# the whole is told in messages only, and each block would be compiled anew for it.
jax.tree_util.register_dataclass(
    Inputs,
    data_fields=("scores", "truth", "mask", "weight"),
    meta_fields=("adapter", "ns", "sample_axes"),
    drop_fields=("origin",),
)


class JaxAdapter(Adapter):
    """JAX arrays and tracers, on one device or sharded over many."""

    @property
    def dtypes(self) -> tuple[str, ...]:  # type: ignore[override]  # 64-bit ones can be switched
        """The score dtypes that JAX has now."""
        wide = () if jax.config.read("jax_enable_x64") else ("float64", "int64", "uint64")
        return ("float16", "bfloat16", *(name for name in Adapter.dtypes if name not in wide))

    def default_namespace(self) -> Namespace:
        """Return ``jax.numpy``."""
        return jnp

    def numbers(self, array: Array) -> Numbers:  # noqa: ARG002  # a switch decides
        """Return 64-bit dtypes where they are enabled."""
        return Numbers(*(held(kind) for kind in (np.int64, np.float64, float)))

    def sort_key(self, scores: Array) -> Array:
        """Return integers in the order of floats, for XLA's comparisons flush subnormals (R2).

        They are the bits of the magnitude, negated below zero: both zeros are 0, and a NaN, whose
        magnitude is past infinity's, is above every number whichever its sign.
        """
        if not jnp.issubdtype(scores.dtype, jnp.floating):
            return scores
        signed = jnp.dtype(f"int{jnp.finfo(scores.dtype).bits}")
        bits = lax.bitcast_convert_type(scores, signed)
        magnitude = bits & jnp.iinfo(signed).max
        return jnp.where((bits < 0) & ~jnp.isnan(scores), -magnitude, magnitude)

    def count(self, flags: Array) -> Array:
        """Count the true entries along the last axis."""
        return _alone(flags.astype(jnp.int32), flags.ndim - 1)

    def counts(self, *flags: Array) -> tuple[Array, ...]:
        """Count several flags in one read.

        XLA's CPU backend first writes out what a reduction of one operand reads, but fuses one of
        several: (50k, 1000) float32, three counts: 177 ms apart, 9 together, 5 to read the scores.
        The others fuse it as they do argmax, which is one of two.
        """
        return summed(tuple(each.astype(jnp.int32) for each in flags), (flags[0].ndim - 1,))

    def sums(self, *values: Array, axes: tuple[int, ...]) -> tuple[Array, ...]:
        """Sum integers as they are, and floats with their rounding errors, all in one read."""
        carrying = tuple(
            each
            if jnp.issubdtype(each.dtype, jnp.integer)
            else Compensated(each, jnp.zeros_like(each))
            for each in values
        )
        return tuple(
            each.sum + each.lost if isinstance(each, Compensated) else each
            for each in summed(carrying, axes)
        )

    def segment_sum(self, values: Array, ids: Array, n: int) -> Array:
        """Sum the values of each id, fused, with no table of samples by ids in memory.

        XLA's scatter counts entries of unevenly sharded arrays twice. Short runs are summed
        plainly first, which loses less than 5e-7 and is many times faster than carrying.
        """
        some = (0, -values.size % _RUN)
        mine = jnp.arange(n, dtype=ids.dtype)[:, None] == jnp.pad(ids, some)
        spread = jnp.where(mine, jnp.pad(values, some), jnp.zeros((), values.dtype))
        if jnp.issubdtype(values.dtype, jnp.integer):
            return _alone(spread, 1)
        runs = _alone(spread.reshape(n, spread.shape[1] // _RUN, _RUN), 2)
        return self.sums(runs, axes=(1,))[0]

    def is_concrete(self, array: Array) -> bool:
        """Tell whether an array is all in this process's host memory, and not traced."""
        return (
            not isinstance(array, jax.core.Tracer)
            and array.is_fully_addressable
            and all(device.platform == "cpu" for device in array.devices())
        )

    def compiled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function jitted, once."""
        return _jitted(function)

    def block_elements(self, scores: Array) -> int | None:
        """Leave all to XLA, which fuses; eager calls bound what a sample needs beside its scores."""
        return None if isinstance(scores, jax.core.Tracer) else 1 << 22

    def host_view(self, array: Array) -> npt.NDArray[Any] | None:
        """View an array that lies in one piece of host memory."""
        if self.is_concrete(array) and len(array.devices()) == 1:
            return np.asarray(array)
        return None

    def from_host(
        self,
        values: Any,
        like: Array | None = None,
        *,
        dtype: str | None = None,
        device: Any = None,
    ) -> Array:
        """Copy host values, cast on the host, where nothing is flushed; integers saturate."""
        host = np.asarray(values)
        wanted = held(dtype or host.dtype)
        if wanted.kind in "iu" and host.dtype != wanted:
            host = host.clip(np.iinfo(wanted).min, np.iinfo(wanted).max)
        with np.errstate(over="ignore"):  # a float that is too large becomes infinite
            host = host.astype(wanted)
        if like is not None and _committed(like) and len(like.devices()) == 1:
            device = like.device
        return jnp.array(host, device=device)

    def alongside(self, name: str, array: Array, scores: Array) -> Array:
        """Return the array, unless both were put on devices that differ; JAX moves all others."""
        if _committed(array) and _committed(scores) and array.devices() != scores.devices():
            return super().alongside(name, array, scores)
        return array

    def modes(self) -> Mapping[str, Transform]:
        """Return eager, jit, vmap, and jit of arrays sharded over all devices."""
        return modes.MODES

    def streamed(self, measure: Any, batches: Iterable[tuple[Array, Array]]) -> Any:
        """Return the tally of batches by the metric of the same measure, its state a tree."""
        from accord_jax import metrics  # noqa: PLC0415  # metrics know the adapter

        metric = metrics.metric_of(measure)
        state = metric.init()
        for y_true, y_score in batches:
            state = metric.update(state, y_true, y_score)
        return metric.tally(state)


def held(dtype: Any) -> np.dtype[Any]:
    """Return the dtype that JAX holds values of a dtype in."""
    return np.dtype(jax.dtypes.canonicalize_dtype(dtype))


def _committed(array: Array) -> bool:
    """Tell whether an array was put on its devices; JAX moves others, and traced ones."""
    return not isinstance(array, jax.core.Tracer) and bool(array.committed)


@functools.cache
def _jitted(function: Callable[..., Any]) -> Callable[..., Any]:
    return jax.jit(function, static_argnums=0)


def summed(values: tuple[Any, ...], axes: tuple[int, ...]) -> tuple[Any, ...]:
    """Sum arrays, and compensated sums, of one shape in one read."""
    leaves, tree = jax.tree.flatten(values)
    # Behind a barrier, for XLA takes minutes to fold the sum of a constant while it compiles.
    zeros = [lax.optimization_barrier(jnp.zeros((), leaf.dtype)) for leaf in leaves]

    def join(mine: Any, theirs: Any) -> tuple[Any, ...]:
        pairs = zip(*(jax.tree.unflatten(tree, each) for each in (mine, theirs)), strict=True)
        return tuple(jax.tree.leaves([one + other for one, other in pairs]))

    whole: tuple[Any, ...] = jax.tree.unflatten(tree, lax.reduce(leaves, zeros, join, axes))
    return whole


def _alone(values: Array, axis: int) -> Array:
    """Sum plainly, beside a second operand, so that it fuses: see `JaxAdapter.counts`."""
    return add(*summed((values, jnp.zeros_like(values)), (axis,)))
