"""The base of the metrics for JAX: a static object whose state is a tree of arrays."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from accord import Measure
from accord.backends.base import Array
from accord.counts.accumulator import Accumulator
from accord.counts.averages import Average
from accord.counts.state import State, paired
from accord.counts.tally import Tally
from accord.metric import warn_of_invalid
from accord_jax.backend import held, summed


@dataclass(frozen=True)
class JaxMetric:
    """A static, hashable metric of a measure; its counts are in a `State`.

    `TopKAccuracy` and the other classes are metrics of one measure each. The methods are pure, so
    they work in ``jit``, ``vmap``, ``scan`` and ``shard_map``. A state can be donated, saved like
    any tree, and moved to the host and back.

    Parameters
    ----------
    measure : Measure
        What to count.
    average : {"micro", "macro", "weighted", "none"} or None
        How to average over classes (R15).
    n_groups : int, optional
        How many groups there are; counts and averages are then by group (R24).
    """

    measure: Measure
    average: Average = "micro"
    n_groups: int | None = None

    def __post_init__(self) -> None:
        self.measure.needs_classes(self.average, grouped=self.n_groups is not None)

    @functools.cached_property
    def _kept(self) -> Accumulator:
        return Accumulator(self.measure, self.average, self.n_groups)

    def init(self, classes: int | None = None) -> State:
        """Return an empty state.

        Parameters
        ----------
        classes : int, optional
            The number of classes; required if the average is over classes.

        Raises
        ------
        ValueError
            If it is required and missing.
        """
        return self._kept.empty(classes, jnp, held(np.float64))

    def update(
        self,
        state: State,
        y_true: Any,
        y_score: Array,
        *,
        sample_weight: Any = None,
        mask: Any = None,
        candidates: Any = None,
        groups: Any = None,
    ) -> State:
        """Return the state after one more batch.

        Parameters
        ----------
        state : State
            The counts before the batch.
        y_true, y_score, sample_weight, mask, candidates, groups : array
            As `accord.Measure.tally` takes them.

        Raises
        ------
        ValueError, TypeError
            As `accord.Measure.tally`, and if the number of classes differs from that of the state.
        """
        kept = self._kept
        batch = self.measure.batch(
            y_true,
            y_score,
            sample_weight=sample_weight,
            mask=mask,
            candidates=candidates,
            groups=groups,
            n_groups=self.n_groups,
        )
        tally = self.measure.count(batch, per_class=kept.by_class)
        return kept.after(state, tally)

    def update_from_lists(
        self, state: State, y_true: Any, classes: Any, scores: Any = None, **options: Any
    ) -> State:
        """Return the state after a batch of which only the best classes were kept (R28).

        Parameters
        ----------
        state : State
            The counts before the batch.
        y_true, classes, scores, **options
            As `accord.RankMeasure.tally_from_lists` takes them; under ``jit``, ``n_classes`` and
            ``labels`` are Python values.

        Raises
        ------
        ValueError, TypeError
            As `accord.RankMeasure.tally_from_lists`, and if the number of classes differs from
            that of the state.
        """
        options = {**options, "n_groups": self.n_groups, "per_class": self._kept.by_class}
        tally = self.measure.tally_from_lists(y_true, classes, scores, **options)
        return self._kept.after(state, tally, name="the batch")

    def merge(self, first: State, second: State) -> State:
        """Return the sum of two states (R17).

        Raises
        ------
        ValueError
            If one is a stack of states and the other is not, or the metrics differ.
        """
        return first + second

    def join(self, states: State) -> State:
        """Return the sum of all states of a stack (R17).

        Parameters
        ----------
        states : State
            States stacked along their first axis, as ``vmap`` returns them.

        Raises
        ------
        ValueError
            If it is a single state.
        """
        if not states.stacked:
            raise ValueError("states is a single state; pass a stack of them, or use it as it is")
        return paired(*(summed((part,), (0,))[0] for part in states.pairs()))

    def reduce(self, state: State, axis_name: Any) -> State:
        """Return the sum of the states of all devices, on each device.

        Parameters
        ----------
        state : State
            The counts of this device.
        axis_name : str or tuple of str
            The axes of ``shard_map``, ``pmap`` or ``vmap`` to sum over.
        """
        place, size = lax.axis_index(axis_name), lax.axis_size(axis_name)

        def gathered(part: Array) -> Array:  # a sum: JAX knows that it is equal on all devices
            row = jnp.zeros((size, *part.shape), part.dtype).at[place].set(part)
            return lax.psum(row, axis_name)

        return self.join(jax.tree.map(gathered, state))

    def compute(self, state: State) -> Array:
        """Return the accuracy, NaN for nothing (R16), in the default float dtype.

        For a stack of states, one value per state, along the same leading axes; `join` adds them.

        Warns
        -----
        RuntimeWarning
            Outside of traces, if labels outside 0..C-1 could not be refused (R22).
        """
        if not _traced(state):
            warn_of_invalid(self.tally(state), grouped=self._kept.n_groups is not None)
        on_device: State = jax.tree.map(jnp.asarray, state)
        return self._kept.figures(self._kept.unpack(on_device.rounded()))

    def tally(self, state: State) -> Tally:
        """Return the counts as NumPy int64 (float64 if weighted), read on the host.

        For a stack of states, one tally per state, along the same leading axes.

        Raises
        ------
        TypeError
            Under a trace, because there are no values to move to the host.
        """
        if _traced(state):
            raise TypeError(
                "state is traced, as in jax.jit or vmap, and tally reads it on the host; return the"
                " state from the traced function, and call tally on it there. For figures inside of"
                " it, call compute"
            )
        return self._kept.tally_of(state)


def _traced(state: State) -> bool:
    return any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(state))
