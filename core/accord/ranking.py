"""The one primitive: where the true class stands among its rivals (R4)."""

from __future__ import annotations

from typing import NamedTuple

from accord import kernels
from accord.arrays import Inputs, over_blocks
from accord.labels import Labels, as_number, class_labels, isnan
from accord.registry import Array


class Standing(NamedTuple):
    """Where the true class stands among its rivals; one integer array each, a place a sample.

    Attributes
    ----------
    ahead : array of int
        Rivals that score higher, NaN rivals included; C where the sample is undefined.
    tied_before, tied_after : array of int
        Rivals of equal score with a lower, and with a higher, class index.

    Notes
    -----
    Standings add, field by field: those among blocks of the classes, as `standing_in_block`
    counts them, to that among all classes.
    """

    ahead: Array
    tied_before: Array
    tied_after: Array

    def __add__(self, other: object) -> Standing:  # counts add, tuples concatenate
        """Return the standing among the classes of both."""
        if not isinstance(other, Standing):
            return NotImplemented
        return Standing(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def __radd__(self, other: object) -> Standing:
        """Let ``sum`` start from 0."""
        return self if other == 0 else NotImplemented


class Ranked(NamedTuple):
    """Standings of a block, with which samples had a NaN for their own score."""

    standing: Standing
    undefined: Array


def rank(block: Inputs, labels: Labels, most: int | None = None) -> Ranked:
    """Count the rivals of each sample's label in one read of the scores, without a sort.

    An undefined score or an invalid label ranks behind every class, at every k. A row may be left
    once ``most`` are ahead: its counts are then of a miss at every k up to that.
    """
    adapter = block.adapter
    if labels.valid is None and kernels.ready(block):
        standing = Standing(*kernels.stand(block, labels.label, most))
        return Ranked(standing, standing.ahead == block.classes)
    called = adapter.standings(block.scores, labels.label, most or block.classes + 1)
    if called is not None:
        return _with_invalid_last(block, labels, Standing(*called))
    kernels.note(block)
    scores = as_number(block, block.scores)
    label = labels.label[..., None]
    own_score = adapter.pick(scores, label)
    undefined = isnan(block, own_score)[..., 0]

    key, own = adapter.sort_key(scores), adapter.sort_key(own_score)
    nowhere = undefined if labels.valid is None else undefined | ~labels.valid
    return Ranked(stand(block, key, own, label, nowhere=nowhere), undefined)


def _with_invalid_last(block: Inputs, labels: Labels, standing: Standing) -> Ranked:
    """Rank invalid labels, which stand as class 0 does, behind every class."""
    undefined = standing.ahead == block.classes
    if labels.valid is None:
        return Ranked(standing, undefined)
    ns, none = block.ns, block.ns.zeros_like(standing.ahead)
    ahead, before, after = (
        ns.where(labels.valid, count, last)
        for count, last in zip(standing, (none + block.classes, none, none), strict=True)
    )
    return Ranked(Standing(ahead, before, after), undefined)


def rank_all(block: Inputs, most: int | None = None) -> Ranked:
    """Rank a block of which no sample is left out, as one program where that is faster."""
    ranked: Ranked = block.adapter.compiled(_rank)(
        most, block, class_labels(block, None, ignorable=False)
    )
    return ranked


def _rank(most: int | None, block: Inputs, labels: Labels) -> Ranked:
    return rank(block, labels, most)


def standings(inputs: Inputs, most: int | None = None) -> Array:
    """Return the three counts of every sample along a first axis, in the scores' framework."""
    there = inputs.with_bits()
    if kernels.ready(there):
        return inputs.back(
            kernels.stand(there, class_labels(there, None, ignorable=False).label, most)
        )
    return over_blocks(inputs, lambda block: block.ns.stack(list(rank_all(block, most).standing)))


def stand(
    block: Inputs, key: Array, own: Array, label: Array, *, nowhere: Array, here: Array | int = 1
) -> Standing:
    """Count the rivals among the classes of a block; counts of several such blocks add up.

    ``own`` is the key of the true class and ``label`` its index from the first class of the block,
    both with a last axis of length 1; ``here`` is 1 where it is one of the block's, else 0.
    """
    ns = block.ns
    at_most, tied_before, tied_after = _count(block, key <= own, key == own, label, here)
    ahead = block.classes - at_most  # so that a NaN rival counts as ahead (R2)
    none = ns.zeros_like(ahead)
    return Standing(
        ns.where(nowhere, none + block.classes, ahead),
        ns.where(nowhere, none, tied_before),
        ns.where(nowhere, none, tied_after),
    )


def _count(
    block: Inputs, at_most: Array, equal: Array, label: Array, here: Array | int
) -> tuple[Array, Array, Array]:
    """Count rivals that are not ahead, and ties by the side of the label they are on.

    Where values can be read, the sides are looked at only if there are ties; elsewhere all is
    counted in one read.
    """
    ns, adapter = block.ns, block.adapter

    def before() -> Array:
        return equal & (adapter.places(label, block.classes) < label)

    if not adapter.is_concrete(equal):
        behind_or_equal, alike, earlier = adapter.counts(at_most, equal, before())
        return behind_or_equal, earlier, alike - here - earlier
    behind_or_equal, tied = adapter.count(at_most), adapter.count(equal) - here
    earlier = adapter.count(before()) if ns.any(tied > 0) else ns.zeros_like(tied)
    return behind_or_equal, earlier, tied - earlier
