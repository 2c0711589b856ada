"""Static checks of options, with messages that name the value, what is allowed and the remedy."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Collection
from numbers import Real
from typing import Any, Literal, TypeAlias, overload

from accord.backends.registry import backend_of

ALL: Literal["all"] = "all"
"""The k that asks for every k, 1 to C."""

K: TypeAlias = int | tuple[int, ...] | range | Literal["all"]
"""How many of the best classes count: one number, several, or every one (R6)."""

_SHOWN = 8  # of many k in a message


def one_of(name: str, value: object, allowed: Collection[Any]) -> None:
    """Refuse a value that is not among the allowed ones."""
    if value not in allowed:
        choices = ", ".join(repr(choice) for choice in allowed)
        raise ValueError(f"{name}={value!r} is unknown; pass one of {choices}")


def whole(name: str, value: object) -> int:
    """Return a value as an int; refuse bool and everything that is not an integer."""
    try:
        if isinstance(value, bool):
            raise TypeError
        return operator.index(value)  # type: ignore[arg-type]  # the TypeError is the check
    except TypeError:
        fault = traced(name, value) or f"{name}={value!r} is a {type(value).__name__}; pass an int"
        raise TypeError(fault) from None


def finite(name: str, value: object) -> float:
    """Return a value as a float; refuse what is not a finite real number."""
    if not isinstance(value, bool) and isinstance(value, Real):
        # By its digits: torch.compile may hold a float as a symbol, of which this makes a constant.
        number = float.fromhex(float(value).hex())
        if math.isfinite(number):
            return number
    fault = f"{name}={value!r} is not a finite number; pass a Python float"
    raise ValueError(traced(name, value) or fault)


def flag(name: str, value: object) -> bool:
    """Return whether a value is true; refuse one that a trace has turned into an array."""
    if value is True or value is False:
        return value
    fault = traced(name, value)
    if fault is not None:
        raise TypeError(fault)
    return bool(value)


def traced(name: str, value: object) -> str | None:
    """Say what to do about an option that a trace has turned into an array; None if it has not."""
    if type(value).__module__ == "builtins":
        return None
    try:
        backend = backend_of(value)
    except TypeError:
        return None
    return (
        f"{name} is traced, {backend.static_option.format(name=name)}"
        if backend.residence(value) == "traced"
        else None
    )


@overload
def top(k: object, *, every: Literal[False] = ...) -> int | tuple[int, ...]: ...


@overload
def top(k: object, *, every: bool) -> int | tuple[int, ...] | Literal["all"]: ...


def top(k: object, *, every: bool = False) -> int | tuple[int, ...] | Literal["all"]:
    """Return ``k`` as an int or a tuple of ints, each at least 1 (R6).

    ``every`` tells whether it may also be `ALL`.
    """
    if type(k) is int and k > 0:
        return k
    if is_all(k):
        if every:
            return ALL
        raise ValueError(
            "k='all' is for measures of the rank of the true class; pass the k that you want here,"
            " for instance k=range(1, 6)"
        )
    if isinstance(k, (tuple, range)) and k:
        return tuple([_one_top(k, each) for each in k])
    return _one_top(k, k)


def is_all(k: object) -> bool:
    """Tell whether a k asks for every k."""
    return isinstance(k, str) and k == ALL


def _one_top(k: object, each: object) -> int:
    if type(each) is int and each > 0:
        return each
    try:
        value = whole("k", each)
    except TypeError:
        value = 0
    if value < 1:
        raise ValueError(
            traced("k", each)
            or f"k={_shown(k)} is not a number of classes; pass an int from 1 to C, the number of"
            " classes in y_score, a tuple or range of such ints, or 'all' where ranks are counted"
        )
    return value


def top_within(k: object, classes: int, name: str = "y_score") -> None:
    """Refuse a ``k`` that exceeds the number of classes in the array of that name (R6)."""
    if not is_all(k) and max(k if isinstance(k, tuple) else (k,)) > classes:
        raise ValueError(
            f"k={_shown(k)} exceeds the {classes} classes in {name}; pass k between 1 and {classes}"
        )


def _shown(k: object) -> str:
    """Write a k, of very many the ends only."""
    if not isinstance(k, tuple) or len(k) <= 2 * _SHOWN:
        return repr(k)
    first, last = (", ".join(map(repr, part)) for part in (k[:_SHOWN], k[-_SHOWN:]))
    return f"({first}, ..., {last})"


def rename(error: Exception, **names: str) -> None:
    """Let a message call arguments as the caller does, for instance ``y_true="target"`` (R23)."""
    words = "|".join(names)
    error.args = (re.sub(rf"\b({words})\b", lambda found: names[found[0]], str(error)),)
