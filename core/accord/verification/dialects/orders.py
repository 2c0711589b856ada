"""How a library reads and compares the scores of a row: what a dialect's fields stand for.

All functions take the scores of some rows, (N, C), and the own score of each row, (N, 1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

HostArray = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]
Compared = tuple[Flags, Flags]


def is_float(scores: HostArray) -> bool:
    """Tell whether scores are floats, bfloat16 among them."""
    return scores.dtype.kind == "f" or scores.dtype.name == "bfloat16"


def converted(scores: HostArray, path: Any) -> HostArray:
    """Return scores converted to a dtype, or from one to the next where several are named."""
    with np.errstate(over="ignore", invalid="ignore"):
        for dtype in path.split() if isinstance(path, str) else (path,):
            scores = scores.astype(dtype)
    return scores


def widened(scores: HostArray) -> HostArray:
    """Return bfloat16 as float32, which holds it exactly, and everything else as it is."""
    return scores.astype(np.float32) if scores.dtype.name == "bfloat16" else scores


def _flushed(scores: HostArray) -> HostArray:
    if scores.dtype == np.float16:
        return scores  # widened in registers, where its subnormals are normal numbers
    tiny = np.finfo(scores.dtype).tiny
    return np.where(np.abs(scores) < tiny, np.copysign(0, scores), scores)


def _minus_zero_below(scores: HostArray) -> HostArray:
    minus_zero = (scores == 0) & np.signbit(scores)
    return np.where(minus_zero, -np.finfo(scores.dtype).tiny, scores)


def _total(scores: HostArray) -> HostArray:
    bits = scores.view(f"i{scores.dtype.itemsize}")
    return np.where(bits < 0, bits ^ np.iinfo(bits.dtype).max, bits)


# Numbers whose ``<`` and ``==`` are the library's, for each order of floats.
_FLOATS: dict[str, Callable[[HostArray], HostArray]] = {
    "value": lambda scores: scores,
    "negated": lambda scores: scores,
    "flushed": _flushed,
    "minus zero below": _minus_zero_below,
    "flushed, minus zero below": lambda scores: _minus_zero_below(_flushed(scores)),
    "total": _total,
}


def keyed(scores: HostArray, order: str) -> HostArray:
    """Return numbers that compare by ``<`` and ``==`` as the library compares scores."""
    if scores.dtype.kind == "f":
        return _FLOATS[order](scores)
    if order == "negated" and scores.dtype.kind != "b":
        return ~(-scores)  # the complement turns the order round, and wraps nothing itself
    return scores


def _plainly(scores: HostArray, own: HostArray) -> Compared:
    return scores > own, scores == own


def _nan_ahead(scores: HostArray, own: HostArray) -> Compared:
    nan, mine = np.isnan(scores), np.isnan(own)
    return (scores > own) | (nan & ~mine), (scores == own) | (nan & mine)


def _nan_behind(scores: HostArray, own: HostArray) -> Compared:
    nan, mine = np.isnan(scores), np.isnan(own)
    return (scores > own) | (~nan & mine), (scores == own) | (nan & mine)


def _nan_low(scores: HostArray, own: HostArray) -> Compared:
    return _plainly(_low(scores), _low(own))


def _low(scores: HostArray) -> HostArray:
    return np.where(np.isnan(scores), scores.dtype.type(-np.inf), scores)


_COMPARE: dict[str, Callable[[HostArray, HostArray], Compared]] = {
    "misses": _nan_ahead,
    "outranks": _nan_ahead,
    "lowest": _nan_behind,
    "minus infinity": _nan_low,
    "incomparable": _plainly,
    "spoils": _plainly,
    "refused": _plainly,
}


def compare(scores: HostArray, own: HostArray, nan: str) -> Compared:
    """Return which keyed scores are ahead of the own one, and which are equal to it."""
    if scores.dtype.kind != "f":
        return _plainly(scores, own)
    return _COMPARE[nan](scores, own)


def winner(scores: HostArray, nan: str) -> HostArray:
    """Return the first class of the highest keyed score: argmax, as the library has it."""
    if nan == "minus infinity" and scores.dtype.kind == "f":
        scores = _low(scores)
    return np.asarray(np.argmax(scores, axis=1))  # the first NaN, if there is one
