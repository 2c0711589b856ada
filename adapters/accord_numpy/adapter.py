"""The adapter for NumPy: the generic one, with NumPy's fastest functions."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import array_api_compat.numpy as xp
import numpy as np
import numpy.typing as npt

from accord import kernels, small_floats
from accord.registry import Adapter, Array, Namespace, Numbers, Transform

_NUMBERS = Numbers(np.int64, np.float64, np.float64)


class NumpyAdapter(Adapter):
    """NumPy arrays, memory maps and scalars."""

    @property
    def dtypes(self) -> tuple[str, ...]:  # type: ignore[override]  # some come from ml_dtypes
        """The score dtypes of NumPy, and those of ml_dtypes if it is installed."""
        small = small_floats.LIMITS if find_spec("ml_dtypes") else ()
        return ("float16", *small, *Adapter.dtypes)

    def namespace(self, array: Array) -> Namespace:  # noqa: ARG002  # there is only one
        """Return array-api-compat's NumPy."""
        return xp

    def default_namespace(self) -> Namespace:
        """Return array-api-compat's NumPy."""
        return xp

    def numbers(self, array: Array) -> Numbers:  # noqa: ARG002  # they never differ
        """Return 64-bit dtypes."""
        return _NUMBERS

    def count(self, flags: Array) -> Array:
        """Count the true entries along the last axis, eight at a time if possible."""
        if flags.shape[-1] % 8 == 0 and flags.flags.c_contiguous and flags.size:
            eights = np.bitwise_count(flags.view(np.uint64))
            return np.add.reduce(eights, axis=-1, dtype=np.int32)
        return np.add.reduce(flags, axis=-1, dtype=np.int32)

    def segment_sum(self, values: Array, ids: Array, n: int) -> Array:
        """Sum by id; float64 weights are exact below 2**53, more than one call can count."""
        return np.bincount(ids, weights=values, minlength=n).astype(values.dtype)

    def is_concrete(self, array: Array) -> bool:  # noqa: ARG002  # always
        """NumPy's values can always be read."""
        return True

    def alongside(self, name: str, array: Array, scores: Array) -> Array:  # noqa: ARG002  # the same
        """Return the array: NumPy has one device."""
        return array

    def from_host(
        self,
        values: Any,
        like: Array | None = None,
        *,
        dtype: str | None = None,
        device: Any = None,
    ) -> Array:
        """Return an array, or a scalar for a 0-d array, as NumPy's functions do."""
        if dtype in small_floats.LIMITS:
            return np.asarray(values).astype(getattr(import_module("ml_dtypes"), dtype))[()]
        return super().from_host(values, like, dtype=dtype, device=device)[()]

    def host_view(self, array: Array) -> npt.NDArray[Any]:
        """Return the array itself."""
        return np.asarray(array)

    def modes(self) -> Mapping[str, Transform]:
        """Return eager, and eager with the compiled row scan for scores of any size."""
        return kernels.modes()
