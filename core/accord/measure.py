"""What every measure does: admit, count block by block, answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from accord import checks
from accord.arrays import Inputs, admit, over_blocks
from accord.labels import Labels
from accord.nonfinite import NonFinite
from accord.registry import Array
from accord.tally import Average, Outcome, Tally, count, per_class, total


class Measure(ABC):
    """A way to count: made once, used on any framework, a static argument wherever one traces."""

    _dense: ClassVar[bool] = False
    _has_class: ClassVar[bool] = True

    def tally(
        self,
        y_true: Any,
        y_score: Array,
        *,
        sample_weight: Any = None,
        mask: Any = None,
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
            True keeps a sample (R13).
        per_class : bool
            Whether to count by true class, as ``"macro"`` and ``"none"`` averages need.

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
        inputs = self._admit(y_true, y_score, sample_weight=sample_weight, mask=mask)
        tally = self._count(inputs, per_class=per_class)
        return Tally(*(inputs.back(field) for field in tally))

    def host_tally(
        self, y_true: Any, y_score: Array, *, per_class: bool = False, **extra: Any
    ) -> Tally:
        """Return what `tally` does, left in NumPy where NumPy counted: for metrics that add it up.

        Parameters
        ----------
        y_true, y_score, per_class, **extra
            As `tally` takes them.

        Returns
        -------
        Tally
            Of NumPy numbers where everything lies in host memory, else as `tally` returns it.

        Raises
        ------
        ValueError, TypeError
            As `tally`.

        Examples
        --------
        >>> import accord, numpy as np
        >>> int(accord.TopK(1).host_tally([0], np.array([[0.9, 0.1]])).correct)
        1
        """
        return self._count(self._admit(y_true, y_score, **extra), per_class=per_class)

    def _count(self, inputs: Inputs, *, per_class: bool) -> Tally:
        if checks.flag("per_class", per_class) and not self._has_class:
            raise ValueError(
                "a multilabel sample has no single class to count by; pass average='micro',"
                " or use binary_accuracy on one label at a time"
            )
        classes = self._classes(inputs)
        groups = classes if per_class else None
        tally = self._scanned(inputs, groups)
        if tally is None:
            counted = inputs.adapter.compiled(_counted)
            blocks = ((block, self._labels(block)) for block in inputs.blocks())
            tally = total(counted((self, groups), *each) for each in blocks)
        return tally

    def nonfinite(self, y_true: Any, y_score: Array, **extra: Any) -> NonFinite | None:  # noqa: ARG002  # for those that can
        """Count the samples that have a NaN or a -inf among their scores, for reports.

        Parameters
        ----------
        y_true, y_score, **extra
            As `tally` takes them, and has found them good.

        Returns
        -------
        NonFinite or None
            None for a measure that does not rank classes: its tally tells of every NaN.
        """
        return None

    def accuracy(
        self,
        y_true: Any,
        y_score: Array,
        *,
        average: Average = "micro",
        sample_weight: Any = None,
        mask: Any = None,
    ) -> Array:
        """Return the share of credit; `tally` and `Tally.accuracy` in one step."""
        by = per_class(average)
        inputs = self._admit(y_true, y_score, sample_weight=sample_weight, mask=mask)
        return inputs.answer(self._count(inputs, per_class=by).accuracy(average))

    def credit(self, y_true: Any, y_score: Array) -> Array:
        """Return the credit of each sample, with a leading axis for a tuple of k.

        It takes and refuses what `tally` does; what it returns for a sample that the measure leaves
        out has no meaning.
        """
        inputs = self._admit(y_true, y_score)
        self._classes(inputs)
        return over_blocks(inputs, lambda block: self._judge(block, self._labels(block)).credit)

    def _admit(self, y_true: Any, y_score: Array, **extra: Any) -> Inputs:
        axis = getattr(self, "axis", None)  # a binary measure has none: each score is a sample
        return admit(y_true, y_score, axis=axis, dense=self._dense, ranked=self._has_class, **extra)

    def _scanned(self, inputs: Inputs, groups: int | None) -> Tally | None:  # noqa: ARG002  # for those that can
        """Count all samples in one compiled scan, where that can be done and nothing is bad."""
        return None

    @abstractmethod
    def _classes(self, inputs: Inputs) -> int:
        """Check what depends on the number of classes, and return it."""

    @abstractmethod
    def _labels(self, block: Inputs) -> Labels:
        """Read the labels of a block, refusing bad ones where values can be read."""

    @abstractmethod
    def _judge(self, block: Inputs, labels: Labels) -> Outcome:
        """Say what became of each sample of a block."""


def _counted(how: tuple[Measure, int | None], block: Inputs, labels: Labels) -> Tally:
    measure, classes = how
    return count(block, measure._judge(block, labels), classes)  # noqa: SLF001  # of this module
