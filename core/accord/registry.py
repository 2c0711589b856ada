"""What accord asks of a framework, and how the adapter of an array is found without importing any."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, NamedTuple, TypeAlias

import array_api_compat
import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin  # which other packages' arrays have

from accord import refusals

Array: TypeAlias = Any
"""An array of any framework; what is known of one is checked at the door, not by its type."""

Namespace: TypeAlias = Any
"""A module or object that offers the Array API functions."""

Transform: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]
"""Takes a function of arrays and returns the same function, run in another mode."""

GROUP = "accord.adapters"
"""The entry-point group; each entry is named after the root module its arrays come from."""


MODES = ("eager", "compiled", "vmapped", "sharded")
"""The modes an adapter may declare: as is; compiled; mapped over one more leading axis, of which
the result keeps the first entry; and with the arrays split over devices."""


BFLOAT16 = np.dtype([("bfloat16", np.uint16)])
"""How bfloat16 is viewed in NumPy, which has no such type: for the compiled scan alone."""


# They have some of the Array API, but neither order nor count as it does.
_NO_LIBRARIES = ("sparse", "xarray")


class Numbers(NamedTuple):
    """The dtypes a framework counts, sums and answers in."""

    count: Any
    sum: Any
    result: Any


class Adapter:
    """One framework, as accord sees it.

    As it stands it serves every complete Array API library (R20). A framework that differs
    overrides the method where it differs, and no other.

    Parameters
    ----------
    name : str
        The importable name of the library; how users and reports call the adapter.
    modules : tuple of str, optional
        Root modules that the types of its arrays are defined in; by default its name.

    Attributes
    ----------
    dtypes : tuple of str
        The score dtypes it promises to rank; the conformance laws try each.
    counts_in_numpy : bool
        Whether NumPy counts what lies in host memory, through `host_view`, faster than the
        framework's own eager operations do.
    slow_modes : frozenset of str
        Modes that take long to compile: the usual proof tries one law of each rule in them, the
        exhaustive one every law.
    """

    dtypes: tuple[str, ...] = (
        *("float32", "float64", "bool"),
        *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    )

    counts_in_numpy: bool = False

    slow_modes: frozenset[str] = frozenset()

    def __init__(self, name: str, modules: tuple[str, ...] | None = None) -> None:
        self.name = name
        self.modules = modules or (name,)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def namespace(self, array: Array) -> Namespace:
        """Return the Array API functions for an array."""
        return array_api_compat.array_namespace(array)

    def device(self, array: Array) -> Any:
        """Return the device an array is on."""
        return array_api_compat.device(array)

    def plain(self, name: str, array: Array) -> Array:  # noqa: ARG002  # for those that refuse
        """Return an array that the namespace computes with, or refuse with the remedy (R21).

        Where a framework has variables they are read here, and here what is no array is refused.
        """
        return array

    def settled(self, name: str, array: Array, scores: Array) -> Array:  # noqa: ARG002  # the same
        """Hold an array to the leading axes of the scores, where a trace left lengths unknown.

        A length that is not known is None in the shape; known ones were compared already.
        """
        return array

    def beside(
        self,
        name: str,  # noqa: ARG002  # for those that trace NumPy's functions
        values: Any,
        scores: Array,  # noqa: ARG002  # the same
    ) -> Any:
        """Return NumPy values as a trace of the scores can hold them; by default as they are."""
        return values

    def sort_key(self, scores: Array) -> Array:
        """Return an array whose ``<`` and ``==`` follow R2 for all but NaN, and whose zero is 0.

        Where a comparison flushes subnormals, this is an order-preserving integer.
        """
        return scores

    def count(self, flags: Array) -> Array:
        """Count the true entries along the last axis."""
        return self.namespace(flags).count_nonzero(flags, axis=-1)

    def counts(self, *flags: Array) -> tuple[Array, ...]:
        """Count each of several flags of one shape, in one read where the framework can."""
        return tuple(self.count(each) for each in flags)

    def sums(self, *values: Array, axes: tuple[int, ...]) -> tuple[Array, ...]:
        """Sum several arrays of one shape, each in its own dtype; narrow floats must not stall."""
        ns = self.namespace(values[0])
        return tuple(ns.sum(each, axis=axes, dtype=each.dtype) for each in values)

    def places(self, like: Array, n: int) -> Array:
        """Return ``0 .. n - 1`` in the dtype and on the device of an array of integers."""
        return self.namespace(like).arange(n, dtype=like.dtype, device=self.device(like))

    def pick(self, values: Array, place: Array) -> Array:
        """Return the entry at ``place`` of each row: ``place`` has a last axis of length 1."""
        ns = self.namespace(values)
        if hasattr(ns, "take_along_axis"):
            return ns.take_along_axis(values, place, axis=-1)
        mine = self.places(place, values.shape[-1]) == place
        return ns.sum(ns.where(mine, values, ns.zeros_like(values)), axis=-1, keepdims=True)

    def standings(
        self,
        scores: Array,  # noqa: ARG002  # for those that have such a call
        labels: Array,  # noqa: ARG002  # the same
        most: int,  # noqa: ARG002  # the same
    ) -> tuple[Array, Array, Array] | None:
        """Return each label's standing by one call that a trace can hold, None if there is none.

        Labels are classes. Counts are 32-bit integers; all classes are ahead of an undefined
        sample, and those of a sample behind ``most`` or more may be too low.
        """
        return None

    def segment_sum(self, values: Array, ids: Array, n: int) -> Array:
        """Sum the values of each id: two vectors of one length to a vector of length ``n``."""
        ns = self.namespace(values)
        mine = ids[:, None] == self.places(ids, n)
        spread = ns.broadcast_to(values[:, None], mine.shape)
        return ns.sum(ns.where(mine, spread, ns.zeros_like(spread)), axis=0)

    def numbers(self, array: Array) -> Numbers:
        """Return the dtypes to count, to sum and to answer in (R18, R19)."""
        ns = self.namespace(array)
        defaults = ns.__array_namespace_info__().default_dtypes()
        return Numbers(ns.int64, ns.float64, defaults["real floating"])

    def is_traced(self, array: Array) -> bool:
        """Tell whether an array has no values yet, since it is traced or lazy."""
        return array_api_compat.is_lazy_array(array)

    def static(self, name: str) -> str:
        """Say what to do about an option of that name that is traced, where a value is needed."""
        return f"and must be a Python value; pass {name} as one that the trace leaves alone"

    def is_concrete(self, array: Array) -> bool:
        """Tell whether values can be read now: in host memory, and not under a trace (R22)."""
        return (
            not self.is_traced(array)
            and array.__dlpack_device__()[0] == 1  # kDLCPU of the DLPack standard
        )

    def block_elements(self, scores: Array) -> int | None:
        """Return how many scores are worked on at a time; None leaves the whole to a compiler."""
        if self.is_traced(scores):
            return None
        # Host blocks are to fit a core's L2 cache; on a device, a launch must be worth its cost.
        return 1 << 18 if self.is_concrete(scores) else 1 << 24

    def compiled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function to run as one program, where an eager call gains by that.

        Its first argument is hashable and static, the others are trees of arrays. Its values
        can't be read inside, so whatever is to be refused was refused before.
        """
        return function

    def host_view(self, array: Array) -> np.ndarray[Any, Any] | None:
        """View an array as NumPy without a copy where it lies in host memory, else None.

        That of bfloat16 is of dtype `BFLOAT16`, or None.
        """
        if not self.is_concrete(array):
            return None
        return np.from_dlpack(array)

    def to_host(self, array: Array) -> np.ndarray[Any, Any]:
        """Copy an array to host memory, waiting for its device."""
        view = self.host_view(array)
        return np.array(array if view is None or view.dtype == BFLOAT16 else view)

    def to_hosts(self, *arrays: Array) -> tuple[np.ndarray[Any, Any], ...]:
        """Copy several arrays to host memory; what they are made from is computed once."""
        return tuple(self.to_host(array) for array in arrays)

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
        if like is None:
            ns = self.default_namespace()
        else:
            ns, device = self.namespace(like), self.device(like)
        return ns.asarray(values, dtype=dtype and getattr(ns, dtype), device=device)

    def alongside(self, name: str, array: Array, scores: Array) -> Array:
        """Return an array of this framework where the scores are, or refuse (R21)."""
        place, wanted = self.device(array), self.device(scores)
        if place != wanted:
            raise ValueError(
                f"{name} is on {place} but y_score is on {wanted}; move one to the other's device"
            )
        return array

    def default_namespace(self) -> Namespace:
        """Return the Array API functions without an array at hand."""
        return importlib.import_module(self.name)

    def devices(self) -> tuple[Any, ...]:
        """Return the devices to prove it on; None is the default one."""
        return (None,)

    def modes(self) -> Mapping[str, Transform]:
        """Return the ways its users run a function of arrays, by name: see `MODES`."""
        if not self.counts_in_numpy:
            return {"eager": lambda function: function}
        from accord import kernels  # noqa: PLC0415  # the kernels know adapters

        return kernels.modes()

    def streamed(self, measure: Any, batches: Iterable[tuple[Array, Array]]) -> Any:
        """Return the tally of batches of labels and scores, by the metric its users would use.

        By default that is `accord.Metric`; an adapter with metric classes of its own uses those.
        """
        from accord.metric import Metric  # noqa: PLC0415  # the metric knows adapters

        metric = Metric(measure)
        for y_true, y_score in batches:
            metric.update(y_true, y_score)
        return metric.tally


