"""What a metric keeps of a stream: a tally in two arrays, of integers and of floats (R17, R18).

Both have the axes ``(k, classes, fields)``; groups take the place of classes. There is one k where
a measure has no several, and one class where an average counts by none; what a tally holds once is repeated along them. So an array
of nothing, made for one class, broadcasts to any number. Where a framework has 64-bit numbers such
arrays add; where it has none, a `State` keeps each entry in a pair of 32-bit words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from accord.backends.base import Array, Namespace
from accord.backends.registry import backend_of
from accord.counts.averages import Average, per_class
from accord.counts.exact import BITS, Compensated, Limbs, compensated, limbs
from accord.counts.predicted import no_figures
from accord.counts.tally import Tally
from accord.inputs import options
from accord.inputs.groups import refuse_no_group

AXES = 3  # k, classes, fields

Host = npt.NDArray[Any]


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


def refuse_other_classes(
    found: int | None, before: int | None, *, name: str = "y_score", keeper: str = "metric"
) -> None:
    """Refuse another number of classes than that of the batches before; None is not known.

    Raises
    ------
    ValueError
        If both are known and differ.
    """
    if None not in (found, before) and found != before:
        raise ValueError(
            f"{name} has {found} classes but the batches before had {before};"
            f" use one {keeper} for each number of classes"
        )


@dataclass
class Accumulator:
    """How the tallies of a measure are kept.

    Parameters
    ----------
    measure : Measure
        What is counted.
    average : {"micro", "macro", "weighted", "none"} or None
        How it is averaged, which decides whether counts are by class (R15).
    n_groups : int, optional
        How many groups there are; counts are by group then (R24).

    Attributes
    ----------
    by_class : bool
        Whether counts are by class.
    """

    measure: Any  # a Measure, which is made of tallies
    average: Average
    n_groups: int | None = None
    by_class: bool = field(init=False)

    def __post_init__(self) -> None:
        refuse_no_group(self.n_groups)
        self._kind: type[Any] = self.measure.tallies
        self._credits = self._kind._fields.index("total")  # behind it is what has no class
        by_class = per_class(self.average) or self._kind is not Tally
        self.by_class = by_class and self.n_groups is None
        several = slice(None) if self.measure.lead else 0
        self._divided = slice(None) if self.by_class or self.n_groups else 0
        classes = self._divided
        by_field = (*((several, classes),) * self._credits, (0, classes), (0, 0), (0, 0))
        self._places = [(*index, place) for place, index in enumerate(by_field)]

    def classes_of(self, tally: Tally) -> int | None:
        """Return the number of classes of a batch; None where counts are not by class."""
        return int(tally.total.shape[0]) if self.by_class else None

    def shape(self, classes: int | None = None) -> tuple[int, int, int]:
        """Return the shape of both arrays, for one class where the number is not known."""
        fields = len(self._kind._fields)
        return (*(self.measure.lead or (1,)), classes or self.n_groups or 1, fields)

    def nothing(self) -> Tally:
        """Return the tally of a metric that has seen no batch, of an unknown number of classes."""
        groups = () if self.n_groups is None else (self.n_groups,)
        credit, total = (
            np.zeros((*self.measure.lead, *groups), np.int64),
            np.zeros(groups, np.int64),
        )
        nothing: Tally = self._kind(*(credit,) * self._credits, total[()], *(np.int64(0),) * 2)
        return nothing

    def empty(self, classes: int | None, ns: Namespace, dtype: Any) -> State:
        """Return the state of having seen nothing, with sums in a floating dtype.

        Raises
        ------
        ValueError
            If the average is over classes and their number is missing.
        """
        if self.by_class:
            classes = 2 if self.measure.axis is None else classes
            if classes is None:
                raise ValueError(
                    f"average={self.average!r} counts by class; pass how many there are, classes=C"
                )
        shape = self.shape(options.whole("classes", classes) if self.by_class else None)
        pairs = (*shape, 2)  # no array twice, or none could be donated
        return State(ns.zeros(pairs, dtype=ns.uint32), ns.zeros(pairs, dtype=dtype))

    def after(self, state: State, batch: Tally, *, name: str = "y_score") -> State:
        """Return the state after one more batch; ``name`` is what messages call it.

        Raises
        ------
        ValueError
            If its number of classes is not that of the state.
        """
        if state.stacked:
            raise ValueError(
                f"the state is a stack of states, of shape {state.stacked}; update each of them by"
                " jax.vmap(metric.update), or make them one by metric.join"
            )
        classes = self.classes_of(batch)
        found, wanted = self.shape(classes)[:-1], tuple(state.counts.shape[:2])
        if wanted[1] != 1:  # made for counts by class
            refuse_other_classes(classes, wanted[1], name=name, keeper="state")
        if found != wanted:
            raise ValueError(
                f"the state holds counts by k and class of shape {wanted}, and the batch has"
                f" {found}; make the state by the metric that updates it"
            )
        ns = backend_of(state.sums).namespace(state.sums)
        return state + in_pairs(*self.pack(batch), bits=ns.finfo(state.sums.dtype).bits)

    def pack(self, tally: Tally) -> tuple[Array | None, Array | None]:
        """Return the integer and the floating fields, each in one array with 0 for the others.

        Each is None where a tally has none. Those of NumPy have 64 bits.
        """
        if isinstance(tally.total, (np.ndarray, np.generic)):
            floating = [each.dtype.kind == "f" for each in tally]
            integer = [not each for each in floating]
            return self._in_numpy(tally, integer, np.int64), self._in_numpy(
                tally, floating, np.float64
            )
        ns = backend_of(tally.total).namespace(tally.total)
        floating = [ns.isdtype(each.dtype, "real floating") for each in tally]
        shape = self.shape(self.classes_of(tally))[:-1]
        if not (tally.correct.ndim or any(floating)):  # a trace holds fewer operations
            return ns.reshape(ns.stack(list(tally)), (*shape, len(tally))), None
        fields = [
            ns.broadcast_to(ns.reshape(each, self._alone(place, shape)), shape)
            for place, each in enumerate(tally)
        ]
        return _stack(ns, fields, [not each for each in floating]), _stack(ns, fields, floating)

    def _in_numpy(self, tally: Tally, mine: list[bool], dtype: Any) -> Host | None:
        if not any(mine):
            return None
        shape = self.shape(self.classes_of(tally))
        if not tally.correct.ndim and all(mine):  # most batches; filling takes longer
            return np.array(tally, dtype).reshape(shape)
        packed = np.zeros(shape, dtype)
        for place, each in enumerate(tally):
            if mine[place]:
                packed[:, self._divided, place] = each
        return packed

    def unpack(self, packed: Array) -> Tally:
        """Return the tally in an array of any framework, each of a stack along leading axes."""
        tally: Tally = self._kind(*(packed[(..., *place)] for place in self._places))
        return tally

    def tally(self, counts: Host | None, sums: Host | None) -> Tally:
        """Return the tally of two NumPy arrays: integers unless something floating was added."""
        if counts is None or sums is None:
            whole = self.unpack(sums if counts is None else counts)
        else:
            pairs = zip(self.unpack(counts), self.unpack(sums), strict=True)
            whole = self._kind(*(count + more if more.any() else count for count, more in pairs))
        numbers: Tally = self._kind(*(each[()] for each in whole))  # without axes: as a number
        return numbers

    def _alone(self, place: int, shape: tuple[int, ...]) -> tuple[int, int]:
        """Return the shape by k and class that a field has before it is repeated."""
        total = self._credits
        return (shape[0] if place < total else 1, shape[1] if place <= total else 1)

    def figures(self, tally: Any) -> Any:
        """Return what a metric computes from a tally: a share, or several."""
        if self._kind is Tally:
            return tally.accuracy(self.average)
        return tally.figures(self.average)

    def no_figures(self) -> Any:
        """Return what a metric by class computes before its first batch."""
        lead = self.measure.lead
        return np.full(lead, np.nan) if self._kind is Tally else no_figures(lead)

    def tally_of(self, state: State) -> Tally:
        """Return the tally in a state as NumPy int64 and float64, waiting for its device."""
        counts, sums = state.pairs()
        return self.tally(counts.value(), sums.value())


def _stack(ns: Namespace, fields: list[Array], mine: list[bool]) -> Array | None:
    if not any(mine):
        return None
    none = ns.zeros_like(fields[mine.index(True)])
    chosen = [each if is_mine else none for each, is_mine in zip(fields, mine, strict=True)]
    return ns.stack(chosen, axis=-1)
