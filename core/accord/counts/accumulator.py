"""What a metric has seen, as a tree of arrays of fixed shapes: exact without 64-bit numbers (R18)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from accord.backends.base import Array, Namespace
from accord.counts.averages import Average, per_class
from accord.counts.exact import BITS, Compensated, Limbs, limbs, parts
from accord.counts.tally import Tally
from accord.inputs import options


class State(NamedTuple):
    """A tally in numbers of 32 bits, or of more where a framework has them.

    Attributes
    ----------
    counts : Tally of Limbs
        What was counted in integers, exact to 2**62.
    sums : Tally of Compensated
        What was summed in floats: weights, and the fractions of ``"expected"`` and jaccard.
    """

    counts: Tally
    sums: Tally

    def __add__(self, other: object) -> State:  # states add, tuples concatenate
        """Return the state of having seen what both have (R17)."""
        if not isinstance(other, State):
            return NotImplemented
        mine, theirs = self._shapes(), other._shapes()
        if mine != theirs:
            raise ValueError(
                f"the states to add hold totals of shapes {mine[0]} and {theirs[0]}, credit of"
                f" shapes {mine[1]} and {theirs[1]}; add states of one metric, and make a stack of"
                " them one by metric.join first"
            )
        return State(self.counts + other.counts, self.sums + other.sums)

    def after(self, batch: Tally, ns: Namespace) -> State:
        """Return the state after one more batch.

        Raises
        ------
        ValueError
            If its number of classes is not that of the state.
        """
        shape, wanted = tuple(batch.total.shape), tuple(self.counts.total.low.shape)
        if self.stacked:
            raise ValueError(
                f"the state is a stack of states, of shape {self.stacked}; update each of them by"
                " jax.vmap(metric.update), or make them one by metric.join"
            )
        if len(shape) != len(wanted):
            raise ValueError(
                f"the state holds totals of shape {wanted}, and the batch has {shape}; make the"
                " state by the metric that updates it"
            )
        if shape != wanted:
            raise ValueError(
                f"y_score has {shape[0]} classes but the batches before had {wanted[0]};"
                " use one state for each number of classes"
            )
        counts, sums = parts(batch, ns)
        return self + State(
            Tally(*(limbs(count, ns) for count in counts)),
            Tally(*(Compensated(total, ns.zeros_like(total)) for total in sums)),
        )

    @property
    def stacked(self) -> tuple[int, ...]:
        """The lengths of the leading axes along which states are stacked; none for a single one."""
        return tuple(self.counts.invalid.low.shape)

    def _shapes(self) -> tuple[tuple[int, ...], ...]:
        counts = self.counts
        return tuple(tuple(each.low.shape) for each in (counts.total, counts.correct))

    def tally(self) -> Tally:
        """Return everything counted as NumPy int64, and float64 where weighted."""
        pairs = zip(self.counts, self.sums, strict=True)
        return Tally(*(_exactly(count.value(), total.value()) for count, total in pairs))

    def rounded(self, ns: Namespace) -> Tally:
        """Return everything counted in the floating dtype of the sums, where the state is."""
        pairs = zip(self.counts, self.sums, strict=True)
        return Tally(*(_rounded(count, total, ns) for count, total in pairs))


def empty(measure: Any, average: Average, classes: int | None, ns: Namespace, dtype: Any) -> State:
    """Return the state of having seen nothing, with sums in a floating dtype.

    Raises
    ------
    ValueError
        If the average is over classes and their number is missing.
    """
    by_class: tuple[int, ...] = ()
    if per_class(average):
        classes = 2 if measure.axis is None else classes
        if classes is None:
            raise ValueError(
                f"average={average!r} counts by class; pass how many there are, classes=C"
            )
        by_class = (options.whole("classes", classes),)
    credit = (*measure.lead, *by_class)
    shapes = (credit, credit, credit, by_class, (), ())

    def zeros(kind: type, dtype: Any) -> Tally:  # no array twice, or none could be donated
        return Tally(
            *(kind(ns.zeros(each, dtype=dtype), ns.zeros(each, dtype=dtype)) for each in shapes)
        )

    return State(zeros(Limbs, ns.uint32), zeros(Compensated, dtype))


def _exactly(count: npt.NDArray[Any], total: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return count + total if np.any(total) else count


def _rounded(count: Limbs, total: Compensated, ns: Namespace) -> Array:
    dtype = total.sum.dtype
    high, low = ns.astype(count.high, dtype), ns.astype(count.low, dtype)
    return total.sum + (total.lost + (high * float(1 << BITS) + low))
