"""Floats that NumPy has from ml_dtypes: bfloat16, and those of 8, 6 and 4 bits (R1).

ml_dtypes is not imported here: where such an array exists, that was done.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Limits(NamedTuple):
    """What ``finfo`` says of a float: the step after 1, the least number with all its digits, the largest."""

    eps: float
    smallest_normal: float
    max: float


LIMITS = {
    "bfloat16": Limits(2**-7, 2**-126, (2 - 2**-7) * 2.0**127),
    "float8_e3m4": Limits(2**-4, 2**-2, 15.5),
    "float8_e4m3": Limits(2**-3, 2**-6, 240),
    "float8_e4m3b11fnuz": Limits(2**-3, 2**-10, 30),
    "float8_e4m3fn": Limits(2**-3, 2**-6, 448),
    "float8_e4m3fnuz": Limits(2**-3, 2**-7, 240),
    "float8_e5m2": Limits(2**-2, 2**-14, 57344),
    "float8_e5m2fnuz": Limits(2**-2, 2**-15, 57344),
    "float8_e8m0fnu": Limits(1, 2**-127, 2.0**127),
    "float6_e2m3fn": Limits(2**-3, 1, 7.5),
    "float6_e3m2fn": Limits(2**-2, 2**-2, 28),
    "float4_e2m1fn": Limits(2**-1, 1, 6),
}
"""Of each of these floats, by the name of its dtype."""

BFLOAT16 = np.dtype([("bfloat16", np.uint16)])
"""How accord views bfloat16 in NumPy, which has no such type, whether ml_dtypes is there or not."""

_ADDED = 256  # NumPy's first number of a dtype that another package adds


def is_small(dtype: np.dtype[Any]) -> bool:
    """Tell whether a NumPy dtype is one of these; its ``kind`` is "f" for some, "V" for most."""
    return dtype == BFLOAT16 or (dtype.num >= _ADDED and dtype.name in LIMITS)


def name_of(dtype: Any) -> str:
    """Return what a dtype of any framework is called in messages; for NumPy's, its name."""
    return "bfloat16" if isinstance(dtype, np.dtype) and dtype == BFLOAT16 else str(dtype)


def as_bits(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return an array of ml_dtypes' bfloat16 as `BFLOAT16`, and any other as it is."""
    wide = array.dtype.itemsize != BFLOAT16.itemsize
    return array if wide or not is_small(array.dtype) else array.view(BFLOAT16)


def widened(array: Any) -> Any:
    """Return a NumPy array of these floats as float32, which holds all their values."""
    if not isinstance(array, (np.ndarray, np.generic)) or not is_small(array.dtype):
        return array
    if array.dtype == BFLOAT16:  # the upper half of a float32
        return (array.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    return array.astype(np.float32)
