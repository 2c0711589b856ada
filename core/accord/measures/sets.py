"""Measures of sets of labels: what they share, and what one of a third party needs."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

import numpy as np

from accord.backends.base import Array
from accord.counts.by_label import LabelTally
from accord.counts.tally import Outcome, Tally, count, summed
from accord.credit.entries import Entries, of_the_best, past
from accord.credit.label_counts import tally_of_sides
from accord.credit.label_sets import (
    Match,
    SetCounts,
    k_best,
    past_threshold,
    scanned_k_best,
    scanned_past_threshold,
)
from accord.credit.set_credit import outcome
from accord.credit.thresholds import SIDES, AtThreshold, border, native
from accord.credit.ties import Ties
from accord.inputs import options
from accord.inputs.batch import Batch
from accord.inputs.labels import Kept, Labels, read_kept, saturated, set_labels
from accord.measures.base import LabelKind, Measure
from accord.scan.arrays import SHARED, Rows
from accord.scan.count_sets import MOST, label_counts
from accord.scan.dispatch import can_scan
from accord.scan.pieces import Index, split
from accord.scan.threads import shared, threads

_COUNTED = 1 << 16  # samples whose credit is computed at a time


@dataclass(frozen=True)
class SetMeasure(Measure):
    """Credit by the four counts of each sample: right, extra, missed and all labels.

    A subclass is a frozen dataclass that says what the counts are worth. Thresholds, the k best
    labels, tie bounds, NaN, bad labels, weights and every framework follow.

    Parameters
    ----------
    threshold, at_threshold, from_logits
        As in `Binary`; labels whose score is above the threshold are predicted.
    k : int or tuple of int, optional
        Predict the k best labels of each sample instead of using the threshold; a ValueError
        with options of a threshold.
    ties : {"first", "last"}
        Which of equal scores are among the k best.
    axis : int
        The label axis of ``y_true`` and ``y_score``.
    ignore_index : int, optional
        An entry of ``y_true`` that marks an unknown label, not 0 or 1 (R13).

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from accord.measures import SetMeasure
    >>> @dataclass(frozen=True)
    ... class Recall(SetMeasure):
    ...     def credit_of(self, counts):
    ...         return counts.share(counts.right, counts.right + counts.missed, 1.0)
    >>> float(Recall().accuracy([[1, 1, 0]], np.array([[0.9, 0.2, 0.7]])))
    0.5
    """

    label_kind: ClassVar[LabelKind] = "set"
    scans: ClassVar[bool] = True
    _: KW_ONLY
    threshold: float = 0.5
    at_threshold: AtThreshold = "negative"
    from_logits: bool = False
    k: int | tuple[int, ...] | range | None = None
    ties: Ties = "first"
    axis: int = -1
    ignore_index: int | None = None

    def __post_init__(self) -> None:
        options.one_of("at_threshold", self.at_threshold, SIDES)
        options.one_of("ties", self.ties, ("first", "last"))
        border(self.threshold, from_logits=self.from_logits)
        object.__setattr__(self, "axis", options.whole("axis", self.axis))
        if self.ignore_index is not None and options.whole("ignore_index", self.ignore_index) in (
            0,
            1,
        ):
            raise ValueError(
                f"ignore_index={self.ignore_index} is a label; mark unknown labels by another number"
                " and pass that, such as ignore_index=-1, or pass a mask of y_true's shape"
            )
        if self.k is not None:
            object.__setattr__(self, "k", options.top(self.k))
            if (self.threshold, self.at_threshold, self.from_logits) != (0.5, "negative", False):
                raise ValueError(
                    f"k={self.k!r} predicts the best labels whatever their scores; pass it without"
                    " threshold, at_threshold and from_logits, or leave it out"
                )

    @abstractmethod
    def credit_of(self, counts: SetCounts) -> Array:
        """Return what each sample is worth: an array of bool, of int, or of float.

        A credit of NaN leaves its sample out of the total.
        """

    def samples(self, batch: Batch) -> Array | None:
        """Return how many samples count, or their weight, for reports; None if tallies count them."""
        if self.unit == "samples":
            return None
        if self.ignore_index is batch.candidates is batch.mask is batch.weight is None:
            return np.int64(math.prod(batch.sample_shape))
        return sum(_samples_of(block, self.labels(block).kept) for block in batch.blocks())

    def check(self, classes: int) -> None:
        """Refuse a k that exceeds the number of labels (R6)."""
        if self.k is not None:
            options.top_within(self.k, classes)

    def labels(self, block: Batch) -> Labels:
        """Read the labels of a block, refusing bad ones where values can be read (R22)."""
        return set_labels(block, self.ignore_index)

    def scan(self, batch: Batch, places: int | None) -> Tally | None:
        """Count by the compiled scan; None if it can't, or finds something to refuse."""
        some_unknown = batch.candidates is not None or self.ignore_index is not None
        takes = can_scan(batch.truth.dtype) and max(self.ks, default=0) <= MOST
        if not takes or (some_unknown and self.ks):
            return None
        parts = [batch.at(index) for index in _parts(batch, self.ks)]
        tallies = shared(lambda part: self._scan_part(part, places), parts)
        found = [each for each in tallies if each is not None]
        whole = found and len(found) == len(tallies)
        return sum(found[1:], found[0]) if whole else None

    def _scan_part(self, part: Batch, places: int | None) -> Tally | None:
        try:
            kept = read_kept(part)
            rows = self._rows(part, kept.keep)
            all_known = part.candidates is None and self.ignore_index is None
            matches = self._scanned(rows, all_known=all_known)
            if matches is None:
                return None
            if not all_known:
                some = matches[0].labels > 0
                kept = kept._replace(keep=some if kept.keep is None else some & kept.keep)
            return count(part, self._outcome(part, Labels(None, None, kept), matches), places)
        except ValueError:  # a bad weight or group; a label before it may be bad, too
            return None

    def scan_labels(self, batch: Batch) -> LabelTally | None:
        """Count by label by the compiled scan; None if it can't, or finds something to refuse."""
        bound = native(self._border, batch.scores.dtype)
        plain = self.k is None and batch.weight is None and can_scan(batch.truth.dtype)
        if bound is None or not plain:
            return None
        counts = label_counts(self._rows(batch, batch.mask), bound)
        return None if counts is None else tally_of_sides(counts, self.at_threshold)

    def _rows(self, part: Batch, keep: Array | None) -> Rows:
        """Return what is scanned, without the samples not kept and the labels that are unknown."""
        known = part.candidates
        if known is not None:
            keep = known if keep is None else known & keep[..., None]
        ignored = None if self.ignore_index is None else saturated(part, self.ignore_index)
        return Rows(part.scores, part.truth, part.sample_axes, keep, ignored=ignored)

    def _scanned(self, rows: Rows, *, all_known: bool) -> list[Match] | None:
        if self.k is not None:
            return scanned_k_best(rows, self.ks, self.ties)
        match = scanned_past_threshold(rows, self._border, self.at_threshold, all_known=all_known)
        return None if match is None else [match]

    def outcome(self, block: Batch, labels: Labels) -> Outcome:
        """Say what became of each sample of a block, by the functions of its framework."""
        if self.k is None:
            matches = [past_threshold(block, labels, self._border, self.at_threshold)]
        else:
            matches = k_best(block, labels, self.ks, self.ties)
        return self._outcome(block, labels, matches)

    def entries(self, block: Batch, labels: Labels) -> list[Entries]:
        """Tell which labels of each sample of a block are predicted, at each k or threshold."""
        if self.k is None:
            return [past(block, labels, self._border, self.at_threshold)]
        return of_the_best(block, labels, self.ks, self.ties)

    def _outcome(self, block: Batch, labels: Labels, matches: list[Match]) -> Outcome:
        stacked = isinstance(self.k, tuple)
        return outcome(block, labels, matches, self.credit_of, unit=self.unit, stacked=stacked)

    @property
    def _border(self) -> float:
        return border(self.threshold, from_logits=self.from_logits)


def _samples_of(block: Batch, kept: Kept) -> Array:
    one = block.ns.ones_like(block.scores[..., 0], dtype=block.numbers.count)
    return summed(block, kept, one)


def _parts(batch: Batch, ks: tuple[int, ...]) -> Iterator[Index]:
    """Split into as many parts as threads have use for, and so that counts stay small."""
    samples = math.prod(batch.sample_shape)
    several = 1 if batch.scores.size <= SHARED else 2 * threads()
    most = _COUNTED // max(1, len(ks))
    return split(batch.sample_shape, max(1, min(most, -(-samples // several))))
