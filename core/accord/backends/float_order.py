"""The order of floats where comparisons flush subnormals: that of their bits (R2)."""

from __future__ import annotations

from accord.backends.base import Array, Namespace


def signed_magnitude(ns: Namespace, bits: Array, isnan: Array) -> Array:
    """Return integers in the order of floats, from the bits of these as signed integers.

    They are the bits of the magnitude, negated below zero: both zeros are 0, and a NaN, whose
    magnitude is past infinity's, is above every number whichever its sign.
    """
    magnitude = bits & ns.iinfo(bits.dtype).max
    return ns.where((bits < 0) & ~isnan, -magnitude, magnitude)
