"""The report of an evaluation: its figures, and the ways to show them."""

from __future__ import annotations

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
