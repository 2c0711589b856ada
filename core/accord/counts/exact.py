"""Running sums that stay exact where a framework has no 64-bit numbers (R18).

A count is kept in two limbs of 31 bits, a floating sum with the error that its rounding lost.
A metric keeps both kinds, since a weight may come with any batch.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from accord.backends.base import Array, Namespace
from accord.counts.tally import Tally

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
        high, low = (np.asarray(limb).astype(np.int64) for limb in self)
        return (high << BITS) + low


def limbs(count: Array, ns: Namespace) -> Limbs:
    """Return a count of at most 31 bits as limbs."""
    low = ns.astype(count, ns.uint32)
    return Limbs(ns.zeros_like(low), low)


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
        total, lost = (np.asarray(part).astype(np.float64) for part in self)
        return total + lost


def running(count: Array, ns: Namespace) -> Array | Compensated:
    """Return what a field of a tally is summed in: itself, or with its error where it is narrow."""
    return Compensated(count, ns.zeros_like(count)) if count.dtype == ns.float32 else count


def parts(tally: Tally, ns: Namespace) -> tuple[Tally, Tally]:
    """Split a tally into its counts and its sums: each field is in one, and zero in the other."""

    def keep(field: Array, *, floating: bool) -> Array:
        is_floating = ns.isdtype(field.dtype, "real floating")
        dtype = ns.float32 if floating else ns.int32
        return field if is_floating == floating else ns.astype(ns.zeros_like(field), dtype)

    counts = Tally(*(keep(field, floating=False) for field in tally))
    return counts, Tally(*(keep(field, floating=True) for field in tally))
