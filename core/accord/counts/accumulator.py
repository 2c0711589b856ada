"""What a metric keeps of a stream: a tally in two arrays, of integers and of floats (R17, R18).

Both have the axes ``(k, classes, fields)``; groups take the place of classes. There is one k where
a measure has no several, as many as classes for ``k="all"``, and one class where an average counts
by none; what a tally holds once is repeated along them. So an array of nothing, made for one class,
broadcasts to any number. Where a framework has 64-bit numbers such arrays add; where it has none, a
`State` keeps each entry in a pair of 32-bit words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from accord.backends.base import Array, Namespace
from accord.backends.registry import backend_of
from accord.counts.averages import Average
from accord.counts.predicted import no_figures
from accord.counts.state import AXES, State, in_pairs
from accord.counts.tally import Tally
from accord.inputs import options
from accord.inputs.groups import refuse_no_group

Host = npt.NDArray[Any]


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
    sized : bool
        Whether their shape tells the number of classes: by class, or at every k.
    """

    measure: Any  # a Measure, which is made of tallies
    average: Average
    n_groups: int | None = None
    by_class: bool = field(init=False)
    sized: bool = field(init=False)

    def __post_init__(self) -> None:
        refuse_no_group(self.n_groups)
        grouped = self.n_groups is not None
        self.by_class = self.measure.needs_classes(self.average, grouped=grouped)
        self.sized = self.by_class or self.measure.every_k
        self._kind: type[Any] = self.measure.tally_type(per_class=self.by_class)
        self._credits = self._kind._fields.index("total")
        self._totals = self._kind._fields.index("invalid")  # those from here on are not by class
        several = slice(None) if self.measure.lead else 0
        self._divided = slice(None) if self.by_class or self.n_groups else 0
        by_field = (
            *((several, self._divided),) * self._credits,
            *((0, self._divided),) * (self._totals - self._credits),
            *((0, 0),) * 2,
        )
        self._places = [(*index, place) for place, index in enumerate(by_field)]

    def classes_of(self, tally: Tally) -> int | None:
        """Return the number of classes of a batch; None where no shape tells it."""
        if self.by_class:
            return int(tally.total.shape[0])
        return int(tally.correct.shape[0]) if self.sized else None

    def classes_in(self, shape: tuple[int, ...]) -> int | None:
        """Return the number of classes that arrays of a shape are for; None where it tells none."""
        if not self.sized:
            return None
        k, classes = shape[-AXES:-1]
        return int(classes if self.by_class else k)

    def shape(self, classes: int | None = None) -> tuple[int, int, int]:
        """Return the shape of both arrays, for one class where the number is not known."""
        (k,), fields = self.measure.lead or (1,), len(self._kind._fields)
        places = classes if self.by_class else self.n_groups
        return (classes or 1) if self.measure.every_k else k, places or 1, fields

    def nothing(self) -> Tally:
        """Return the tally of a metric that has seen no batch, of an unknown number of classes."""
        groups = () if self.n_groups is None else (self.n_groups,)
        shapes = (*self.measure.lead, *groups), groups
        credit, total = (np.zeros(shape, np.int64) for shape in shapes)
        totals = (total[()],) * (self._totals - self._credits)
        nothing: Tally = self._kind(*(credit,) * self._credits, *totals, *(np.int64(0),) * 2)
        return nothing

    def empty(self, classes: int | None, ns: Namespace, dtype: Any) -> State:
        """Return the state of having seen nothing, with sums in a floating dtype.

        Raises
        ------
        ValueError
            If counts are by class or at every k, and the number of classes is missing.
        """
        if self.sized:
            classes = 2 if self.measure.axis is None else classes
            if classes is None:
                counts = f"average={self.average!r} counts by class"
                counts = counts if self.by_class else "k='all' counts at as many k as classes"
                raise ValueError(f"{counts}; pass how many there are, classes=C")
        shape = self.shape(options.whole("classes", classes) if self.sized else None)
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
        if (before := self.classes_in(state.counts.shape[:-1])) != 1:  # made for classes
            refuse_other_classes(classes, before, name=name, keeper="state")
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
        return (
            shape[0] if place < self._credits else 1,
            shape[1] if place < self._totals else 1,
        )

    def figures(self, tally: Any) -> Any:
        """Return what a metric computes from a tally: a share, or several."""
        return self.measure.figures(tally, self.average)

    def no_figures(self) -> Any:
        """Return what a metric by class computes before its first batch."""
        lead = self.measure.lead
        return np.full(lead, np.nan) if self.measure.tallies is Tally else no_figures(lead)

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
