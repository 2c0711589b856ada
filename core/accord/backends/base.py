"""The numeric methods that accord asks of a framework."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

import array_api_compat
import numpy as np

from accord.backends.small_floats import BFLOAT16

Array: TypeAlias = Any
"""An array of any framework; `accord.inputs` checks what is passed, not its type."""

Namespace: TypeAlias = Any
"""A module or object that offers the Array API functions."""

Residence: TypeAlias = Literal["host", "device", "traced"]
"""Where the values of an array are: in host memory, on a device, or nowhere yet."""

NO_VALUES = (
    "a report, or the figure of a metric, needs values on the host, and the arrays are traced; ask"
    " for it outside of the traced function, or use a measure's tally(...).accuracy() inside"
)
"""What a backend says of a traced array that is to be moved to the host."""


class Numbers(NamedTuple):
    """The dtypes a framework counts, sums and answers in."""

    count: Any
    sum: Any
    result: Any


class Backend:
    """What accord computes with in one framework.

    As it stands it serves every complete Array API library (R20). A framework that differs
    overrides the methods where it differs, and no others. A method may be called under a trace
    unless it says that it reads values.

    Parameters
    ----------
    name : str
        The importable name of the library; users and reports call the backend so.
    modules : tuple of str, optional
        Root modules that the types of its arrays are defined in; by default its name.

    Attributes
    ----------
    counts_in_numpy : bool
        Whether NumPy, or the compiled scan, counts arrays in host memory through `host_view`,
        because that is faster than the framework's own eager operations.
    host_block, device_block : int
        How many scores an eager call works on at a time, in host memory and on a device. On the
        host a block should fit a core's cache; on a device it should be worth a launch.
    static_option : str
        What to do about an option that is traced where a Python value is needed; ``{name}`` is
        the option's name.
    """

    counts_in_numpy: bool = False
    host_block: int = 1 << 18
    device_block: int = 1 << 24
    static_option: str = (
        "and must be a Python value; pass {name} as one that the trace leaves alone"
    )

    def __init__(self, name: str, modules: tuple[str, ...] | None = None) -> None:
        self.name = name
        self.modules = modules or (name,)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def namespace(self, array: Array = None) -> Namespace:
        """Return the Array API functions for an array, or without one at hand."""
        if array is None:
            return importlib.import_module(self.name)
        return array_api_compat.array_namespace(array)

    def numbers(self, array: Array) -> Numbers:
        """Return the dtypes to count, to sum and to answer in (R18, R19)."""
        ns = self.namespace(array)
        defaults = ns.__array_namespace_info__().default_dtypes()
        return Numbers(ns.int64, ns.float64, defaults["real floating"])

    def as_dense(self, name: str, array: Array, beside: Array = None) -> Array:
        """Return an array that the namespace computes with, or refuse with a remedy (R21).

        A framework with variables reads them here, and refuses here what is no dense array, or is
        on another device than ``beside``, which it is used with. A NumPy array is returned as it
        is, unless a trace of ``beside`` can only hold it as an array of the framework.
        """
        if beside is not None and not isinstance(array, (np.ndarray, np.generic)):
            refuse_other_device(name, array, beside)
        return array

    def as_differentiable(self, name: str, array: Array) -> Array:
        """Return an array as `as_dense` does, through which gradients flow."""
        return self.as_dense(name, array)

    def constant(self, array: Array) -> Array:
        """Return an array of the same values, through which no gradient flows."""
        return array

    def match_samples(self, name: str, array: Array, scores: Array) -> Array:
        """Return an array that has the leading axes of the scores at run time, too.

        The shapes known to the trace were compared already. A length it does not know is None.
        """
        return array

    def sort_key(self, scores: Array) -> Array:
        """Return an array whose ``<`` and ``==`` follow R2 for all but NaN, and whose zero is 0.

        Where a comparison flushes subnormals, this is an integer in the same order.
        """
        return scores

    def count_true(self, *flags: Array) -> tuple[Array, ...]:
        """Count the true entries of each array along its last axis; the arrays have one shape.

        All are counted in one read where the framework can.
        """
        return tuple(self.namespace(each).count_nonzero(each, axis=-1) for each in flags)

    def sum_over(self, *values: Array, axes: tuple[int, ...]) -> tuple[Array, ...]:
        """Sum arrays of one shape, each in its own dtype; a sum of narrow floats must not stall."""
        ns = self.namespace(values[0])
        return tuple(ns.sum(each, axis=axes, dtype=each.dtype) for each in values)

    def take_last_axis(self, values: Array, place: Array) -> Array:
        """Return the entry at ``place`` of each row; ``place`` has a last axis of length 1."""
        ns = self.namespace(values)
        if hasattr(ns, "take_along_axis"):
            return ns.take_along_axis(values, place, axis=-1)
        mine = indices(ns, place, values.shape[-1]) == place
        return ns.sum(ns.where(mine, values, ns.zeros_like(values)), axis=-1, keepdims=True)

    def suffix_logsumexp(self, values: Array) -> Array:
        """Return, for each entry, ``log(sum(exp(...)))`` of it and all after it in its row.

        Finite floats go in; gradients flow. Each step below doubles how many entries a sum has.
        """
        ns, step = self.namespace(values), 1
        while step < values.shape[-1]:
            kept, later = values[..., :-step], values[..., step:]
            above = kept > later  # not maximum: its gradient at a tie differs between libraries
            high, low = ns.where(above, kept, later), ns.where(above, later, kept)
            both = high + ns.log1p(ns.exp(low - high))
            values = ns.concat([both, values[..., -step:]], axis=-1)
            step *= 2
        return values

    def one_call(
        self, count: Callable[..., tuple[Array, ...]], how: tuple[Any, ...], batch: Any
    ) -> tuple[Array, ...] | None:
        """Count a batch by one operation that a trace can hold; None to let the trace count.

        The operation returns ``count(*how, batch)`` of the same arrays in host memory, where bad
        values must not raise (`Batch.raises`). ``how`` holds measures and Python values.
        """
        return None

    def segment_sum(self, values: Array, ids: Array, n: int) -> Array:
        """Sum the values of each id: two vectors of one length to a vector of length ``n``."""
        ns = self.namespace(values)
        mine = ids[:, None] == indices(ns, ids, n)
        spread = ns.broadcast_to(values[:, None], mine.shape)
        return ns.sum(ns.where(mine, spread, ns.zeros_like(spread)), axis=0)

    def residence(self, array: Array) -> Residence:
        """Tell where the values of an array are: only those on the host can be read now (R22)."""
        if array_api_compat.is_lazy_array(array):
            return "traced"
        return "host" if array.__dlpack_device__()[0] == 1 else "device"  # 1: kDLCPU of DLPack

    def compiled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function to run as one program, where an eager call gains by that.

        Its first argument is hashable and static, the others are trees of arrays. It can't read
        values, so whatever is to be refused was refused before.
        """
        return function

    def host_view(self, array: Array) -> np.ndarray[Any, Any] | None:
        """View an array as NumPy without a copy where it is in host memory, else None.

        A view of bfloat16 has the dtype `BFLOAT16`.
        """
        if self.residence(array) != "host":
            return None
        return np.from_dlpack(array)

    def to_host(self, *arrays: Array) -> tuple[np.ndarray[Any, Any], ...]:
        """Copy arrays to host memory, waiting for their device; a lazy graph is computed once."""
        views = ((array, self.host_view(array)) for array in arrays)
        return tuple(
            np.array(array if view is None or view.dtype == BFLOAT16 else view)
            for array, view in views
        )

    def from_host(
        self,
        values: Any,
        like: Array | None = None,
        *,
        dtype: str | None = None,
        device: Any = None,
    ) -> Array:
        """Make an array from NumPy values: where ``like`` is, or on a device, or by default.

        Integers that the framework can't hold must saturate, never wrap (R22).
        """
        ns = self.namespace(like)
        if like is not None:
            device = device_of(like)
        return ns.asarray(values, dtype=dtype and getattr(ns, dtype), device=device)


class Provider(Protocol):
    """What the entry points register: `accord.testing.Adapter`, of which only this is asked here."""

    @property
    def backend(self) -> Backend:
        """The numeric methods."""


def answer(backend: Backend, figures: Any, like: Array) -> Array:
    """Make an array of NumPy's figures where ``like`` is, in the dtype to answer in (R19)."""
    array, dtype = backend.from_host(figures, like=like), backend.numbers(like).result
    if array.dtype == dtype:
        return array
    return backend.namespace(like).astype(array, dtype)


def device_of(array: Array) -> Any:
    """Return the device that an array is on."""
    device = getattr(array, "device", None)  # torch.compile can't trace array-api-compat's search
    return array_api_compat.device(array) if device is None else device


def refuse_other_device(name: str, array: Array, scores: Array) -> None:
    """Refuse an array that is on another device than the scores (R21)."""
    place, wanted = device_of(array), device_of(scores)
    if place != wanted:
        raise ValueError(
            f"{name} is on {place} but y_score is on {wanted}; move one to the other's device"
        )


def indices(ns: Namespace, like: Array, n: int) -> Array:
    """Return ``0 .. n - 1`` in the dtype and on the device of an array of integers."""
    return ns.arange(n, dtype=like.dtype, device=device_of(like))
