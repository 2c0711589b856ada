"""NumPy as accord sees it: the generic adapter, counting with NumPy's fastest instructions."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from accord.backends import small_floats
from accord.backends.base import Array, Backend, Namespace, Numbers, Residence

_NUMBERS = Numbers(np.int64, np.float64, np.float64)


class NumpyBackend(Backend):
    """NumPy arrays, memory maps and scalars."""

    def namespace(self, array: Array = None) -> Namespace:
        """Return NumPy, whose functions are those of the Array API since version 2."""
        return np

    def numbers(self, array: Array) -> Numbers:
        """Return 64-bit dtypes."""
        return _NUMBERS

    def count_true(self, *flags: Array) -> tuple[Array, ...]:
        """Count the true entries along the last axis, eight at a time where they are packed."""
        return tuple(map(_count, flags))

    def take_last_axis(self, values: Array, place: Array) -> Array:
        """Return the entry at ``place`` of each row."""
        if values.ndim != 2:  # noqa: PLR2004  # rows
            return np.take_along_axis(values, place, axis=-1)
        return values[np.arange(len(values)), place[:, 0]][:, None]

    def sum_over(self, *values: Array, axes: tuple[int, ...]) -> tuple[Array, ...]:
        """Sum arrays of one shape; NumPy's own functions would widen, and cost a small call more."""
        return tuple([np.add.reduce(each, axis=axes, dtype=each.dtype) for each in values])

    def segment_sum(self, values: Array, ids: Array, n: int) -> Array:
        """Sum by id; float64 weights are exact for counts below 2**53, which one call can't pass."""
        return np.bincount(ids, weights=values, minlength=n).astype(values.dtype)

    def suffix_logsumexp(self, values: Array) -> Array:
        """Sum from the last entry to the first, by NumPy's own scan."""
        with np.errstate(invalid="ignore"):  # it warns of NaN, though the result is as it should be
            return np.logaddexp.accumulate(values[..., ::-1], axis=-1)[..., ::-1]

    def residence(self, array: Array) -> Residence:
        """Return "host"."""
        return "host"

    def from_host(
        self,
        values: Any,
        like: Array | None = None,
        *,
        dtype: str | None = None,
        device: Any = None,
    ) -> Array:
        """Return an array, or a scalar where NumPy's own functions return one."""
        if dtype in small_floats.LIMITS:
            return np.asarray(values).astype(getattr(import_module("ml_dtypes"), dtype))[()]
        return super().from_host(values, like, dtype=dtype, device=device)[()]

    def host_view(self, array: Array) -> npt.NDArray[Any]:
        """Return the array itself."""
        return np.asarray(array)


def _count(flags: Array) -> Array:
    if flags.shape[-1] % 8 == 0 and flags.flags.c_contiguous and flags.size:
        eights = np.bitwise_count(flags.view(np.uint64))
        return np.add.reduce(eights, axis=-1, dtype=np.int32)
    return np.add.reduce(flags, axis=-1, dtype=np.int32)
