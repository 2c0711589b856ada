"""Precision, recall and F1 of the k best classes (R27)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from accord.backends.base import Array
from accord.counts.averages import Average
from accord.counts.predicted import PrecisionRecallFigures, PredictedTally
from accord.counts.tally import Outcome, count
from accord.credit.best_classes import best_classes
from accord.inputs import options
from accord.inputs.batch import Batch
from accord.inputs.labels import Labels, among_candidates, as_number, class_labels, isnan
from accord.measures.base import LabelKind, Measure
from accord.scan import count_sets as scan
from accord.scan.arrays import SHARED, Rows
from accord.scan.dispatch import attempt
from accord.scan.pieces import Index, split
from accord.scan.threads import shared, threads

_COUNTED = 1 << 16  # samples counted at a time


@dataclass(frozen=True)
class PrecisionRecall(Measure):
    """Precision, recall and F1 by class, where the k best classes are predicted (R27).

    Parameters
    ----------
    k : int, tuple of int or range
        How many classes each sample predicts, 1 to C; several are counted in one pass (R6).
    ties : {"first", "last"}
        Which of equal scores are among the k best; other rules define no set.
    axis : int
        The class axis of ``y_score`` (R12).
    ignore_index : int, optional
        A label that leaves its sample out (R13).

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.6, 0.3, 0.1], [0.5, 0.4, 0.1], [0.1, 0.2, 0.7]])
    >>> tally = accord.PrecisionRecall().tally([0, 1, 2], scores)
    >>> tally.correct, tally.predicted, tally.total
    (array([1, 0, 1]), array([2, 0, 1]), array([1, 1, 1]))
    >>> float(tally.figures("micro").precision)
    0.6666666666666666
    """

    label_kind: ClassVar[LabelKind] = "class"
    scans: ClassVar[bool] = True
    tallies: ClassVar[Any] = PredictedTally
    k: int | tuple[int, ...] | range = 1
    _: KW_ONLY
    ties: Any = "first"
    axis: int = -1
    ignore_index: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "k", options.top(self.k))
        object.__setattr__(self, "axis", options.whole("axis", self.axis))
        if self.ties not in ("first", "last"):
            raise ValueError(
                f"ties={self.ties!r} defines no set of k classes; pass ties='first' or ties='last'"
            )
        if self.ignore_index is not None:
            options.whole("ignore_index", self.ignore_index)

    @property
    def figure(self) -> str:
        """What the figures are called."""
        return "precision and recall"

    @property
    def fractional(self) -> bool:
        """Whether the credit of a sample may be a fraction."""
        return False

    def figures(self, tally: Any, average: Average) -> PrecisionRecallFigures:
        """Return precision, recall, F1 and support."""
        found: PrecisionRecallFigures = tally.figures(average)
        return found

    def check(self, classes: int) -> None:
        """Refuse a k that exceeds the number of classes (R6)."""
        options.top_within(self.k, classes)

    def labels(self, block: Batch) -> Labels:
        """Read the labels of a block, refusing bad ones where values can be read (R22)."""
        return among_candidates(block, class_labels(block, self.ignore_index))

    def outcome(self, block: Batch, labels: Labels) -> Outcome:
        """Say which samples have their class among the k best."""
        return _outcome(self, block, labels, best_classes(block, self.ks, self.ties))

    def count(self, batch: Batch, *, per_class: bool = True) -> PredictedTally:  # type: ignore[override]  # other counts
        """Count a batch, always by class: by the compiled scan, or block by block."""
        options.flag("per_class", per_class)
        if batch.groups is not None:
            raise ValueError(
                "precision and recall are counted by class, and not by group as well; count each"
                " group alone, for instance with mask=(groups == 0)"
            )
        if (
            batch.scanned
            and batch.candidates is None
            and max(self.ks) <= scan.MOST
            and batch.scores.size
        ):
            parts = [batch.at(index) for index in _parts(batch)]
            found = attempt(shared, self._scan, parts) or [None]
            tallies = [each for each in found if each is not None]
            if len(tallies) == len(found):
                return sum(tallies[1:], tallies[0])
        counted = batch.backend.compiled(_counted)
        each: list[PredictedTally] = [
            counted(self, block, self.labels(block)) for block in batch.blocks()
        ]
        return sum(each[1:], each[0])

    def tally(  # type: ignore[override]  # other counts
        self, y_true: Any, y_score: Array, *, per_class: bool = True, **samples: Any
    ) -> PredictedTally:
        """Count what is true and what is predicted, as `Measure.tally` does: always by class."""
        batch = self.batch(y_true, y_score, **samples)
        return PredictedTally(*map(batch.wrap, self.count(batch, per_class=per_class)))

    def accuracy(
        self, y_true: Any, y_score: Array, *, average: Average = "macro", **samples: Any
    ) -> PrecisionRecallFigures:
        """Return precision, recall, F1 and support; `tally` and its ``figures`` in one step."""
        self.needs_classes(average)  # refuses unknown ones
        batch = self.batch(y_true, y_score, **samples)
        return self.count(batch).figures(average).over(batch.wrap_share, batch.wrap)

    def _scan(self, part: Batch) -> PredictedTally | None:
        """Count some samples; None if there is something to refuse, which `count` then names."""
        try:
            labels = self.labels(part)
        except (ValueError, TypeError):
            return None
        rows = Rows(part.scores, part.truth, part.sample_axes)
        best = scan.best_classes(rows, max(self.ks), last=self.ties == "last")
        return _counted_best(self, part, labels, best)


def _parts(batch: Batch) -> Iterator[Index]:
    """Split into as many parts as threads have use for, and so that pairs of classes stay few."""
    several = 1 if batch.scores.size <= SHARED else 2 * threads()
    return split(batch.sample_shape, min(_COUNTED, -(-math.prod(batch.sample_shape) // several)))


def _outcome(
    measure: PrecisionRecall, block: Batch, labels: Labels, members: list[Array]
) -> Outcome:
    ns, take, place = block.ns, block.backend.take_last_axis, labels.label[..., None]
    undefined = isnan(block, take(as_number(block, block.scores), place))[..., 0]
    known = ~undefined
    if labels.valid is not None:
        known, undefined = known & labels.valid, undefined & labels.valid
    hits = [(take(ns.astype(each, ns.int32), place)[..., 0] > 0) & known for each in members]
    credit = ns.stack(hits) if measure.several else hits[0]
    invalid = None if labels.valid is None else ~labels.valid
    return Outcome(credit, credit, credit, undefined, labels, invalid)


def _counted(measure: PrecisionRecall, block: Batch, labels: Labels) -> PredictedTally:
    ns, numbers, kept = block.ns, block.numbers, labels.kept
    members = best_classes(block, measure.ks, measure.ties)
    outcome = _outcome(measure, block, labels, members)
    tally = count(block, outcome, block.classes)
    counts = ~outcome.undefined if kept.keep is None else ~outcome.undefined & kept.keep
    axes = tuple(range(block.sample_axes))
    predicted = []
    for each in members:
        amount = ns.astype(each & counts[..., None], numbers.count)
        if kept.weight is not None:
            amount = ns.astype(amount, numbers.sum) * kept.weight[..., None]
        predicted.append(block.backend.sum_over(amount, axes=axes)[0] if axes else amount)
    whole = ns.stack(predicted) if measure.several else predicted[0]
    return PredictedTally(tally.correct, whole, *tally[3:])


def _counted_best(
    measure: PrecisionRecall, part: Batch, labels: Labels, best: npt.NDArray[np.int32]
) -> PredictedTally:
    """Count host arrays from the classes of each sample, best first."""
    label, kept = labels.label.reshape(-1), labels.kept
    own = np.take_along_axis(part.scores, labels.label[..., None], -1).reshape(-1)
    defined = own == own
    weight = None if kept.weight is None else kept.weight.reshape(-1)
    if kept.keep is not None:
        keep = np.broadcast_to(kept.keep, labels.label.shape).reshape(-1)
        label, best, defined = label[keep], best[keep], defined[keep]
        weight = None if weight is None else weight[keep]

    def by_class(classes: npt.NDArray[Any], amounts: npt.NDArray[Any] | None) -> Any:
        sums = np.bincount(classes.reshape(-1), amounts, part.classes)
        return sums if amounts is not None else sums.astype(np.int64, copy=False)

    total = by_class(label, weight)
    undefined = (~defined).sum() if weight is None else weight[~defined].sum()
    label, best = label[defined], best[defined]
    weight = None if weight is None else weight[defined]
    hit = best == label[:, None]
    correct, predicted = [], []
    for k in measure.ks:
        mine = hit[:, :k].any(axis=1)
        correct.append(by_class(label[mine], None if weight is None else weight[mine]))
        spread = None if weight is None else np.repeat(weight, k)
        predicted.append(by_class(best[:, :k], spread))
    if not measure.several:
        return PredictedTally(correct[0], predicted[0], total, undefined * 0, undefined)
    return PredictedTally(np.stack(correct), np.stack(predicted), total, undefined * 0, undefined)
