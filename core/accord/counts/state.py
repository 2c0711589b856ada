"""The state of a metric where a framework has no 64-bit numbers: a tally in pairs (R18)."""

from __future__ import annotations

from typing import NamedTuple

from accord.backends.base import Array
from accord.backends.registry import backend_of
from accord.counts.exact import BITS, Compensated, Limbs, compensated, limbs

AXES = 3  # k, classes, fields


class State(NamedTuple):
    """A tally in pairs of numbers of 32 bits, or of more where a framework has them.

    The pairs are along a last axis; states may be stacked along leading ones.

    Attributes
    ----------
    counts : array of uint32, shape (..., k, classes, fields, 2)
        What was counted in integers: `accord.counts.exact.Limbs`, exact to 2**62.
    sums : array of float, of the same shape
        What was summed in floats, weights and fractions: `accord.counts.exact.Compensated`.
    """

    counts: Array
    sums: Array

    def __add__(self, other: object) -> State:  # states add, tuples concatenate
        """Return the state of having seen what both have (R17)."""
        if not isinstance(other, State):
            return NotImplemented
        if self.counts.shape != other.counts.shape:
            inner = [tuple(each.counts.shape[-AXES - 1 : -2]) for each in (self, other)]
            raise ValueError(
                f"the states to add are stacks of shapes {self.stacked} and {other.stacked}, of"
                f" counts by k and class of shapes {inner[0]} and {inner[1]}; add states of one"
                " metric, and make a stack of them one by metric.join first"
            )
        mine, theirs = self.pairs(), other.pairs()
        return paired(mine[0] + theirs[0], mine[1] + theirs[1])

    @property
    def stacked(self) -> tuple[int, ...]:
        """The lengths of the leading axes along which states are stacked; none for a single one."""
        return tuple(self.counts.shape[: -AXES - 1])

    def pairs(self) -> tuple[Limbs, Compensated]:
        """Return counts and sums as numbers that add."""
        counts, sums = self
        return Limbs(counts[..., 0], counts[..., 1]), Compensated(sums[..., 0], sums[..., 1])

    def rounded(self) -> Array:
        """Return counts and sums together, in the floating dtype of the sums, rounded once."""
        (high, low), (total, lost) = self.pairs()
        ns = backend_of(total).namespace(total)
        high, low = ns.astype(high, total.dtype), ns.astype(low, total.dtype)
        return total + (lost + (high * float(1 << BITS) + low))


def paired(counts: Limbs, sums: Compensated) -> State:
    """Return the state that holds pairs."""
    ns = backend_of(sums.sum).namespace(sums.sum)
    return State(ns.stack(list(counts), axis=-1), ns.stack(list(sums), axis=-1))


def in_pairs(counts: Array | None, sums: Array | None, *, bits: int = 32) -> State:
    """Return what `Accumulator.pack` made of a tally as a state, with sums of so many bits."""
    some = sums if counts is None else counts
    ns = backend_of(some).namespace(some)
    dtype = getattr(ns, f"float{bits}")
    none = ns.zeros_like(some)
    integers = ns.astype(none, ns.int32) if counts is None else counts
    floats = ns.astype(none, dtype) if sums is None else sums
    return paired(limbs(integers, ns), compensated(floats, dtype, ns))
