"""JAX as accord sees it: traced or eager, perhaps without 64-bit numbers, subnormals flushed."""

from __future__ import annotations

from collections.abc import Callable
from operator import add
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax import lax
from jax.sharding import NamedSharding, PartitionSpec

from accord.backends.base import (
    NO_VALUES,
    Array,
    Backend,
    Namespace,
    Numbers,
    Residence,
    refuse_other_device,
)
from accord.backends.float_order import signed_magnitude
from accord.backends.small_floats import BFLOAT16
from accord.counts.exact import Compensated, running
from accord.inputs.batch import Batch

_RUN = 32  # floats summed plainly before their rounding errors are carried

_POWERS = jnp.dtype("float8_e8m0fnu")

# A block of samples is a tree, so that what is done with it can be compiled. Where it lies in
# the whole is told in messages only, and each block would be compiled anew for it.
jax.tree_util.register_dataclass(
    Batch,
    data_fields=("scores", "truth", "mask", "weight", "candidates", "groups"),
    meta_fields=("backend", "ns", "sample_axes", "numbers", "n_groups"),
    drop_fields=("scanned", "origin", "index", "small", "narrow", "raises"),
)


class JaxBackend(Backend):
    """JAX arrays and tracers, on one device or sharded over many."""

    counts_in_numpy = True
    host_block = 1 << 24  # as on a device: eager work on arrays that NumPy can't view is compiled
    static_option = (
        "and must be a Python value; make it static, for instance by jax.jit(...,"
        ' static_argnames="{name}"), or set it inside the traced function'
    )

    def namespace(self, array: Array = None) -> Namespace:
        """Return ``jax.numpy``."""
        return jnp if array is None else super().namespace(array)

    def as_dense(self, name: str, array: Array, beside: Array = None) -> Array:
        """Return an array; refuse float8_e8m0fnu outside host memory: it can't hold a threshold of 0.

        JAX moves arrays between devices, unless both were put where they are.
        """
        if isinstance(array, (np.ndarray, np.generic)):
            return array
        both = beside is not None and _committed(array) and _committed(beside)
        if both and array.devices() != beside.devices():
            refuse_other_device(name, array, beside)
        if array.dtype == _POWERS and self.host_view(array) is None:
            raise TypeError(
                f"{name} has dtype float8_e8m0fnu, which is counted in host memory alone; pass"
                f" {name}.astype('float32')"
            )
        return array

    def constant(self, array: Array) -> Array:
        """Return the array as a constant of every derivative."""
        return lax.stop_gradient(array)

    def suffix_logsumexp(self, values: Array) -> Array:
        """Sum from the last entry to the first, by JAX's own scan."""
        return lax.cumlogsumexp(values, axis=values.ndim - 1, reverse=True)

    def numbers(self, array: Array) -> Numbers:
        """Return 64-bit dtypes where they are enabled."""
        return Numbers(*(held(kind) for kind in (np.int64, np.float64, float)))

    def sort_key(self, scores: Array) -> Array:
        """Return integers in the order of floats, for XLA's comparisons flush subnormals (R2)."""
        floats = jnp.issubdtype(scores.dtype, jnp.floating)
        if floats and scores.dtype.itemsize == 1:  # some have a NaN in the place of a negative zero
            scores = scores.astype(jnp.float32)
        bits = _bits(scores)
        return scores if bits is scores else signed_magnitude(jnp, bits, jnp.isnan(scores))

    def count_true(self, *flags: Array) -> tuple[Array, ...]:
        """Count the true entries of several arrays in one read.

        XLA's CPU backend first writes out what a reduction of one operand reads, but fuses one of
        several: (50k, 1000) float32, three counts: 177 ms apart, 9 together, 5 to read the scores.
        The others fuse it as they do argmax, which is one of two.
        """
        numbers, axis = tuple(each.astype(jnp.int32) for each in flags), flags[0].ndim - 1
        return (_alone(numbers[0], axis),) if len(flags) == 1 else summed(numbers, (axis,))

    def sum_over(self, *values: Array, axes: tuple[int, ...]) -> tuple[Array, ...]:
        """Sum in one read, narrow floats with their rounding errors."""
        whole = summed(tuple(running(each, jnp) for each in values), axes)
        return tuple(each.sum if isinstance(each, Compensated) else each for each in whole)

    def take_last_axis(self, values: Array, place: Array) -> Array:
        """Return the entry at ``place`` of each row, by its bits.

        Devices that share a row add what each has of it, and adding floats flushes subnormals.
        """
        bits = _bits(values)
        if jax.typeof(bits).sharding.spec[-1] is None:
            picked = jnp.take_along_axis(bits, place, axis=-1)
        else:  # sharded in its type, which take_along_axis refuses
            mine = jnp.arange(bits.shape[-1], dtype=place.dtype) == place
            picked = jnp.where(mine, bits, 0).sum(-1, dtype=bits.dtype, keepdims=True)
        return picked if bits is values else lax.bitcast_convert_type(picked, values.dtype)

    def match_samples(self, name: str, array: Array, scores: Array) -> Array:
        """Split an array over devices as the scores are, where that is part of their types."""
        spec = PartitionSpec(*jax.typeof(scores).sharding.spec[: array.ndim])
        if jax.typeof(array).sharding.spec == spec:
            return array
        placed = jax.typeof(scores) if isinstance(scores, jax.core.Tracer) else scores
        return jax.sharding.reshard(array, NamedSharding(placed.sharding.mesh, spec))

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
        return self.sum_over(runs, axes=(1,))[0]

    def residence(self, array: Array) -> Residence:
        """Tell where values are: on the host if all are in this process's memory."""
        if isinstance(array, jax.core.Tracer):
            return "traced"
        here = array.is_fully_addressable and all(
            device.platform == "cpu" for device in array.devices()
        )
        return "host" if here else "device"

    def compiled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function jitted: eager work on an accelerator, or on several devices, fuses."""
        return jax.jit(function, static_argnums=0)

    def host_view(self, array: Array) -> npt.NDArray[Any] | None:
        """View an array that lies in one piece of host memory."""
        if self.residence(array) != "host" or not _on_one(array):
            return None
        view = np.asarray(array)
        return view.view(BFLOAT16) if array.dtype == jnp.bfloat16 else view

    def to_host(self, *arrays: Array) -> tuple[npt.NDArray[Any], ...]:
        """Copy arrays to host memory; a traced one has no values."""
        if any(self.residence(array) == "traced" for array in arrays):
            raise TypeError(NO_VALUES)
        return super().to_host(*arrays)

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
        if like is not None and _committed(like) and _on_one(like):
            device = like.device
        return jnp.array(host, device=device)


def held(dtype: Any) -> np.dtype[Any]:
    """Return the dtype that JAX holds values of a dtype in."""
    return np.dtype(jax.dtypes.canonicalize_dtype(dtype))


def _bits(values: Array) -> Array:
    """Return the bits of floats, as integers, and anything else as it is."""
    if not jnp.issubdtype(values.dtype, jnp.floating):
        return values
    return lax.bitcast_convert_type(values, f"int{jnp.finfo(values.dtype).bits}")


def _on_one(array: Array) -> bool:
    return len(array.devices()) == 1


def _committed(array: Array) -> bool:
    """Tell whether an array was put on its devices; JAX moves others, and traced ones."""
    return not isinstance(array, jax.core.Tracer) and bool(array.committed)


def summed(values: tuple[Any, ...], axes: tuple[int, ...]) -> tuple[Any, ...]:
    """Sum arrays of one shape, or trees of them that add in a way of their own, in one read."""
    # Behind a barrier, for XLA takes minutes to fold the sum of a constant while it compiles.
    zeros = jax.tree.map(lambda leaf: lax.optimization_barrier(jnp.zeros((), leaf.dtype)), values)
    whole: tuple[Any, ...] = lax.reduce(
        values, zeros, lambda mine, theirs: tuple(map(add, mine, theirs)), axes
    )
    return whole


def _alone(values: Array, axis: int) -> Array:
    """Sum plainly, beside a second operand, so that it fuses: see `JaxBackend.count_true`."""
    return add(*summed((values, jnp.zeros_like(values)), (axis,)))
