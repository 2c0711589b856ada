"""What is to be proved of NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from accord.backends.small_floats import LIMITS
from accord.testing import Adapter, Transform, eager_modes


class NumpyAdapter(Adapter):
    """NumPy arrays, memory maps and scalars."""

    @property
    def dtypes(self) -> tuple[str, ...]:  # type: ignore[override]  # some are of another package
        """The score dtypes that NumPy has here, with those of ml_dtypes where that is installed."""
        small = LIMITS if find_spec("ml_dtypes") else ()
        return ("float16", *small, *Adapter.dtypes)

    def modes(self) -> Mapping[str, Transform]:
        """Return eager, and eager by the compiled scan whatever the size of the work."""
        return eager_modes()
