"""How the backend of an array is found, without importing any framework."""

from __future__ import annotations

import functools
from importlib.metadata import EntryPoint, entry_points

import array_api_compat
from numpy.lib.mixins import NDArrayOperatorsMixin  # which other packages' arrays have

from accord.backends import refusals
from accord.backends.base import Array, Backend, Provider
from accord.backends.lazy import LazyBackend

GROUP = "accord.adapters"
"""The entry-point group; each entry is named after the root module its arrays come from."""

# They have some of the Array API, but neither order nor count as it does.
_NO_LIBRARIES = ("sparse", "xarray")

_loaded: dict[str, Provider] = {}
_root_of: dict[type, str | None] = {}
_generic_of: dict[type, Backend] = {}


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
    return tuple(sorted({*first.values(), *(adapter.backend.name for adapter in _loaded.values())}))


def register(adapter: Provider) -> None:
    """Let an adapter serve its root modules in this process.

    Packages use the entry point instead; this is for notebooks and tests.
    """
    _loaded.update(dict.fromkeys(adapter.backend.modules, adapter))
    _root_of.clear()
    _generic_of.clear()


def load(name: str) -> Provider:
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
    adapter: Provider = _entries()[name].load()
    register(adapter)
    return adapter


def backend_of(array: Array, name: str = "the array") -> Backend:
    """Return the backend of an array, by the root modules its type and its bases come from.

    Raises
    ------
    TypeError
        If it is not an array of a known framework; the message calls it by ``name``.
    """
    kind = type(array)
    root = _served(kind)
    if root is not None:
        return _loaded[root].backend
    if kind not in _generic_of:
        _generic_of[kind] = _generic(array, name)
    return _generic_of[kind]


def _served(kind: type) -> str | None:
    """Return the root module by which a type of array is served, its adapter loaded, if it is."""
    if kind not in _root_of:
        bases = (base for base in kind.__mro__ if base is not NDArrayOperatorsMixin)
        roots = [base.__module__.partition(".")[0] for base in bases]
        root = next((root for root in roots if root in _loaded or root in _entries()), None)
        if root is not None and load(root).backend.counts_in_numpy:
            load("numpy")  # now, for torch.compile traces anew when another adapter was loaded
        _root_of[kind] = root
    return _root_of[kind]


# What torch.compiler.assume_constant_result sets, so that torch.compile calls this as it traces:
# it can't trace an import. Set by hand, for no framework is imported here.
_served._dynamo_marked_constant = True  # type: ignore[attr-defined]  # noqa: SLF001  # a mark


def _generic(array: Array, name: str) -> Backend:
    root = type(array).__module__.partition(".")[0]
    if not array_api_compat.is_array_api_obj(array) or root in _NO_LIBRARIES:
        raise refusals.no_array(name, array)
    if hasattr(array, "__dask_graph__"):  # the protocol of Dask's collections
        return LazyBackend(root)
    return Backend(root)
