"""Scores beside the threshold of a measure, in plain NumPy (R10)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from accord.measures.base import Measure

HostArray = npt.NDArray[Any]


def border_of(measure: Measure, scores: HostArray) -> Any:
    """Return the number that scores are compared with: a logit of logits, in the dtype of floats."""
    border: Any = measure.threshold
    if measure.from_logits:
        border = np.log(border / (1 - border))
    if scores.dtype.kind != "f":
        return border
    with np.errstate(over="ignore"):
        return scores.dtype.type(border)


def sides(measure: Measure, scores: HostArray) -> tuple[HostArray, HostArray]:
    """Return which scores are above, and which at the threshold of a measure; a NaN is neither."""
    border = border_of(measure, scores)
    if scores.dtype.kind == "b":
        scores = scores.astype(np.uint8)
    return scores > border, scores == border


def predicted(measure: Measure, scores: HostArray) -> HostArray:
    """Return which scores predict the positive label."""
    above, at = sides(measure, scores)
    return np.asarray(above | (at & (measure.at_threshold == "positive")))
