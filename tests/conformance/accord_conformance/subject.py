"""Where a law is checked: one adapter, in one mode, on one device."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from accord.backends.base import Backend
from accord.testing import Adapter


@functools.cache  # a function that several laws share is compiled once
def _transformed(adapter: Adapter, mode: str, function: Callable[..., Any]) -> Callable[..., Any]:
    return adapter.modes()[mode](function)


@dataclass(frozen=True)
class Subject:
    """One adapter in one mode on one device; it makes arrays and runs functions on them."""

    adapter: Adapter
    mode: str = "eager"
    device: Any = None
    _calls: list[tuple[Any, ...]] = field(default_factory=list, repr=False, compare=False)

    @property
    def last_call(self) -> tuple[Any, ...] | None:
        """The last function that was run, then its arrays; None if there was no call."""
        return self._calls[-1] if self._calls else None

    def array(self, values: Any, dtype: str | None = None) -> Any:
        """Make an array of the framework; float64 becomes float32 unless a dtype is given."""
        host = np.asarray(values)
        if dtype is None and host.dtype == np.float64:
            dtype = "float32"
        if dtype is not None and hasattr(np, dtype.replace("bool", "bool_")):
            host = host.astype(dtype)  # on the host, where no subnormal is flushed on the way
        return self.backend.from_host(host, dtype=dtype, device=self.device)

    def run(self, function: Callable[..., Any], *arrays: Any) -> Any:
        """Run a function of arrays in this mode, and return its results as NumPy arrays."""
        self._calls[:] = [(function, *arrays)]
        return self._host(_transformed(self.adapter, self.mode, function)(*arrays))

    @property
    def backend(self) -> Backend:
        """What the adapter computes with."""
        return self.adapter.backend

    @property
    def reads_values(self) -> bool:
        """Whether a bad value can be refused here, rather than counted (R22)."""
        return self.mode.startswith("eager") and self.backend.residence(self.array([0])) == "host"

    @property
    def float_dtypes(self) -> list[str]:
        """The floating dtypes that the adapter declares."""
        return [dtype for dtype in self.adapter.dtypes if "float" in dtype]

    @contextlib.contextmanager
    def refused(
        self, kind: type[Exception] | tuple[type[Exception], ...], match: str
    ) -> Iterator[None]:
        """Check that the block raises an error with a matching message."""
        with pytest.raises(kind, match=match):
            yield

    def _host(self, result: Any) -> Any:
        if isinstance(result, tuple):
            parts = [self._host(part) for part in result]
            return type(result)(*parts) if hasattr(result, "_fields") else tuple(parts)
        return self.backend.to_host(result)[0]
