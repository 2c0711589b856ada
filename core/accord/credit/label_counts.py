"""Counting by label: how many samples have each label right, predicted, true (R11)."""

from __future__ import annotations

from collections.abc import Sequence

from accord.backends.base import Array
from accord.counts.by_label import LabelTally
from accord.credit.entries import Entries
from accord.credit.thresholds import AtThreshold
from accord.inputs.batch import Batch
from accord.inputs.labels import Labels


def count_by_label(
    block: Batch, labels: Labels, ways: Sequence[Entries], *, stacked: bool
) -> LabelTally:
    """Count each label over the samples of a block, with a leading axis for several ``ways``."""
    first, label = ways[0], labels.label
    there = first.usable | ~first.usable if labels.known is None else labels.known
    good = there if labels.valid is None else there & labels.valid

    def summed(flags: Array) -> Array:
        return _over_samples(block, labels, flags)

    each = [[summed(flags) for flags in _judged(label, one)] for one in ways]
    by_k = [block.ns.stack(list(one)) if stacked else one[0] for one in zip(*each, strict=True)]
    invalid = there & ~there if first.invalid is None else first.invalid
    single = [block.ns.sum(summed(flags), axis=-1) for flags in (invalid, first.undefined)]
    return LabelTally(*(*by_k, summed(good), summed(good & label), *single))


def tally_of_sides(sides: Array, at_threshold: AtThreshold) -> LabelTally:
    """Return the tally of what `accord.scan.count.label_counts` has counted."""
    known, true, above, above_true, at, at_true, nan, nan_true = sides
    floor = above_true + (known - true) - (above - above_true) - (at - at_true)
    chosen, right, correct = above, above_true, floor + at - at_true
    if at_threshold == "positive":
        chosen, right, correct = above + at, above_true + at_true, floor + at_true
    undefined = nan.sum()
    totals = known + nan, true + nan_true, undefined * 0, undefined
    return LabelTally(correct, floor, floor + at, right, chosen, *totals)


def _judged(label: Array, one: Entries) -> tuple[Array, ...]:
    """Tell which labels are right, for sure and at best, predicted and true, and predicted."""
    usable = one.usable
    chosen = one.above if one.taken is None else one.above | one.taken
    right, unsure = usable & ~(chosen ^ label), one.unsure & usable
    return right, right & ~unsure, right | unsure, chosen & label & usable, chosen & usable


def _over_samples(block: Batch, labels: Labels, flags: Array) -> Array:
    """Sum flags over the samples that count, or their weights."""
    ns, numbers, kept = block.ns, block.numbers, labels.kept
    if kept.keep is not None:
        flags = flags & kept.keep[..., None]
    amount = ns.astype(flags, numbers.count)
    if kept.weight is not None:
        amount = ns.astype(amount, numbers.sum) * kept.weight[..., None]
    axes = tuple(range(block.sample_axes))
    whole: Array = block.backend.sum_over(amount, axes=axes)[0] if axes else amount
    return whole