NO_VALUES = (
    "a report, or the figure of a metric, needs values on the host, and the arrays are traced; ask"
    " for it outside of the traced function, or use a measure's tally(...).accuracy() inside"
)
"""What an adapter says of a traced array that is to be moved to the host."""

_loaded: dict[str, Adapter] = {}
_root_of: dict[type, str | None] = {}
_generic_of: dict[type, Adapter] = {}


@functools.cache
def _entries() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def adapters() -> tuple[str, ...]:
    """Return the names of the registered adapters, in alphabetical order, importing none.

    Returns
    -------
    tuple of str
        One name an adapter, also where the adapter serves several root modules.

    Examples
    --------
    >>> import accord
    >>> "numpy" in accord.adapters()
    True
    """
    first: dict[str, str] = {}
    for name, entry in sorted(_entries().items()):
        first.setdefault(entry.value, name)
    return tuple(sorted({*first.values(), *(adapter.name for adapter in _loaded.values())}))


def register(adapter: Adapter) -> None:
    """Let an adapter serve its root modules in this process.

    Packages use the entry point instead; this is for notebooks and tests.
    """
    _loaded.update(dict.fromkeys(adapter.modules, adapter))
    _root_of.clear()
    _generic_of.clear()


def load(name: str) -> Adapter:
    """Return the adapter registered under a name, importing it if need be.

    Raises
    ------
    LookupError
        If no adapter has that name.
    """
    if name in _loaded:
        return _loaded[name]
    if name not in _entries():
        known = ", ".join(adapters())
        raise LookupError(f"no adapter is named {name!r}; registered are {known}")
    adapter: Adapter = _entries()[name].load()
    register(adapter)
    return adapter


