"""What a measure is: the protocol that every measure follows, one of a third party too."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from accord.backends.base import Array
from accord.counts.averages import Average
from accord.counts.tally import Outcome, Tally
from accord.credit.nonfinite import NonFinite
from accord.inputs import options
from accord.inputs.batch import Batch
from accord.inputs.groups import by_both, group_count
from accord.inputs.labels import Labels
from accord.inputs.validate import validate
from accord.measures.counting import counted
from accord.measures.described import Described, LabelKind, no_classes

__all__ = ["LabelKind", "Measure"]


class Measure(Described, ABC):
    """What to compute: made once, used on any framework, a static argument under any trace.

    A measure is a frozen dataclass whose fields are its options. To write one, subclass
    `RankMeasure` (credit by the rank of the true class) or `SetMeasure` (credit by the four counts
    of a predicted set). Everything else, functions, metric classes of every framework, reports,
    then takes it as it takes accord's own.

    Attributes
    ----------
    label_kind : {"class", "dense", "binary", "set"}
        What ``y_true`` holds: a class for each sample, a row of one entry a class, a label 0 or 1
        for each score, or a row of labels 0 and 1.
    k : int, tuple of int or None
        How many classes or labels may count; a tuple gives figures along a leading axis.
    ties : str or None
        The tie rule, where there is one.
    axis : int or None
        The class axis of ``y_score``; None where each score is a sample.
    ignore_index : int or None
        A label that leaves its sample out.
    threshold, at_threshold, from_logits
        Where scores are compared with a threshold: see `Binary`.
    scans : bool
        Whether the compiled scan may rank the scores.
    tallies : type
        What `tally` returns: a named tuple of counts that add.
    tallies_by_class : type or None
        What it returns with ``per_class=True``, if that is another.
    dense : bool
        Whether labels have the class axis of the scores; follows from ``label_kind``.
    """

    label_kind: ClassVar[LabelKind]
    scans: ClassVar[bool] = False
    dense: ClassVar[bool]

    def __init_subclass__(cls) -> None:
        cls.dense = getattr(cls, "label_kind", None) in ("dense", "set")

    @abstractmethod
    def check(self, classes: int) -> None:
        """Refuse a number of classes (or of labels) that the options do not fit.

        Raises
        ------
        ValueError
            With what is allowed, and a remedy.
        """

    @abstractmethod
    def labels(self, block: Batch) -> Labels:
        """Read the labels of a block, refusing bad ones where values can be read (R22)."""

    @abstractmethod
    def outcome(self, block: Batch, labels: Labels) -> Outcome:
        """Say what became of each sample of a block, by the functions of its framework."""

    def scan(self, batch: Batch, places: int | None) -> Tally | None:
        """Count a batch by the compiled scan; None if it can't, or finds something to refuse.

        Counts are of all samples, or by class or group, of which there are so many ``places``.
        """
        return None

    def nonfinite(self, batch: Batch) -> NonFinite | None:
        """Count the samples that have a NaN or a -inf among their scores, for reports.

        Parameters
        ----------
        batch : Batch
            What `count` has found good.

        Returns
        -------
        NonFinite or None
            None for a measure that does not rank classes: its tally tells of every NaN.
        """
        return None

    def guessed(self, batch: Batch) -> Array | None:
        """Return the credit that guessing among the candidates of each sample gives, for reports.

        Returns
        -------
        Array or None
            Summed over samples, at each k; None where there are no candidates.
        """
        return None

    def samples(self, batch: Batch) -> Array | None:
        """Return how many samples count, or their weight, for reports; None if tallies count them."""
        return None

    def batch(
        self,
        y_true: Any,
        y_score: Array,
        *,
        candidates: Any = None,
        groups: Any = None,
        n_groups: int | None = None,
        **samples: Any,
    ) -> Batch:
        """Validate arrays as `tally` does, and decide what counts them.

        Parameters
        ----------
        y_true, y_score, candidates, groups, n_groups, **samples
            As `tally` takes them.

        Returns
        -------
        Batch
            For `count`.

        Raises
        ------
        ValueError, TypeError
            As `tally`, for what can be known without reading a value.
        """
        ranked = self.label_kind in ("class", "dense")
        if candidates is not None and not ranked:
            raise ValueError(
                f"candidates is for measures that rank classes, and this is {self.title}; leave it"
                " out, or use mask= for whole samples"
            )
        batch = validate(
            y_true,
            y_score,
            axis=self.axis,
            dense=self.dense,
            ranked=ranked,
            entries=self.label_kind == "set",
            scans=self.scans,
            candidates=candidates,
            groups=groups,
            n_groups=group_count(groups, n_groups),
            **samples,
        )
        self.check(2 if self.axis is None else batch.classes)
        return batch

    def count(self, batch: Batch, *, per_class: bool = False) -> Tally:
        """Count a batch: by the compiled scan, or block by block.

        Parameters
        ----------
        batch : Batch
            Of this measure.
        per_class : bool
            Whether to count by true class; a batch with groups is counted by those.

        Returns
        -------
        Tally
            Of what counted: NumPy for arrays in host memory, else the framework of the arrays.
            ``Tally(*map(batch.wrap, tally))`` is of the framework always.

        Raises
        ------
        ValueError, TypeError
            For bad labels or weights where values can be read (R22).
        """
        if per_class is not False and options.flag("per_class", per_class) and not self.by_class:
            raise no_classes()
        if per_class and batch.groups is not None:
            raise by_both()
        places = (2 if self.axis is None else batch.classes) if per_class else batch.n_groups
        return counted(self, batch, places, per_class=bool(per_class))

    def tally(
        self,
        y_true: Any,
        y_score: Array,
        *,
        sample_weight: Any = None,
        mask: Any = None,
        candidates: Any = None,
        groups: Any = None,
        n_groups: int | None = None,
        per_class: bool = False,
    ) -> Tally:
        """Count the hits among some samples.

        Parameters
        ----------
        y_true : array
            What is true; its shape is the measure's (see the class).
        y_score : array of real
            Scores; they decide framework and device of the result.
        sample_weight : array of real, optional
            A finite weight of at least 0 for each sample (R14).
        mask : array of bool, optional
            True keeps a sample (R13); for sets of labels, it may have the shape of y_score, and
            True then keeps a label of a sample.
        candidates : array of bool, optional
            True marks a class that takes part in its sample, of the shape of y_score (R25).
        groups : array of int, optional
            The group of each sample, 0 to n_groups - 1, to count by group (R24).
        n_groups : int, optional
            How many groups there are.
        per_class : bool
            Whether to count by true class, as ``"macro"`` and ``"none"`` averages need;
            `Multilabel` counts by label.

        Returns
        -------
        Tally
            Of arrays of y_score's framework, on its device.

        Raises
        ------
        ValueError, TypeError
            For shapes, dtypes or frameworks that do not match (R21), and for bad labels or
            weights where values can be read (R22).
        """
        batch = self.batch(
            y_true,
            y_score,
            sample_weight=sample_weight,
            mask=mask,
            candidates=candidates,
            groups=groups,
            n_groups=n_groups,
        )
        counts = self.count(batch, per_class=per_class)
        tally: Tally = type(counts)(*map(batch.wrap, counts))
        return tally

    def tally_from_lists(self, y_true: Any, classes: Any, scores: Any = None, **more: Any) -> Tally:
        """Count ranked lists (R28): `RankMeasure` does, other measures raise ValueError."""
        raise ValueError(
            f"ranked lists hold the best classes of each sample, and this is {self.title}, which"
            " needs all scores; use a measure of ranks, for instance accord.TopK"
        )

    def accuracy(
        self,
        y_true: Any,
        y_score: Array,
        *,
        average: Average = "micro",
        **samples: Any,
    ) -> Array:
        """Return the share of credit; `tally` and `Tally.accuracy` in one step.

        It takes what `tally` does; an average is over groups where there are any.
        """
        by_class = self.needs_classes(average, grouped=samples.get("groups") is not None)
        batch = self.batch(y_true, y_score, **samples)
        return batch.wrap_share(self.figures(self.count(batch, per_class=by_class), average))

    def credit(
        self, y_true: Any, y_score: Array, *, mask: Any = None, candidates: Any = None
    ) -> Array:
        """Return the credit of each sample, with a leading axis for a tuple of k.

        It takes and refuses what `tally` does. A sample that is left out has no credit.
        """
        batch = self.batch(y_true, y_score, mask=mask, candidates=candidates)

        def work(block: Batch) -> Array:
            labels = self.labels(block)
            found, keep = self.outcome(block, labels).credit, labels.kept.keep
            return (
                found if keep is None else block.ns.where(keep, found, block.ns.zeros_like(found))
            )

        return batch.wrap(batch.over_blocks(work))
