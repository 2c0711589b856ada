"""Lazy arrays of a library without an adapter of its own, as Dask's: nothing is computed twice."""

from __future__ import annotations

from typing import Any

import numpy as np

from accord.backends.base import Array, Backend

_HALF = 31  # bits of a count that go into each of two floats, which hold them exactly


class LazyBackend(Backend):
    """Arrays that are computed when they are asked for."""

    def as_dense(self, name: str, array: Array, beside: Array = None) -> Array:
        """Return the array, unless its lengths are known only once it is computed (R21)."""
        array = super().as_dense(name, array, beside)
        if all(length == length for length in array.shape):
            return array
        remedy = f"call {name}.compute_chunk_sizes() first"
        if not hasattr(array, "compute_chunk_sizes"):
            remedy = "pass an array of known lengths"
        raise ValueError(
            f"{name} has shape {tuple(array.shape)}, and a nan is a length that is not known yet;"
            f" {remedy}"
        )

    def to_host(self, *arrays: Array) -> tuple[np.ndarray[Any, Any], ...]:
        """Copy counts and sums to host memory in one computation, joined to one array of floats.

        A count below 2**62 is split into two numbers of 31 bits, so that none is rounded.
        """
        if not arrays:
            return ()
        ns = self.namespace(arrays[0])
        whole = [ns.isdtype(array.dtype, "integral") for array in arrays]
        flat = []
        for array, split in zip(arrays, whole, strict=True):
            parts = (array >> _HALF, array & ((1 << _HALF) - 1)) if split else (array,)
            flat += [ns.reshape(ns.astype(part, ns.float64), (-1,)) for part in parts]
        joined, start, found = np.asarray(ns.concat(flat, axis=0)), 0, []
        for array, split in zip(arrays, whole, strict=True):
            size = int(np.prod(array.shape, dtype=np.int64))
            one, other = joined[start : start + size], joined[start + size : start + 2 * size]
            start += 2 * size if split else size
            value = (one.astype(np.int64) << _HALF) + other.astype(np.int64) if split else one
            found.append(value.reshape(array.shape))
        return tuple(found)
