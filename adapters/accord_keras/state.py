"""A tally in Keras variables, exact on every backend (R18)."""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras.src.backend import in_stateless_scope  # no public name

from accord.backends.base import Array
from accord.backends.registry import backend_of
from accord.counts.accumulator import Accumulator
from accord.counts.state import State, in_pairs
from accord.counts.tally import Tally


class Variables:
    """The two arrays of an `Accumulator` as Keras variables, in pairs where 64 bits are missing.

    Parameters
    ----------
    make : callable
        The metric's ``add_variable``.
    kept : Accumulator
        How tallies are kept.
    classes : int or None
        How many counts by class have; None where there is one count.
    """

    def __init__(
        self, make: Callable[..., keras.Variable], kept: Accumulator, classes: int | None
    ) -> None:
        self._kept = kept
        self._wide = _has_64_bits()
        shape = kept.shape(classes) if self._wide else (*kept.shape(classes), 2)
        dtypes = ("int64", "float64") if self._wide else ("uint32", "float32")
        self._counts, self._sums = (
            make(shape, "zeros", dtype=dtype, name=name)
            for name, dtype in zip(("counts", "sums"), dtypes, strict=True)
        )

    def add(self, batch: Tally) -> None:
        """Add a tally in NumPy or the backend."""
        packed = self._kept.pack(batch)
        both = (self._counts, self._sums)
        if self._wide:
            for variable, more in zip(both, packed, strict=True):
                if more is not None:
                    _add(variable, more)
            return
        more = map(keras.ops.convert_to_tensor, in_pairs(*packed))
        for variable, whole in zip(both, self._pairs() + State(*more), strict=True):
            variable.assign(whole)

    def host(self) -> Tally:
        """Return the tally in NumPy's 64-bit numbers, waiting for its device."""
        if not self._wide:
            return self._kept.tally_of(self._pairs())
        tensors = [keras.ops.convert_to_tensor(each) for each in (self._counts, self._sums)]
        return self._kept.tally(*backend_of(tensors[0]).to_host(*tensors))

    def floats(self) -> Tally:
        """Return the tally as the backend's floats, also while tracing."""
        if not self._wide:
            return self._kept.unpack(self._pairs().rounded())
        return self._kept.unpack(keras.ops.cast(self._counts, "float64") + self._sums)

    def _pairs(self) -> State:
        return State(*map(keras.ops.convert_to_tensor, (self._counts, self._sums)))


def _has_64_bits() -> bool:
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        return bool(jax.dtypes.canonicalize_dtype("int64") == "int64")
    if backend == "torch":
        import torch

        return torch.get_default_device().type != "mps"
    return True


def _add(variable: keras.Variable, more: Array) -> None:
    """Add in place on TensorFlow: Keras reads, adds and assigns, which takes three times as long."""
    # A variable that is distributed over devices has its own way of adding, so Keras does it.
    in_place = not in_stateless_scope() and type(variable.value).__name__ == "ResourceVariable"
    (variable.value if in_place else variable).assign_add(more)
