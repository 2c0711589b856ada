"""What predicted sets are worth: their four counts to credit, floor and ceiling (R7, R11)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from accord.backends.base import Array
from accord.counts.tally import Outcome
from accord.credit.label_sets import Match, Predicted, SetCounts, Unit
from accord.inputs.batch import Batch
from accord.inputs.dtypes import FLOAT, is_kind
from accord.inputs.labels import Labels


def outcome(
    block: Batch,
    labels: Labels,
    matches: Sequence[Match],
    credit: Callable[[SetCounts], Array],
    *,
    unit: Unit,
    stacked: bool,
) -> Outcome:
    """Say what became of each sample, with a leading axis for several matches if ``stacked``.

    Where the unit is labels, each sample counts as many as it has, and one that is undefined is
    missed alone; else it spoils its sample.
    """
    by_label, first = unit == "labels", matches[0]

    def worth(match: Match, predicted: Predicted) -> Array:
        return _credit(block, match, predicted, credit, unit)

    ways = [
        [worth(m, each) for each in (m.chosen, m.worst, m.best)]
        if m.tied
        else [worth(m, m.chosen)] * 3
        for m in matches
    ]
    size = first.labels if by_label else 1
    if by_label and labels.known is not None:  # else it is the length of an axis
        size = block.ns.astype(size, block.numbers.count, copy=False)
    if is_kind(block.ns, ways[0][0], FLOAT):
        left_out = block.ns.isnan(ways[0][0])
        size = block.ns.astype(~left_out, block.numbers.count)
        ways = [
            _without_nan(block, worth(match, match.least), *each)
            for match, each in zip(matches, ways, strict=True)
        ]
    credit_, floor, ceiling = (
        block.ns.stack(list(each)) if stacked else each[0] for each in zip(*ways, strict=True)
    )
    undefined, invalid = first.undefined, first.invalid
    return Outcome(
        credit=credit_,
        floor=floor,
        ceiling=ceiling,
        undefined=undefined if by_label else undefined > 0,
        labels=labels,
        invalid=invalid if by_label or invalid is None else invalid > 0,
        size=size,
    )


def _without_nan(
    block: Batch, least: Array, chosen: Array, worst: Array, best: Array
) -> list[Array]:
    """Return what a sample adds to credit, floor and ceiling, where a NaN leaves it out.

    The bounds hold the mean over the samples that count, whichever way ties are broken (R7). So a
    sample that the ``least`` of its sets leaves out adds 0 and 1 to them; and one that is left out,
    but not by all of its sets, 1 less than the worst of these is worth, and what the best is.
    """
    ns = block.ns
    none, out = ns.zeros_like(chosen), ns.isnan(chosen)
    low, high = ns.where(ns.isnan(worst), best, worst), ns.where(ns.isnan(best), worst, best)
    low, high = (ns.where(ns.isnan(each), ns.astype(out, none.dtype), each) for each in (low, high))
    return [
        ns.where(out, none, chosen),
        ns.where(out, low - 1, ns.where(ns.isnan(least), none, low)),
        ns.where(~out & ns.isnan(least), none + 1, high),
    ]


def _credit(
    block: Batch,
    match: Match,
    predicted: Predicted,
    credit: Callable[[SetCounts], Array],
    unit: Unit,
) -> Array:
    """Return each sample's credit; a sample that is not usable whole has none."""
    ns, dtype = block.ns, block.numbers.sum

    def share(part: Array, whole: Array, empty: float) -> Array:
        some = whole > 0
        one = ns.ones_like(whole)
        found = ns.astype(part, dtype) / ns.astype(ns.where(some, whole, one), dtype)
        return ns.where(some, found, ns.astype(one, dtype) * empty)

    right, size = predicted.right, predicted.size
    found = credit(SetCounts(right, size - right, match.true - right, match.usable, share))
    if unit == "labels":
        return found
    sound = match.usable == match.labels
    if ns.isdtype(found.dtype, "bool"):
        return found & sound
    return ns.where(sound, found, ns.zeros_like(found))
