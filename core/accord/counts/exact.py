"""Running sums that stay exact where a framework has no 64-bit numbers (R18).

A count is kept in two limbs of 31 bits, a floating sum with the error that its rounding lost.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from accord.backends.base import Array, Namespace
from accord.backends.registry import backend_of

BITS = 31
_LOW = (1 << BITS) - 1


class Limbs(NamedTuple):
    """A count below 2**62: ``high * 2**31 + low``, both uint32."""

    high: Array
    low: Array

    def __add__(self, other: object) -> Limbs:  # the sum of two counts, not of tuples
        """Return the sum, carrying from the low limb to the high one."""
        if not isinstance(other, Limbs):
            return NotImplemented
        low = self.low + other.low
        return Limbs(self.high + other.high + (low >> BITS), low & _LOW)

    def value(self) -> np.ndarray[Any, Any]:
        """Return the count as NumPy int64, waiting for its device."""
        high, low = (each.astype(np.int64) for each in backend_of(self.low).to_host(*self))
        return (high << BITS) + low


def limbs(count: Array, ns: Namespace) -> Limbs:
    """Return a count of at most 62 bits as limbs."""
    return Limbs(ns.astype(count >> BITS, ns.uint32), ns.astype(count & _LOW, ns.uint32))


class Compensated(NamedTuple):
    """A floating sum and what rounding took from it."""

    sum: Array
    lost: Array

    def __add__(self, other: object) -> Compensated:  # the sum of two sums, not of tuples
        """Return the sum, with the rounding error of the addition (Knuth's two-sum)."""
        if not isinstance(other, Compensated):
            return NotImplemented
        total = self.sum + other.sum
        mine = total - other.sum
        error = (self.sum - mine) + (other.sum - (total - mine))
        lost = self.lost + other.lost + error
        whole = total + lost  # carried over at once, so that what was lost never stalls itself
        return Compensated(whole, lost - (whole - total))

    def value(self) -> np.ndarray[Any, Any]:
        """Return the sum as NumPy float64, waiting for its device."""
        total, lost = (each.astype(np.float64) for each in backend_of(self.sum).to_host(*self))
        return total + lost


def compensated(value: Array, dtype: Any, ns: Namespace) -> Compensated:
    """Return a sum in a floating dtype, with what the dtype can't hold of it."""
    near = ns.astype(value, dtype)
    if near.dtype == value.dtype:
        return Compensated(near, ns.zeros_like(near))
    return Compensated(near, ns.astype(value - ns.astype(near, value.dtype), dtype))


def running(count: Array, ns: Namespace) -> Array | Compensated:
    """Return what an array is summed in: itself, or with its error where it is narrow."""
    return Compensated(count, ns.zeros_like(count)) if count.dtype == ns.float32 else count
