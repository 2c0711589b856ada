"""The report of an evaluation: every figure of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from accord.measure import Measure
from accord.measures import Binary, Multilabel, TopK, TopKCategorical
from accord.reporting.display import Display, Page
from accord.reporting.intervals import wilson
from accord.reporting.report_page import report_page
from accord.tally import Average, Tally

_NAMES: dict[type[Measure], str] = {
    TopK: "top-k",
    TopKCategorical: "categorical",
    Binary: "binary",
    Multilabel: "multilabel",
}


class ClassFigures(NamedTuple):
    """The figures of the samples of one true class; support is how many there are."""

    support: int | float
    correct: dict[int, int | float]
    accuracy: dict[int, float]


@dataclass(frozen=True, eq=False)
class Report(Display):
    """The figures of one measure over some samples; `accord.evaluate` makes it.

    Figures by k are dicts whose keys are k, in the order asked; a measure without k has the key 1.
    A report prints as text, and shows as a table in a notebook and on a rich console.

    Parameters
    ----------
    measure : Measure
        What was counted.
    tally : Tally
        What was found, in NumPy numbers, as `accord.Metric.tally` has it.
    classes : int
        How many classes (for multilabel samples, labels) the scores have.
    average : {"micro", "macro", "weighted"}
        How the figures average over classes (R15); macro needs a tally by class.
    per_class : bool
        Whether to report each class too; this needs a tally by class.

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5], [0.1, 0.8, 0.1]])
    >>> report = accord.evaluate([1, 2, 0], scores, k=(1, 2))
    >>> report.correct, report.samples
    ({1: 1, 2: 3}, 3)
    >>> report.ceiling[1] > report.accuracy[1] == report.floor[1]
    True
    """

    measure: Measure
    tally: Tally
    classes: int
    average: Average = "micro"
    per_class: bool = False

    @property
    def name(self) -> str:
        """What the measure is called: top-k, categorical, binary, multilabel."""
        names = (name for kind, name in _NAMES.items() if isinstance(self.measure, kind))
        return next(names, type(self.measure).__name__)

    @property
    def k(self) -> tuple[int, ...]:
        """Every k there is a figure for, in the order asked."""
        k = getattr(self.measure, "k", None)
        return k if isinstance(k, tuple) else (1 if k is None else k,)

    @property
    def ties(self) -> str | None:
        """The tie rule (R5); None for a measure that compares with a threshold."""
        ranks = getattr(self.measure, "k", None) is not None
        return getattr(self.measure, "ties", None) if ranks else None

    @property
    def unit(self) -> str:
        """What is counted: samples; labels under the multilabel criterion ``"hamming"``."""
        return "labels" if getattr(self.measure, "criteria", None) == "hamming" else "samples"

    @property
    def total(self) -> int | float:
        """How many units counted, or their weight."""
        # By class, a label that is no class is in no class's total (R22).
        elsewhere = self.tally.invalid if self._by_class else 0
        return _number(self._over_classes(self.tally.total) + elsewhere)

    @property
    def samples(self) -> int | float:
        """How many samples counted, or their weight."""
        if self.unit == "samples":
            return self.total
        return self.total / self.classes if self._weighted else int(self.total) // self.classes

    @property
    def correct(self) -> dict[int, int | float]:
        """The credit at each k: a count, or a sum of fractions or weights."""
        return self._at_k(self._over_classes(self.tally.correct))

    @property
    def accuracy(self) -> dict[int, float]:
        """The accuracy at each k; NaN where there are no samples (R16)."""
        return self._at_k(self.tally.accuracy(self.average))

    @property
    def floor(self) -> dict[int, float]:
        """The accuracy at each k if every tie were lost (R7)."""
        return self._at_k(self.tally.bounds(self.average)[0])

    @property
    def ceiling(self) -> dict[int, float]:
        """The accuracy at each k if every tie were won (R7)."""
        return self._at_k(self.tally.bounds(self.average)[1])

    @property
    def tied(self) -> dict[int, int | float]:
        """How much credit at each k is decided by ties: that of the ceiling less the floor's."""
        return self._at_k(self._over_classes(self.tally.ceiling - self.tally.floor))

    @property
    def interval(self) -> dict[int, tuple[float, float]] | None:
        """Wilson's 95 % interval at each k, which is one for a share of independent samples.

        So it is None for a macro average (a mean of shares), for weighted samples, for the labels
        that ``"hamming"`` counts (those of one sample hang together), and for no samples.
        """
        shares = self.average != "macro" and self.unit == "samples" and not self._weighted
        if not shares or not self.total:
            return None
        return {k: wilson(correct, self.total) for k, correct in self.correct.items()}

    @property
    def chance(self) -> dict[int, float] | None:
        """What guessing gives at each k, k / C; None for multilabel samples."""
        if isinstance(self.measure, Multilabel):
            return None
        return {k: k / self.classes for k in self.k}

    @property
    def invalid(self) -> int | float:
        """How many labels are no class, where that could not be refused (R22); they are misses."""
        return _number(self.tally.invalid)

    @property
    def undefined(self) -> int | float:
        """How many samples have a NaN for their own score (R4); they are misses."""
        return _number(self.tally.undefined)

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

    def to_dict(self) -> dict[str, Any]:
        """Return every figure as JSON can hold it: k as text, None for NaN.

        Returns
        -------
        dict
            measure, ties, average, samples, classes, correct, accuracy, floor, ceiling, interval,
            invalid and undefined; with ``per_class``, also per_class, a list with class, support,
            correct and accuracy of each.

        Examples
        --------
        >>> import accord, numpy as np
        >>> accord.evaluate([1], np.array([[0.2, 0.8]]), k=1).to_dict()["accuracy"]
        {'1': 1.0}
        """
        interval = self.interval
        figures: dict[str, Any] = {
            "measure": self.name,
            "ties": self.ties,
            "average": self.average,
            "samples": self.samples,
            "classes": self.classes,
            "correct": _keyed(self.correct),
            "accuracy": _keyed(self.accuracy),
            "floor": _keyed(self.floor),
            "ceiling": _keyed(self.ceiling),
            "interval": {str(k): list(ends) for k, ends in interval.items()} if interval else None,
            "invalid": self.invalid,
            "undefined": self.undefined,
        }
        if self.per_class:
            figures["per_class"] = [
                {
                    "class": place,
                    "support": each.support,
                    "correct": _keyed(each.correct),
                    "accuracy": _keyed(each.accuracy),
                }
                for place, each in enumerate(self.by_class())
            ]
        return figures

    def _page(self) -> Page:
        return report_page(self)

    @property
    def _weighted(self) -> bool:
        return bool(np.asarray(self.tally.total).dtype.kind == "f")

    @property
    def _by_class(self) -> bool:
        return np.ndim(self.tally.total) > 0

    def _over_classes(self, counts: Any) -> Any:
        return np.sum(counts, axis=-1) if self._by_class else counts

    def _at_k(self, figures: Any) -> dict[int, Any]:
        return dict(zip(self.k, np.atleast_1d(figures).tolist(), strict=True))


def _number(count: Any) -> int | float:
    number: int | float = np.asarray(count).item()
    return number


def _keyed(figures: dict[int, Any]) -> dict[str, Any]:
    return {str(k): None if math.isnan(value) else value for k, value in figures.items()}
