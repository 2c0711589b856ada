"""Labels and rows of scores, as dialects and references take them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

HostArray = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]

BLOCK = 1 << 20  # scores looked at together, so that no temporary is of the size of the scores


class DialectError(ValueError):
    """Input that a peer refuses, where accord would count."""


def as_pairs(y_true: Any, y_score: Any) -> tuple[HostArray, HostArray]:
    """Return labels (N,) and scores (N, C) as NumPy arrays, refusing other shapes."""
    truth, scores = np.asarray(y_true), np.asarray(y_score)
    if scores.ndim != 2 or truth.shape != scores.shape[:1] or not scores.shape[1]:
        raise ValueError(
            f"y_true has shape {truth.shape} and y_score {scores.shape};"
            " pass labels of shape (N,) and scores of shape (N, C)"
        )
    if truth.dtype.kind not in "iu":
        raise TypeError(f"y_true has dtype {truth.dtype}; pass integer class labels")
    if scores.dtype.kind not in "fiub" and scores.dtype.name != "bfloat16":
        raise TypeError(f"y_score has dtype {scores.dtype}; it must hold real numbers")
    return truth, scores


def blocks(scores: HostArray) -> Iterator[slice]:
    """Yield slices of rows that are worth working on together."""
    step = max(1, BLOCK // scores.shape[1])
    for start in range(0, len(scores), step):
        yield slice(start, start + step)
