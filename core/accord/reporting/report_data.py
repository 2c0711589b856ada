"""What a report holds: every figure of an evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from accord.counts.averages import Average
from accord.counts.tally import Tally
from accord.credit.nonfinite import NonFinite
from accord.measures.base import Measure
from accord.reporting.groups import GroupFigures, Groups
from accord.reporting.intervals import wilson
from accord.reporting.page import SHOWN


class ClassFigures(NamedTuple):
    """The figures of the samples of one true class; support is how many there are."""

    support: int | float
    correct: dict[int, int | float]
    accuracy: dict[int, float]


@dataclass(frozen=True, eq=False)
class ReportData:
    """The figures of a `Report`, which says what each field is."""

    measure: Measure
    tally: Tally
    classes: int
    average: Average = "micro"
    per_class: bool = False
    nonfinite: NonFinite | None = None
    groups: Groups | None = None
    guessed: np.ndarray[Any, Any] | None = None
    counted: np.ndarray[Any, Any] | None = None

    @property
    def name(self) -> str:
        """What the measure is called: top-k, categorical, binary, multilabel."""
        return self.measure.title.removesuffix(" accuracy")

    @cached_property
    def k(self) -> tuple[int, ...]:
        """Every k there is a figure for, in the order asked."""
        return tuple(dict.fromkeys(self._asked))  # a k asked twice is shown once

    @cached_property
    def shown(self) -> tuple[int, ...]:
        """The k that the table of figures has: of very many, a few and the last."""
        if len(self.k) <= SHOWN:
            return self.k
        last = max(self.k)
        return tuple(k for k in self.k if k in (3, last) or str(k).rstrip("0") in ("1", "2", "5"))

    @cached_property
    def named(self) -> tuple[int, ...]:
        """The k that notes, and tables with columns by k, have: of very many, 1, 5 and 10."""
        if len(self.k) <= SHOWN:
            return self.k
        return tuple(k for k in self.k if k in (1, 5, 10)) or self.k[:1]

    @property
    def ties(self) -> str | None:
        """The tie rule (R5); None for a measure that compares with a threshold."""
        by_threshold = self.measure.label_kind == "set" and self.measure.k is None
        return None if by_threshold else self.measure.ties

    @property
    def unit(self) -> str:
        """What is counted: samples; labels under the multilabel criterion ``"hamming"``."""
        return self.measure.unit

    @property
    def total(self) -> int | float:
        """How many units counted, or their weight."""
        # By class, a label that is not a class is in no class's total (R22).
        elsewhere = self.tally.invalid if self._by_class else 0
        return _number(self._over_classes(self.tally.total) + elsewhere)

    @property
    def samples(self) -> int | float:
        """How many samples counted, or their weight."""
        if self.unit == "samples":
            return self.total
        if self.counted is not None:
            return _number(self.counted)
        return self.total / self.classes if self.weighted else int(self.total) // self.classes

    @property
    def weighted(self) -> bool:
        """Whether samples had weights, which every count is then a sum of."""
        return bool(np.asarray(self.tally.total).dtype.kind == "f")

    @property
    def occurring(self) -> int | None:
        """How many classes occur among the labels; None where nothing was counted by class."""
        return int(np.count_nonzero(self.tally.total)) if self._by_class else None

    @property
    def correct(self) -> dict[int, int | float]:
        """The credit at each k: a count, or a sum of fractions or weights."""
        return self._at_k(self._over_classes(self.tally.correct))

    @property
    def accuracy(self) -> dict[int, float]:
        """The accuracy at each k; NaN where there are no samples (R16)."""
        return self._at_k(self.measure.figures(self.tally, self.average))

    @property
    def floor(self) -> dict[int, float]:
        """The accuracy at each k if every tie were lost (R7)."""
        return self._at_k(self.measure.bounds(self.tally, self.average)[0])

    @property
    def ceiling(self) -> dict[int, float]:
        """The accuracy at each k if every tie were won (R7)."""
        return self._at_k(self.measure.bounds(self.tally, self.average)[1])

    @property
    def tied(self) -> dict[int, int | float]:
        """How much credit at each k is decided by ties: that of the ceiling less the floor's."""
        return self._at_k(self._over_classes(self.tally.ceiling - self.tally.floor))

    @property
    def interval(self) -> dict[int, tuple[float, float]] | None:
        """Wilson's 95 % interval at each k; None where `no_interval` says why there is none."""
        if self.no_interval:
            return None
        return {k: wilson(correct, self.total) for k, correct in self.correct.items()}

    @property
    def no_interval(self) -> str:
        """Why there is no interval, in a few words; empty where there is one.

        Wilson's interval is that of a share of independent samples that are hits or misses.
        """
        if not self.total:
            return "there are no samples"
        if self.over_classes and not self.weighted:
            return "a macro average is a mean of shares"
        return self.no_group_interval

    @property
    def over_classes(self) -> bool:
        """Whether the average is over classes, so that each counts alike (R15)."""
        return self.average in ("macro", "adjusted")

    @property
    def no_group_interval(self) -> str:
        """Why there is no interval for a group, whose figures are over its samples."""
        if self.weighted:
            return "samples are weighted"
        if self.unit == "labels":
            return "labels of one sample depend on each other"
        if self.measure.fractional:
            return "the credit of a sample is a fraction"
        return ""

    @property
    def chance(self) -> dict[int, float] | None:
        """What guessing gives at each k: k / C, and nothing for an invalid label.

        Among candidates, of which a sample has c, it gives the mean of min(k, c) / c (R25).

        None for multilabel samples, for no samples, and where a sample has a score of -inf: that
        may mark a class that can't be chosen, and guessing among fewer classes gives more.
        """
        if (
            not self.measure.has_chance
            or not self.total
            or (self.minus_inf and self.guessed is None)
        ):
            return None
        if self.guessed is not None:
            return None if self.over_classes else self._at_k(self.guessed / self.total)
        if self.average == "adjusted":
            return dict.fromkeys(self.k, 0.0)
        # An invalid label does not lower an average over classes (R15).
        good = 1.0 if self.over_classes else float((self.total - self.invalid) / self.total)
        return {k: k / self.classes * good for k in self.k}

    @property
    def invalid(self) -> int | float:
        """How many labels are bad, where that could not be refused (R22); they are misses."""
        return _number(self.tally.invalid)

    @property
    def undefined(self) -> int | float:
        """How many samples have a NaN for their own score (R4); they are misses.

        For multilabel samples, how many have a NaN among their scores; for ``"hamming"``, how many
        labels have a NaN score.
        """
        return _number(self.tally.undefined)

    @property
    def nan(self) -> int | float | None:
        """How many samples have a NaN among their scores; None where that was not counted."""
        if self.nonfinite is not None:
            return _number(self.nonfinite.nan)
        known = self.measure.label_kind in ("binary", "set") and self.unit == "samples"
        return self.undefined if known else None

    @property
    def lost_to_nan(self) -> dict[int, int | float] | None:
        """How much credit at each k is lost to a NaN of another class, which ranks ahead (R2).

        None for a measure that does not rank classes, or where it was not counted.
        """
        return None if self.nonfinite is None else self._at_k(self.nonfinite.lost)

    @property
    def minus_inf(self) -> int | float | None:
        """How many samples have a -inf among their scores.

        None for a measure that does not rank classes, or where it was not counted.
        """
        return None if self.nonfinite is None else _number(self.nonfinite.minus_inf)

    def by_class(self) -> tuple[ClassFigures, ...]:
        """Return the figures of each class, in order.

        Raises
        ------
        ValueError
            If the tally is not by class; pass ``per_class=True`` to `accord.evaluate`.
        """
        accuracy = np.reshape(self.tally.accuracy("none"), (-1, self.classes))
        correct = np.reshape(self.tally.correct, (-1, self.classes))
        return tuple(
            ClassFigures(_number(support), self._at_k(correct[:, c]), self._at_k(accuracy[:, c]))
            for c, support in enumerate(self.tally.total)
        )

    def by_group(self) -> tuple[GroupFigures, ...]:
        """Return the figures of each group, in sorted order of their labels (R24).

        Raises
        ------
        ValueError
            If the report has no groups; pass ``groups=`` to `accord.evaluate`.
        """
        if self.groups is None:
            raise ValueError("the report has no groups; pass groups= to accord.evaluate")
        return self.groups.figures(self._asked, intervals=not self.no_group_interval)

    @property
    def _asked(self) -> tuple[int, ...]:
        return self.measure.ks_of(self.classes)

    @property
    def _by_class(self) -> bool:
        return np.ndim(self.tally.total) > 0

    def _over_classes(self, counts: Any) -> Any:
        return np.sum(counts, axis=-1) if self._by_class else counts

    def _at_k(self, figures: Any) -> dict[int, Any]:
        return dict(zip(self._asked, np.atleast_1d(figures).tolist(), strict=True))


def _number(count: Any) -> int | float:
    number: int | float = np.asarray(count).item()
    return number
