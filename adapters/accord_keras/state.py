"""Counters in Keras variables that stay exact on every backend (R18)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import keras
import numpy as np
import numpy.typing as npt
from keras.src.backend import in_stateless_scope  # no public name

from accord.backends.base import Array, Namespace
from accord.backends.registry import backend_of
from accord.counts.exact import BITS, Compensated, Limbs
from accord.counts.tally import Tally

Shapes = Sequence[tuple[int, ...]]
Vectors = tuple[Array | None, Array | None]
MakeVariable = Callable[..., keras.Variable]


def shapes(lead: tuple[int, ...], classes: int | None) -> Shapes:
    """Return the shape of each field of a tally: ``lead`` for k, then the classes, if any."""
    by = () if classes is None else (classes,)
    return (*((*lead, *by),) * 3, by, (), ())


class State(Protocol):
    """A tally in Keras variables: integers in one, floating sums in another."""

    def add(self, vectors: Vectors) -> None:
        """Add the vectors that `vectors_of` returns, of NumPy or the backend."""

    def host(self) -> Tally:
        """Return the tally in NumPy's 64-bit numbers; this waits for the device."""

    def floats(self) -> Tally:
        """Return the tally as the backend's floats, also while tracing."""


class Wide:
    """Counters for a backend with 64-bit numbers."""

    def __init__(self, make: MakeVariable, fields: Shapes) -> None:
        self._fields = fields
        size = sum(math.prod(shape) for shape in fields)
        self._counts = make((size,), "zeros", dtype="int64", name="counts")
        self._sums = make((size,), "zeros", dtype="float64", name="sums")

    def add(self, vectors: Vectors) -> None:
        """Add integers to integers and floats to floats."""
        counts, sums = vectors
        if counts is not None:
            _add(self._counts, counts)
        if sums is not None:
            _add(self._sums, sums)

    def host(self) -> Tally:
        """Return the tally in NumPy's 64-bit numbers."""
        return _joined(_read(self._counts), _read(self._sums), self._fields)

    def floats(self) -> Tally:
        """Return the tally as float64."""
        return _split(keras.ops.cast(self._counts, "float64") + self._sums, self._fields)


class Narrow:
    """Counters for a backend without: two 32-bit words per count, and a compensated sum."""

    def __init__(self, make: MakeVariable, fields: Shapes) -> None:
        self._fields = fields
        size = sum(math.prod(shape) for shape in fields)
        self._counts = make((2, size), "zeros", dtype="uint32", name="counts")
        self._sums = make((2, size), "zeros", dtype="float32", name="sums")

    def add(self, vectors: Vectors) -> None:
        """Add with carry between the words, and keep the rounding errors of the sums."""
        counts, sums = vectors
        if counts is not None:
            high, low = counts >> BITS, counts & ((1 << BITS) - 1)
            self._keep(self._counts, Limbs(*self._counts.value), Limbs(*_cast("uint32", high, low)))
        if sums is not None:
            (near,) = _cast("float32", sums)
            (lost,) = _cast("float32", sums - near)
            self._keep(self._sums, Compensated(*self._sums.value), Compensated(near, lost))

    def host(self) -> Tally:
        """Return the tally in NumPy's 64-bit numbers."""
        counts, sums = Limbs(*_read(self._counts)), Compensated(*_read(self._sums))
        return _joined(counts.value(), sums.value(), self._fields)

    def floats(self) -> Tally:
        """Return the tally as float32."""
        high, low = keras.ops.cast(self._counts, "float32")
        total, lost = self._sums.value
        return _split(high * float(1 << BITS) + low + total + lost, self._fields)

    @staticmethod
    def _keep(variable: keras.Variable, before: Any, batch: Any) -> None:
        variable.assign(keras.ops.stack(list(before + batch)))


def make_state(make: MakeVariable, fields: Shapes) -> State:
    """Make the counters that the backend can hold exactly."""
    return (Wide if _has_64_bits() else Narrow)(make, fields)


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


def _read(variable: keras.Variable) -> npt.NDArray[Any]:
    tensor = keras.ops.convert_to_tensor(variable)  # for the adapter, which needs no __array__
    return backend_of(tensor).to_host(tensor)[0]


def vectors_of(tally: Tally) -> Vectors:
    """Return the integer and the floating fields, each in one vector with 0 for the others."""
    ns = backend_of(tally.total).namespace(tally.total)
    floating = [ns.isdtype(field.dtype, "real floating") for field in tally]
    return _vector(tally, floating, ns, wanted=False), _vector(tally, floating, ns, wanted=True)


def _vector(tally: Tally, floating: Sequence[bool], ns: Namespace, *, wanted: bool) -> Array | None:
    mine = [field for field, kind in zip(tally, floating, strict=True) if kind == wanted]
    if not mine:
        return None
    dtype = mine[0].dtype
    parts = [
        field if kind == wanted else ns.astype(ns.zeros_like(field), dtype)
        for field, kind in zip(tally, floating, strict=True)
    ]
    return ns.concat([ns.reshape(part, (-1,)) for part in parts], axis=0)


def _cast(dtype: str, *values: Array) -> list[Array]:
    ns = backend_of(values[0]).namespace(values[0])
    return [ns.astype(value, getattr(ns, dtype)) for value in values]


def _split(vector: Array, fields: Shapes) -> Tally:
    parts, start = [], 0
    for shape in fields:
        size = math.prod(shape)
        parts.append(
            vector[start : start + size].reshape(shape)
            if isinstance(vector, np.ndarray)
            else keras.ops.reshape(vector[start : start + size], shape)
        )
        start += size
    return Tally(*parts)


def _joined(counts: npt.NDArray[np.int64], sums: npt.NDArray[np.float64], fields: Shapes) -> Tally:
    """Return a tally; a field is an integer unless a float was added to it."""
    pairs = zip(_split(counts, fields), _split(sums, fields), strict=True)
    return Tally(*(some + more if more.any() else some for some, more in pairs))
