"""What `accord.compare` returns: its figures, and the ways to show them."""

from __future__ import annotations

from accord.reporting.display import Display
from accord.reporting.page import Page
from accord.verification.compare.data import ComparisonData
from accord.verification.compare.page import compare_page


class Comparison(ComparisonData, Display):
    """How two sets of scores for the same samples differ.

    Attributes
    ----------
    ties : str
        The tie rule (R5); of a measure with a threshold, the side of a score at it.
    samples, classes : int
        How many there are.
    dtypes : tuple of str
        Those of A and of B.
    at : dict of AtK
        What they make of the samples, by k; a measure without k has the key 1.
    largest : tuple or None
        The largest absolute difference of finite scores, with its sample and class.
    tolerance : float
        How far rounding may move a score; of the largest in its sample if ``relative``.
    in_a, in_b : tuple of Sample or Scored
        The samples to look at first, as each has them.
    measure : Measure
        What was counted.
    names : tuple of str
        What A and B are called.
    total : int
        The credit there is: the samples, or all their labels under ``"hamming"``.
    """

    @property
    def page(self) -> Page:
        """What is shown: the verdict, the accuracy of both, and what flips, as plain data."""
        return compare_page(self)