def adapter_of(array: Array, name: str = "the array") -> Adapter:
    """Return the adapter of an array, by the root modules its type and its bases come from.

    Raises
    ------
    TypeError
        If it is no framework's array; the message calls it by ``name``.
    """
    kind = type(array)
    root = _served(kind)
    if root is not None:
        return _loaded[root]
    if kind not in _generic_of:
        _generic_of[kind] = _generic(array, name)
    return _generic_of[kind]


def _served(kind: type) -> str | None:
    """Return the root module by which a type of array is served, its adapter loaded, if it is."""
    if kind not in _root_of:
        bases = (base for base in kind.__mro__ if base is not NDArrayOperatorsMixin)
        roots = [base.__module__.partition(".")[0] for base in bases]
        root = next((root for root in roots if root in _loaded or root in _entries()), None)
        if root is not None and load(root).counts_in_numpy:
            load("numpy")  # now, for torch.compile traces anew when another adapter was loaded
        _root_of[kind] = root
    return _root_of[kind]


# What torch.compiler.assume_constant_result sets, so that torch.compile calls this as it traces:
# it can't trace an import. Set by hand, for no framework is imported here.
_served._dynamo_marked_constant = True  # type: ignore[attr-defined]  # noqa: SLF001  # a mark


def _generic(array: Array, name: str) -> Adapter:
    if type(array).__name__ == "KerasTensor":
        raise TypeError(
            f"{name} is a KerasTensor, which has no values; pass what the model returns for a"
            " batch, or pass a metric of accord_keras to model.compile"
        )
    root = type(array).__module__.partition(".")[0]
    if not array_api_compat.is_array_api_obj(array) or root in _NO_LIBRARIES:
        raise refusals.no_array(name, array)
    if hasattr(array, "__dask_graph__"):  # the protocol of Dask's collections
        from accord.lazy import LazyAdapter  # noqa: PLC0415  # an adapter, which knows this module

        return LazyAdapter(root)
    return Adapter(root)
