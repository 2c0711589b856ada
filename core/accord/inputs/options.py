"""Static checks of options, with messages that name the value, what is allowed and the remedy."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Collection
from numbers import Real
from typing import Any

from accord.backends.registry import backend_of


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


def top(k: object) -> int | tuple[int, ...]:
    """Return ``k`` as an int or a tuple of ints, each at least 1 (R6)."""
    if type(k) is int and k > 0:
        return k
    if isinstance(k, tuple) and k:
        return tuple(_one_top(k, each) for each in k)
    return _one_top(k, k)


def _one_top(k: object, each: object) -> int:
    try:
        value = whole("k", each)
    except TypeError:
        value = 0
    if value < 1:
        raise ValueError(
            traced("k", each)
            or f"k={k!r} is not a number of classes;"
            " pass an int from 1 to C, the number of classes in y_score, or a tuple of such ints"
        )
    return value


def top_within(k: int | tuple[int, ...], classes: int, name: str = "y_score") -> None:
    """Refuse a ``k`` that exceeds the number of classes in the array of that name (R6)."""
    if max(k if isinstance(k, tuple) else (k,)) > classes:
        raise ValueError(
            f"k={k!r} exceeds the {classes} classes in {name}; pass k between 1 and {classes}"
        )


def rename(error: Exception, **names: str) -> None:
    """Let a message call arguments as the caller does, for instance ``y_true="target"`` (R23)."""
    words = "|".join(names)
    error.args = (re.sub(rf"\b({words})\b", lambda found: names[found[0]], str(error)),)
