"""Tallies: counts that add (R17)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from accord.backends.base import Array
from accord.counts.averages import Average, averaged
from accord.counts.by_rank import Curve, Samples, add_up
from accord.inputs.batch import Batch
from accord.inputs.dtypes import FLOAT, is_kind
from accord.inputs.groups import group_ids
from accord.inputs.labels import Kept, Labels


class Tally(NamedTuple):
    """Counts of one measure over some samples; tallies of parts add up to that of the whole.

    Every field is in one unit: samples, or their weight where weights were given
    (labels, for the multilabel criterion ``"hamming"``).

    Tallies may be stacked along leading axes, field by field, as ``vmap`` returns them: averages
    and bounds are then those of each.

    Attributes
    ----------
    correct : array, shape (...)
        Credit under the chosen tie rule; a leading axis for a tuple of k, a last one for classes
        or groups.
    floor, ceiling : array, shape (...)
        The least and the most credit that any way of breaking ties could give (R7).
    total : array, 0-d or of length C, or of as many as there are groups
        Samples counted; with classes, only those whose label is one, and with groups those whose
        label and group are valid.
    invalid : array, 0-d
        Samples whose label is not a class, or whose group is not one, where that could not be
        refused (R22).
    undefined : array, 0-d
        Samples whose own score is NaN (R4).

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.1, 0.6, 0.3], [0.4, 0.2, 0.4]])
    >>> first = accord.TopK(k=1).tally([1, 2], scores)
    >>> int(first.correct), int(first.floor), int(first.ceiling), int(first.total)
    (1, 1, 2, 2)
    >>> float((first + first).accuracy())
    0.5
    """

    correct: Array
    floor: Array
    ceiling: Array
    total: Array
    invalid: Array
    undefined: Array

    def __add__(self, other: object) -> Tally:  # counts add, tuples concatenate
        """Return the tally of both parts together (R17)."""
        if not isinstance(other, Tally):
            return NotImplemented
        return Tally(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def __radd__(self, other: object) -> Tally:
        """Let ``sum`` start from 0."""
        return self if other == 0 else NotImplemented

    def accuracy(self, average: Average = "micro", *, k: int | tuple[int, ...] = 1) -> Array:
        """Return credit over total.

        Parameters
        ----------
        average : {"micro", "macro", "weighted", "none", "adjusted"} or None
            ``"micro"`` over samples; ``"macro"`` the mean over the classes that occur;
            ``"weighted"`` by class support, which equals micro; ``"none"`` or None by class;
            ``"adjusted"`` macro, so that guessing gives 0 (R15).
        k : int or tuple of int
            The k of the counts, which ``"adjusted"`` needs.

        Returns
        -------
        array in [0, 1]
            In the framework's default float type; NaN where there is nothing to count (R16).

        Raises
        ------
        ValueError
            If the average is unknown, or needs classes that this tally does not have.
        """
        return averaged(self.correct, self.total, self.invalid, average, k=k)

    def bounds(
        self, average: Average = "micro", *, k: int | tuple[int, ...] = 1
    ) -> tuple[Array, Array]:
        """Return the accuracy if every tie were lost, and if every tie were won (R7)."""
        total, invalid = self.total, self.invalid
        lost, won = (
            averaged(each, total, invalid, average, k=k) for each in (self.floor, self.ceiling)
        )
        return lost, won


class Outcome(NamedTuple):
    """What became of each sample of a block, before anything is summed.

    ``credit``, ``floor`` and ``ceiling`` may have a leading axis for k. With a ``curve`` they are
    how many classes are ahead, from which the credit at every k follows. ``size`` is what one
    sample adds to the total, for all samples or by sample.
    """

    credit: Array
    floor: Array
    ceiling: Array
    undefined: Array
    labels: Labels
    invalid: Array | None
    size: Array | int = 1
    curve: Curve | None = None


def count(block: Batch, outcome: Outcome, places: int | None) -> Tally:
    """Sum the outcomes of a block: over all samples, or by the class or group of each (R15, R24).

    A sample whose class or group is invalid is in none.
    """
    ns, dtypes = block.ns, block.numbers
    nothing = ns.astype(ns.zeros_like(outcome.undefined), dtypes.count)
    each, kept = nothing + outcome.size, outcome.labels.kept
    invalid = nothing if outcome.invalid is None else ns.astype(outcome.invalid, dtypes.count)
    ids, known = outcome.labels.label, None
    ahead: Sequence[Array] = (outcome.credit, outcome.floor, outcome.ceiling)
    credited = ahead if outcome.curve is None else (each,)
    if block.groups is not None:
        ids, known = group_ids(block, kept)
    if known is not None:  # the others are invalid, and in no group
        credited = [ns.where(known, credit, ns.zeros_like(credit)) for credit in credited]
        invalid = ns.where(known, invalid, each)
    if places is not None and (known is not None or outcome.invalid is not None):
        each = each - invalid
    amounts = _amounts(block, kept, *credited, each, invalid, outcome.undefined)
    ids = None if places is None else ns.reshape(ns.astype(ids, dtypes.count), (-1,))
    if outcome.curve is not None:
        amount, counted, *rest = amounts
        samples = Samples(ns.reshape(amount, (-1,)), ids, places)
        return Tally(
            *add_up(block, outcome.curve, ahead, samples),
            *_totals(block, counted, ids, places),
            *_over_samples(block, *rest),
        )
    if places is None and outcome.credit.ndim == each.ndim:
        return Tally(*_over_samples(block, *amounts))
    credits_, (counted, *rest) = amounts[:3], amounts[3:]
    if places is None:
        return Tally(*_over_samples(block, *credits_), *_over_samples(block, counted, *rest))
    sums = [_by_id(block, values, ids, places) for values in (*credits_, counted)]
    return Tally(*sums, *_over_samples(block, *rest))


def _totals(block: Batch, counted: Array, ids: Array, places: int | None) -> tuple[Array, ...]:
    if places is None:
        return _over_samples(block, counted)
    return (_by_id(block, counted, ids, places),)


def summed(block: Batch, kept: Kept, values: Array) -> Array:
    """Sum over the samples of a block what each adds; values may have a leading axis for k."""
    return _over_samples(block, *_amounts(block, kept, values))[0]


def _amounts(block: Batch, kept: Kept, *values: Array) -> list[Array]:
    """Return what each sample adds: nothing if it is left out, else its values times its weight."""
    ns, dtypes, found = block.ns, block.numbers, []
    wide: dict[Any, Any] = {}  # the dtype to sum in, by that of the values
    for each in values:
        if each.dtype not in wide:
            integer = kept.weight is None and not is_kind(ns, each, FLOAT)
            wide[each.dtype] = dtypes.count if integer else dtypes.sum
        amount = ns.astype(each, wide[each.dtype], copy=False)
        if kept.weight is not None:
            amount = amount * kept.weight
        if kept.keep is not None:
            amount = ns.where(kept.keep, amount, ns.zeros_like(amount))
        found.append(amount)
    return found


def _over_samples(block: Batch, *values: Array) -> tuple[Array, ...]:
    axes = tuple(range(values[0].ndim - block.sample_axes, values[0].ndim))
    return block.backend.sum_over(*values, axes=axes) if axes else values


def _by_id(block: Batch, values: Array, ids: Array, places: int) -> Array:
    if values.ndim > block.sample_axes:  # a leading axis for k
        each = [_by_id(block, values[k, ...], ids, places) for k in range(values.shape[0])]
        return block.ns.stack(each)
    return block.backend.segment_sum(block.ns.reshape(values, (-1,)), ids, places)
