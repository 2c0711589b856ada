"""Scores against a threshold: above it, at it, or undefined (R10)."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from accord.backends.base import Array
from accord.backends.small_floats import BFLOAT16, LIMITS
from accord.inputs import options
from accord.inputs.batch import Batch
from accord.inputs.labels import as_number, isnan
from accord.scan.count_sets import Bound

AtThreshold = Literal["negative", "positive"]
SIDES: tuple[AtThreshold, ...] = get_args(AtThreshold)


class Sides(NamedTuple):
    """On which side of the threshold each score lies; none of them where it is NaN."""

    above: Array
    at: Array
    undefined: Array


def sides(block: Batch, threshold: float) -> Sides:
    """Compare scores with a threshold of their own dtype; NaN is on no side."""
    ns, backend = block.ns, block.backend
    scores = as_number(block, block.scores)
    undefined = isnan(block, scores)
    if ns.isdtype(scores.dtype, "real floating"):
        key = backend.sort_key(scores)
        bound = rounded(threshold, block.limits)
        border = backend.sort_key(ns.where(undefined, scores, bound))  # adding would flush it
        return Sides((key > border) & ~undefined, (key == border) & ~undefined, undefined)
    # An integer is compared with the threshold as it is: rounding 0.5 would make 0 tie with it.
    info = ns.iinfo(scores.dtype)
    below = math.floor(min(max(threshold, info.min - 1), info.max))
    at = scores == below if below == threshold and below >= info.min else undefined
    above = scores > below if below >= info.min else ~undefined
    return Sides(above, at & ~undefined, undefined)


def native(threshold: float, dtype: np.dtype[Any]) -> Bound | None:
    """Return what the scan compares NumPy scores with as `sides` does; None if it can't."""
    if dtype == BFLOAT16:
        return Bound(np.float32(rounded(threshold, LIMITS["bfloat16"])), exact=True)
    if dtype.kind == "f":
        wide = np.promote_types(dtype, np.float32).type
        return Bound(wide(rounded(threshold, np.finfo(dtype))), exact=True)
    kind = np.uint8 if dtype.kind == "b" else dtype.type
    info = np.iinfo(kind)
    below = math.floor(min(max(threshold, info.min - 1), info.max))
    return None if below < info.min else Bound(kind(below), exact=below == threshold)


def border(threshold: float, *, from_logits: bool) -> float:
    """Return the score that divides the predictions: the threshold, or its logit.

    Raises
    ------
    ValueError
        If the threshold is not finite, or not within (0, 1) where scores are logits.
    """
    threshold = options.finite("threshold", threshold)
    if not options.flag("from_logits", from_logits):
        return threshold
    if not 0 < threshold < 1:
        raise ValueError(
            f"threshold={threshold!r} is not a probability between 0 and 1, as from_logits=True"
            " needs; pass one, or from_logits=False to compare scores as they are"
        )
    return math.log(threshold / (1 - threshold))


def rounded(value: float, info: object) -> float:
    """Round to the nearest number of a floating dtype, ties to even, the same in every framework.

    ``info`` is the dtype's ``finfo``. Frameworks reach bfloat16 through float32 and so round twice.
    """
    spacing = float(info.eps)  # type: ignore[attr-defined]  # finfo is the framework's own type
    smallest = float(info.smallest_normal)  # type: ignore[attr-defined]  # the same
    largest = float(info.max)  # type: ignore[attr-defined]  # the same
    exponent = max(math.frexp(value)[1], math.frexp(smallest)[1]) - 1
    step = exponent + math.frexp(spacing)[1] - 1
    near = round(math.ldexp(value, -step)) * Fraction(2) ** step
    return math.copysign(math.inf, value) if abs(near) > largest else float(near)
