"""Floats of ml_dtypes in files: NumPy saves their bytes, but not what they are."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from accord.backends.small_floats import LIMITS
from accord.inputs import options

HostArray = npt.NDArray[Any]


def seen_as(scores: HostArray, name: str | None) -> HostArray:
    """Return scores as the floats of that name, which were saved as bytes or as integers.

    Raises
    ------
    ValueError
        If there is no such dtype, or it does not fit; or if it is missing and needed.
    """
    bytes_alone = scores.dtype.kind == "V" and scores.dtype.names is None
    if name is None:
        if bytes_alone and scores.dtype.itemsize in (1, 2):
            wanted = "bfloat16" if scores.dtype.itemsize > 1 else "float8_e4m3fn, or what it was"
            raise ValueError(
                f"the scores are saved as {scores.dtype.str}, bytes without a meaning, as NumPy"
                f" saves floats of ml_dtypes; pass --score-dtype {wanted}"
            )
        return scores
    options.one_of("--score-dtype", name, LIMITS)
    if not find_spec("ml_dtypes"):
        raise ValueError(f'--score-dtype {name} needs ml_dtypes; run pip install "ml_dtypes"')
    dtype = np.dtype(getattr(import_module("ml_dtypes"), name))
    integers = scores.dtype.kind in "iu"
    if scores.dtype.itemsize != dtype.itemsize or not (bytes_alone or integers):
        raise ValueError(
            f"--score-dtype {name} is for scores saved as bytes; these have dtype {scores.dtype},"
            " so leave it out"
        )
    return scores.view(dtype)
