"""The adapter for JAX: traced and eager arrays, with or without 64-bit numbers."""

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
from jax.sharding import NamedSharding, PartitionSpec

from accord.arrays import Inputs
from accord.exact import Compensated, running
from accord.order import signed_magnitude
from accord.registry import BFLOAT16, NO_VALUES, Adapter, Array, Namespace, Numbers, Transform
from accord_jax import modes

_RUN = 32  # how many floats are summed without compensation for rounding errors

_FEW_BITS = (
    *("float8_e3m4", "float8_e4m3", "float8_e4m3b11fnuz", "float8_e4m3fn", "float8_e4m3fnuz"),
    *("float8_e5m2", "float8_e5m2fnuz"),
)

_POWERS = jnp.dtype("float8_e8m0fnu")

# A block of samples is a tree, so functions of it can be compiled. Its origin is used in messages
# only; it is dropped here, since otherwise JAX would compile again for each block.
jax.tree_util.register_dataclass(
    Inputs,
    data_fields=("scores", "truth", "mask", "weight"),
    meta_fields=("adapter", "ns", "sample_axes"),
    drop_fields=("origin", "home", "narrow"),
)


class JaxAdapter(Adapter):
    """JAX arrays and tracers, on one device or sharded over many."""

    counts_in_numpy = True
    slow_modes = frozenset({"sharded", "vmapped"})

    @property
    def dtypes(self) -> tuple[str, ...]:  # type: ignore[override]  # 64-bit ones can be off
        """The score dtypes that JAX has with its present settings."""
        more = ("float16", "bfloat16", *_FEW_BITS)
        return (*more, *(name for name in Adapter.dtypes if held(name) == name))

    def default_namespace(self) -> Namespace:
        """Return ``jax.numpy``."""
        return jnp

    def plain(self, name: str, array: Array) -> Array:
        """Return the array; refuse float8_e8m0fnu outside host memory: it has no 0."""
        if array.dtype == _POWERS and self.host_view(array) is None:
            raise TypeError(
                f"{name} has dtype float8_e8m0fnu, which is counted in host memory alone; pass"
                f" {name}.astype('float32')"
            )
        return array

    def numbers(self, array: Array) -> Numbers:  # noqa: ARG002  # a switch decides
        """Return 64-bit dtypes where they are enabled."""
        return Numbers(*(held(kind) for kind in (np.int64, np.float64, float)))

    def sort_key(self, scores: Array) -> Array:
        """Return integers in the order of the floats: XLA's comparisons flush subnormals (R2)."""
        floats = jnp.issubdtype(scores.dtype, jnp.floating)
        if floats and scores.dtype.itemsize == 1:  # in some, the bits of -0.0 are a NaN
            scores = scores.astype(jnp.float32)
        bits = _bits(scores)
        return scores if bits is scores else signed_magnitude(jnp, bits, jnp.isnan(scores))

    def count(self, flags: Array) -> Array:
        """Count the true entries along the last axis."""
        return _alone(flags.astype(jnp.int32), flags.ndim - 1)

    def counts(self, *flags: Array) -> tuple[Array, ...]:
        """Count several flags in one read.

        XLA's CPU backend writes the input of a reduction to memory if it has one operand, and fuses
        a reduction of several. Three counts of (50k, 1000) float32 take 177 ms one by one and
        9 ms together; reading the scores takes 5 ms. XLA's other backends fuse
        such a reduction too, as they do for argmax.
        """
        return summed(tuple(each.astype(jnp.int32) for each in flags), (flags[0].ndim - 1,))

    def sums(self, *values: Array, axes: tuple[int, ...]) -> tuple[Array, ...]:
        """Sum several arrays in one read; float32 sums are compensated for rounding errors."""
        whole = summed(tuple(running(each, jnp) for each in values), axes)
        return tuple(each.sum if isinstance(each, Compensated) else each for each in whole)

    def pick(self, values: Array, place: Array) -> Array:
        """Return the entry at ``place`` of each row, by its bits.

        Devices that share a row add their parts of it, and adding floats would flush subnormals.
        """
        bits = _bits(values)
        if jax.typeof(bits).sharding.spec[-1] is None:
            picked = jnp.take_along_axis(bits, place, axis=-1)
        else:  # take_along_axis refuses an axis that is sharded in its type
            mine = jnp.arange(bits.shape[-1], dtype=place.dtype) == place
            picked = jnp.where(mine, bits, 0).sum(-1, dtype=bits.dtype, keepdims=True)
        return picked if bits is values else lax.bitcast_convert_type(picked, values.dtype)

    def settled(self, name: str, array: Array, scores: Array) -> Array:  # noqa: ARG002  # never refused
        """Shard an array like the scores, if their sharding is part of their type."""
        spec = PartitionSpec(*jax.typeof(scores).sharding.spec[: array.ndim])
        if jax.typeof(array).sharding.spec == spec:
            return array
        placed = jax.typeof(scores) if isinstance(scores, jax.core.Tracer) else scores
        return jax.sharding.reshard(array, NamedSharding(placed.sharding.mesh, spec))

    def segment_sum(self, values: Array, ids: Array, n: int) -> Array:
        """Sum the values of each id in a fused reduction, without a samples x ids array in memory.

        A scatter is not used, because XLA's counts entries of unevenly sharded arrays twice. Short
        runs are first summed without compensation. This loses less than 5e-7 and is many times
        faster.
        """
        some = (0, -values.size % _RUN)
        mine = jnp.arange(n, dtype=ids.dtype)[:, None] == jnp.pad(ids, some)
        spread = jnp.where(mine, jnp.pad(values, some), jnp.zeros((), values.dtype))
        if jnp.issubdtype(values.dtype, jnp.integer):
            return _alone(spread, 1)
        runs = _alone(spread.reshape(n, spread.shape[1] // _RUN, _RUN), 2)
        return self.sums(runs, axes=(1,))[0]

    def is_traced(self, array: Array) -> bool:
        """Return whether an array is a tracer."""
        return isinstance(array, jax.core.Tracer)

    def static(self, name: str) -> str:
        """Return how to keep an option a Python value, for an error message."""
        return (
            f"and must be a Python value; make it static, for instance by jax.jit(...,"
            f' static_argnames="{name}"), or set it inside the traced function'
        )

    def is_concrete(self, array: Array) -> bool:
        """Return whether an array is all in this process's host memory, and not traced."""
        return (
            not self.is_traced(array)
            and array.is_fully_addressable
            and all(device.platform == "cpu" for device in array.devices())
        )

    def compiled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function jitted, so that eager work on accelerators and several devices fuses."""
        return jax.jit(function, static_argnums=0)

    def block_elements(self, scores: Array) -> int | None:
        """Return the block size of eager work; None under a trace, because XLA fuses the whole."""
        return None if self.is_traced(scores) else 1 << 24

    def host_view(self, array: Array) -> npt.NDArray[Any] | None:
        """Return a NumPy view of an array in host memory on one device, and None for others."""
        if not self.is_concrete(array) or not _on_one(array):
            return None
        view = np.asarray(array)
        return view.view(BFLOAT16) if array.dtype == jnp.bfloat16 else view

    def to_host(self, array: Array) -> npt.NDArray[Any]:
        """Copy an array to host memory; a traced array raises TypeError."""
        if self.is_traced(array):
            raise TypeError(NO_VALUES)
        return super().to_host(array)

    def from_host(
        self,
        values: Any,
        like: Array | None = None,
        *,
        dtype: str | None = None,
        device: Any = None,
    ) -> Array:
        """Copy host values, cast on the host so that no subnormal is flushed; integers saturate."""
        host = np.asarray(values)
        wanted = held(dtype or host.dtype)
        if wanted.kind in "iu" and host.dtype != wanted:
            host = host.clip(np.iinfo(wanted).min, np.iinfo(wanted).max)
        with np.errstate(over="ignore"):  # a float that is too large becomes infinite
            host = host.astype(wanted)
        if like is not None and _committed(like) and _on_one(like):
            device = like.device
        return jnp.array(host, device=device)

    def alongside(self, name: str, array: Array, scores: Array) -> Array:
        """Return the array; refuse one committed to another device than the scores."""
        if _committed(array) and _committed(scores) and array.devices() != scores.devices():
            return super().alongside(name, array, scores)
        return array

    def modes(self) -> Mapping[str, Transform]:
        """Return eager modes, jit, vmap, and jit of arrays sharded over all devices."""
        return {**super().modes(), **modes.MODES}

    def streamed(self, measure: Any, batches: Iterable[tuple[Array, Array]]) -> Any:
        """Return the tally of batches, counted by the JAX metric of the measure."""
        from accord_jax.metrics import JaxMetric  # noqa: PLC0415  # metrics know the adapter

        metric = JaxMetric(measure)
        state = functools.reduce(lambda s, batch: metric.update(s, *batch), batches, metric.init())
        return metric.tally(state)


def held(dtype: Any) -> np.dtype[Any]:
    """Return the dtype that JAX uses for values of a dtype, with its present settings."""
    return np.dtype(jax.dtypes.canonicalize_dtype(dtype))


def _bits(values: Array) -> Array:
    """Return the bits of floats as integers; return other arrays unchanged."""
    if not jnp.issubdtype(values.dtype, jnp.floating):
        return values
    return lax.bitcast_convert_type(values, f"int{jnp.finfo(values.dtype).bits}")


def _on_one(array: Array) -> bool:
    return len(array.devices()) == 1


def _committed(array: Array) -> bool:
    """Return whether an array was committed to its devices; JAX may move other arrays."""
    return not isinstance(array, jax.core.Tracer) and bool(array.committed)


def summed(values: tuple[Any, ...], axes: tuple[int, ...]) -> tuple[Any, ...]:
    """Sum arrays of one shape, or trees that define their own addition, in one read."""
    # The barrier stops XLA from folding the sum of a constant, which takes it minutes to compile.
    zeros = jax.tree.map(lambda leaf: lax.optimization_barrier(jnp.zeros((), leaf.dtype)), values)
    whole: tuple[Any, ...] = lax.reduce(
        values, zeros, lambda mine, theirs: tuple(map(add, mine, theirs)), axes
    )
    return whole


def _alone(values: Array, axis: int) -> Array:
    """Sum with a second operand of zeros, so that XLA fuses the sum: see `JaxAdapter.counts`."""
    return add(*summed((values, jnp.zeros_like(values)), (axis,)))
