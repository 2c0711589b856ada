"""How a library reads binary scores: what the binary fields of a dialect stand for."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from accord.verification.dialects.orders import converted, is_float, keyed, widened
from accord.verification.dialects.rules import Rules

HostArray = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]


def positive(rules: Rules, scores: HostArray, threshold: float) -> Flags:
    """Tell which binary scores predict the positive class."""
    if rules.integers == "predictions" and not is_float(scores):
        return np.asarray(scores == 1)
    if rules.sigmoid:
        wide = widened(scores)
        scores = scores if np.all((wide >= 0) & (wide <= 1)) else _squashed(scores)
    scores = converted(scores, rules.binary_reads.get(scores.dtype.name, ""))
    border: Any = np.float32(threshold) if rules.threshold == "float32" else threshold
    if is_float(scores):
        border = converted(np.asarray(border), scores.dtype)
        border = keyed(widened(border), rules.order)
    values = keyed(widened(scores), rules.order)
    above = values >= border if rules.at_threshold == "positive" else values > border
    if rules.nan_side == "positive" and is_float(scores):
        above = above | np.isnan(values)
    return np.asarray(above)


def _squashed(scores: HostArray) -> HostArray:
    """Return the sigmoid, rounded once to the scores' dtype; of halves by way of float32."""
    wide = scores.astype(np.float32) if scores.dtype.itemsize < 4 else scores
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-wide))).astype(scores.dtype)
