"""Binary accuracy: a score is on the side of the threshold that its label asks for (R10)."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from accord.counts.tally import Outcome, Tally
from accord.credit.thresholds import SIDES, AtThreshold, border, native, sides
from accord.inputs import options
from accord.inputs.batch import Batch
from accord.inputs.labels import Labels, binary_labels, saturated
from accord.measures.base import LabelKind, Measure
from accord.scan.arrays import Rows
from accord.scan.count import tally_sides
from accord.scan.dispatch import can_scan


@dataclass(frozen=True)
class Binary(Measure):
    """Whether a score is on the side of the threshold that its label, 0 or 1, asks for (R10).

    Parameters
    ----------
    threshold : float
        Scores above it are predicted positive; rounded to the scores' dtype first.
    at_threshold : {"negative", "positive"}
        What a score equal to the threshold predicts.
    from_logits : bool
        Whether scores are logits; they are compared with the logit of the threshold.
    ignore_index : int, optional
        A label that leaves its sample out (R13).

    Examples
    --------
    >>> import accord, numpy as np
    >>> int(accord.Binary(threshold=0.3).tally([1, 0, 1], np.array([0.4, 0.4, 0.3])).correct)
    1
    """

    label_kind: ClassVar[LabelKind] = "binary"
    scans: ClassVar[bool] = True
    threshold: float = 0.5
    _: KW_ONLY
    at_threshold: AtThreshold = "negative"
    from_logits: bool = False
    ignore_index: int | None = None

    def __post_init__(self) -> None:
        options.one_of("at_threshold", self.at_threshold, SIDES)
        border(self.threshold, from_logits=self.from_logits)
        if self.ignore_index is not None:
            options.whole("ignore_index", self.ignore_index)

    @property
    def title(self) -> str:
        """What pages call the measure."""
        return "binary accuracy"

    @property
    def fractional(self) -> bool:
        """Return False: a score is right or wrong."""
        return False

    def check(self, classes: int) -> None:
        """Do nothing: a label is 0 or 1, always."""

    def scan(self, batch: Batch, places: int | None) -> Tally | None:
        """Count by the compiled scan; None if it can't, or finds something to refuse."""
        bound = native(self._border, batch.scores.dtype)
        if bound is None or not can_scan(batch.truth.dtype):
            return None
        ignored = None if self.ignore_index is None else saturated(batch, self.ignore_index)
        axes, truth = batch.sample_axes, batch.truth
        rows = Rows(batch.scores, truth, axes, batch.mask, batch.weight, ignored, batch.groups)
        fields = tally_sides(rows, bound, places, at_is_above=self.at_threshold == "positive")
        return None if fields is None else Tally(*fields)

    @property
    def _border(self) -> float:
        return border(self.threshold, from_logits=self.from_logits)

    def labels(self, block: Batch) -> Labels:
        """Read the labels of a block, refusing bad ones where values can be read (R22)."""
        return binary_labels(block, self.ignore_index)

    def outcome(self, block: Batch, labels: Labels) -> Outcome:
        """Say what became of each sample of a block, by the functions of its framework."""
        above, at, undefined = sides(block, self._border)
        sure = ~(above ^ labels.label) & ~at & ~undefined
        won = at & (labels.label if self.at_threshold == "positive" else ~labels.label)
        if labels.valid is not None:
            sure, won, at = sure & labels.valid, won & labels.valid, at & labels.valid
            undefined = undefined & labels.valid
        return Outcome(
            credit=sure | won,
            floor=sure,
            ceiling=sure | at,
            undefined=undefined,
            labels=labels,
            invalid=None if labels.valid is None else ~labels.valid,
        )
