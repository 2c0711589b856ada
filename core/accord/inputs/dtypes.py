"""Which kinds of dtype each argument may have (R1, R3, R13, R14)."""

from __future__ import annotations

from typing import Any

import numpy as np

from accord.backends import refusals, small_floats

_REAL = ("bool", "integral", "real floating")
_NUMBER = ("integral", "real floating")
_WHOLE = ("integral",)
BOOL = ("bool",)
INTEGRAL = ("bool", "integral")
FLOAT = ("real floating",)

# By the name of an argument: the Array API's kinds, and what messages say must be held.
_WANTED = {
    "y_true": (_REAL, "labels"),
    "mask": (BOOL, "bool, True keeps a sample"),
    "candidates": (BOOL, "bool, True marks a class that takes part"),
    "groups": (_WHOLE, "integers, the group of each sample from 0 on"),
    "classes": (_REAL, "class indices, best first"),
    "sample_weight": (_NUMBER, "real numbers; to leave samples out by a bool, pass mask="),
}
_SCORES = (_REAL, "real numbers")

# NumPy's codes of each.
_CODES = {_REAL: "biuf", _NUMBER: "iuf", INTEGRAL: "biu", FLOAT: "f", BOOL: "b", _WHOLE: "iu"}


def is_kind(ns: Any, array: Any, kinds: tuple[str, ...]) -> bool:
    """Tell whether an array is of one of some kinds."""
    dtype = array.dtype  # NumPy's own isdtype takes as long as a small batch
    if not isinstance(array, (np.ndarray, np.generic)):
        return bool(ns.isdtype(dtype, kinds))
    if dtype.kind in _CODES[kinds]:
        return True
    return "real floating" in kinds and small_floats.is_small(dtype)


def refuse_other(ns: Any, name: str, array: Any) -> None:
    """Refuse an array whose kind is not one that the argument of that name may have."""
    if not is_kind(ns, array, _WANTED.get(name, _SCORES)[0]):
        raise other(name, array)


def other(name: str, array: Any, call: str | None = None) -> TypeError:
    """Return the error for such an array; ``call`` is how it is made of what was passed."""
    return refusals.dtype(name, array, _WANTED.get(name, _SCORES)[1], call=call)


def listed(name: str, values: Any) -> Any:
    """Return a list, or a number, as NumPy's array."""
    try:
        return np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} is a ragged list; pass rows of one length") from error


def refuse_listed(name: str, array: Any) -> None:
    """Refuse what was made of a list that held something other than the argument takes."""
    if array.dtype.kind not in "biuf" or (
        name in ("mask", "candidates") and array.dtype.kind != "b"
    ):
        raise other(name, array, f"numpy.asarray({name})")
