"""The one primitive: where the true class stands among its rivals (R4)."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from accord.backends.base import Array, indices
from accord.inputs.batch import Batch
from accord.inputs.labels import (
    Labels,
    among_candidates,
    as_number,
    class_labels,
    isnan,
)
from accord.scan import count as scan
from accord.scan.dispatch import attempt

BARRED = 1 << 30  # classes ahead of a label that is not among its candidates: more than there are


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


def rank(block: Batch, labels: Labels, most: int | None = None) -> Ranked:
    """Count the rivals of each sample's label in one read of the scores, without a sort.

    An undefined score or an invalid label ranks behind every class, at every k. A row may be left
    once ``most`` are ahead: its counts are then of a miss at every k up to that.
    """
    backend, most = block.backend, block.classes + 1 if most is None else most
    if block.scanned:
        label = labels.label
        if block.candidates is not None and labels.valid is not None:
            label = block.ns.where(labels.valid, label, -block.ns.ones_like(label))
        counts = attempt(scan.rank_counts, block.scores, label, most, block.candidates)
        if counts is not None:
            return _with_invalid_last(block, labels, Standing(*counts))
    scores = as_number(block, block.scores)
    label = labels.label[..., None]
    own_score = backend.take_last_axis(scores, label)
    undefined = isnan(block, own_score)[..., 0]

    key, own = backend.sort_key(scores), backend.sort_key(own_score)
    nowhere = undefined if labels.valid is None else undefined | ~labels.valid
    return Ranked(stand(block, key, own, label, nowhere=nowhere), undefined)


def _with_invalid_last(block: Batch, labels: Labels, standing: Standing) -> Ranked:
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


class Reader(Protocol):
    """What reads the labels of samples to rank: a measure of ranks."""

    def ranked_labels(self, block: Batch) -> Labels:
        """Read labels; those that are invalid rank behind every class."""


def rank_all(batch: Batch, reader: Reader | None, most: int | None = None) -> Array:
    """Return the three counts of every sample along a first axis, as an array of what counted.

    Labels are read by a measure of ranks; without one, they are integers, and no sample is left out.
    """
    read = _classes if reader is None else reader.ranked_labels
    if batch.scanned:
        labels = read(batch)
        if labels.valid is not None:
            return _stacked(most, batch, labels)
        reach = batch.classes + 1 if most is None else most
        counts = attempt(scan.rank_counts, batch.scores, labels.label, reach, batch.candidates)
        if counts is not None:
            return counts
    called = batch.backend.one_call(_ranked, (reader, most), batch)
    if called is not None:
        return called[0]
    counted = batch.backend.compiled(_stacked)

    def work(block: Batch) -> Array:
        return counted(most, block, read(block))

    return batch.over_blocks(work)


def _classes(block: Batch) -> Labels:
    return among_candidates(block, class_labels(block, None, ignorable=False))


def standing_of(counts: Array) -> Standing:
    """Return the three counts along a first axis as a standing."""
    return Standing(*(counts[place, ...] for place in range(3)))


def _ranked(reader: Reader | None, most: int | None, batch: Batch) -> tuple[Array]:
    return (rank_all(batch, reader, most),)


def _stacked(most: int | None, block: Batch, labels: Labels) -> Array:
    return block.ns.stack(list(rank(block, labels, most).standing))


def stand(
    block: Batch, key: Array, own: Array, label: Array, *, nowhere: Array, here: Array | int = 1
) -> Standing:
    """Count the rivals among the classes of a block; counts of several such blocks add up.

    ``own`` is the key of the true class and ``label`` its index from the first class of the block,
    both with a last axis of length 1; ``here`` is 1 where it is one of the block's, else 0.
    """
    ns, classes = block.ns, block.classes
    at_most, equal = key <= own, key == own
    if block.candidates is not None:  # the others are neither ahead nor tied (R25)
        at_most, equal = at_most | ~block.candidates, equal & block.candidates
    at_most, tied_before, tied_after = _count(block, at_most, equal, label, here)
    ahead = classes - at_most  # so that a NaN rival counts as ahead (R2)
    none = ns.zeros_like(ahead)
    return Standing(
        ns.where(nowhere, none + classes, ahead),
        ns.where(nowhere, none, tied_before),
        ns.where(nowhere, none, tied_after),
    )


def _count(
    block: Batch, at_most: Array, equal: Array, label: Array, here: Array | int
) -> tuple[Array, Array, Array]:
    """Count rivals that are not ahead, and ties by the side of the label they are on.

    Where values can be read, the sides are looked at only if there are ties; elsewhere all is
    counted in one read.
    """
    ns, backend = block.ns, block.backend

    def before() -> Array:
        return equal & (indices(ns, label, block.classes) < label)

    if backend.residence(equal) != "host":
        behind_or_equal, alike, earlier = backend.count_true(at_most, equal, before())
        return behind_or_equal, earlier, alike - here - earlier
    behind_or_equal, alike = backend.count_true(at_most, equal)
    tied = alike - here
    earlier = backend.count_true(before())[0] if ns.any(tied > 0) else ns.zeros_like(tied)
    return behind_or_equal, earlier, tied - earlier
