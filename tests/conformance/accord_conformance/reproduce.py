"""A failing law as a short program: its last call, with all arrays written out."""

from __future__ import annotations

import inspect
import math
import textwrap
from collections.abc import Callable, Iterator
from types import CodeType, ModuleType
from typing import Any

import numpy as np

from accord.testing import Adapter

LONGEST = 2000  # the most numbers that an array may have

_OPENING = """\
from __future__ import annotations

from math import inf, nan

import numpy as np

import accord
from accord.backends import registry
from accord.backends.base import Backend
from accord.testing import Adapter
from accord_conformance import Subject
"""
_OPENED = {"accord", "np"}  # imported under these names in every module of laws


class _NotWritableError(Exception):
    """A value cannot be written as Python source."""


def program(adapter: Adapter, mode: str, device: Any, call: tuple[Any, ...] | None) -> str | None:
    """Return Python source that repeats only a law's last call.

    Parameters
    ----------
    adapter, mode, device
        Where the law was checked.
    call : tuple or None
        The function, then its arrays, as given to `Subject.run`.

    Returns
    -------
    str or None
        None if there was no call, or if it cannot be written out.
    """
    if call is None:
        return None
    function, *arrays = call
    try:
        definitions = "\n".join(_definitions(function))
        given = ",\n    ".join(_array(adapter, array) for array in arrays)
    except _NotWritableError:
        return None
    place = "" if device is None else f", {device!r}"
    name = function.__name__
    return (
        f"{_OPENING}{definitions}\n"
        f"subject = Subject({_adapter(adapter)}, {mode!r}{place})\n"
        f"found = subject.run(\n    {name},\n    {given},\n)\nprint(found)\n"
    )


def _adapter(adapter: Adapter) -> str:
    if type(adapter) is Adapter:  # a bare namespace is not registered
        return f"Adapter(Backend({adapter.name!r}))"
    return f"registry.load({adapter.name!r})"


def _definitions(function: Callable[..., Any]) -> Iterator[str]:
    """Yield the imports and variables that a function uses, then its source."""
    try:
        source = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError) as error:
        raise _NotWritableError from error
    if not source.startswith("def ") or "\n@" in source:
        raise _NotWritableError
    for name in sorted((_names(function.__code__) & function.__globals__.keys()) - _OPENED):
        value = function.__globals__[name]
        if isinstance(value, ModuleType):
            yield f"import {value.__name__} as {name}"
        else:
            yield f"from {function.__module__} import {name}"
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield from _variable(name, cell.cell_contents)
    yield f"\n\n{source}\n"


def _names(code: CodeType) -> set[str]:
    inner = (each for each in code.co_consts if isinstance(each, CodeType))
    return set(code.co_names).union(*map(_names, inner))


def _variable(name: str, value: Any) -> Iterator[str]:
    if inspect.isfunction(value) and value.__name__ == name:
        yield from _definitions(value)
        return
    written = repr(value)
    kind = type(value)
    try:
        same = eval(written, {kind.__name__: kind}) == value  # noqa: S307  # a repr of our own value
    except Exception as error:
        raise _NotWritableError from error
    if same is not True:
        raise _NotWritableError
    if kind.__module__ != "builtins":
        yield f"from {kind.__module__} import {kind.__name__}"
    yield f"{name} = {written}"


def _array(adapter: Adapter, array: Any) -> str:
    (host,) = adapter.backend.to_host(array)
    dtype = getattr(array.dtype, "name", None) or str(array.dtype).rpartition(".")[2]
    if host.size > LONGEST:
        raise _NotWritableError
    if host.size == 0:
        return f"subject.array(np.zeros({host.shape}), {dtype!r})"
    return f"subject.array({_literal(host.tolist())}, {dtype!r})"


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, float) and math.isnan(value):
        return "-nan" if math.copysign(1, value) < 0 else "nan"
    if isinstance(value, (bool, int, float)):
        return repr(value)
    return repr(float(np.float32(value)))
