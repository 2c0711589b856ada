"""The report of an evaluation: its figures, and the ways to show them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from accord.reporting.display import Display
from accord.reporting.page import Page
from accord.reporting.report_data import ReportData
from accord.reporting.report_page import report_page


class Report(ReportData, Display):
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
    nonfinite : NonFinite, optional
        The samples with a NaN or a -inf among their scores, in NumPy numbers, where that is known.
    groups : Groups, optional
        The labels of groups, and the tally by group (R24).
    guessed : array, optional
        What guessing among candidates gives at each k, summed over the samples (R25).
    counted : array, optional
        How many samples counted, or their weight, where the tally counts labels.

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

    @property
    def page(self) -> Page:
        """What is shown: the figures, by k and by class, and notes, as plain data."""
        return report_page(self)

    def to_dict(self) -> dict[str, Any]:
        """Return every figure as JSON can hold it: k as text, None for NaN.

        Returns
        -------
        dict
            measure, ties, average, samples, classes, correct, accuracy, floor, ceiling, interval,
            invalid, undefined, nan, lost_to_nan and minus_inf; with ``per_class``, also per_class, a list with class, support,
            correct and accuracy of each; with ``groups``, also by_group, a list with the fields of
            `GroupFigures`.

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
            "interval": _keyed(interval) if interval else None,
            "invalid": self.invalid,
            "undefined": self.undefined,
            "nan": self.nan,
            "lost_to_nan": None if self.lost_to_nan is None else _keyed(self.lost_to_nan),
            "minus_inf": self.minus_inf,
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
        if self.groups is not None:
            figures["by_group"] = [
                {name: _keyed(each) if isinstance(each, dict) else each for name, each in one}
                for one in (group._asdict().items() for group in self.by_group())
            ]
        return figures


def _keyed(figures: Mapping[int, Any]) -> dict[str, Any]:
    return {str(k): _plain(value) for k, value in figures.items()}


def _plain(value: Any) -> Any:
    """Return a figure as JSON can hold it: a pair of ends as a list, None for NaN."""
    if isinstance(value, tuple):
        return list(value)
    return None if math.isnan(value) else value
