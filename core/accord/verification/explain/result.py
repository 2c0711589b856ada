"""What `accord.explain` returns: its figures, and the ways to show them."""

from __future__ import annotations

from accord.reporting.display import Display
from accord.reporting.page import Page
from accord.verification.explain.data import ExplanationData
from accord.verification.explain.page import explain_page


class Explanation(ExplanationData, Display):
    """What each library reports for the same scores, and why.

    Attributes
    ----------
    ties : str
        accord's tie rule (R5); under a threshold, the side of a score at it.
    samples, classes : int
        How many there are.
    correct, floor, ceiling : dict of int or float
        accord's count at each k, and its tie bounds; a measure without k has the key 1.
    threshold : float or None
        The threshold of binary and multilabel scores; None where scores are ranked.
    told : tuple of Told
        One for each dialect.
    looked_at : tuple of Sample or Scored
        The first samples that some library judges otherwise.
    measure : Measure
        What was counted.
    total : int
        The credit there is: the samples, or all their labels under ``"hamming"``.
    notes : tuple of str
        What a reader must know besides.
    average : str
        The average of all figures (R15).
    figures : dict of Figures
        accord's accuracy under that average at each k, and its bounds; where it is missing, the
        counts as shares of ``total``.
    """

    @property
    def page(self) -> Page:
        """What is shown: the verdict, what each library reports and why, as plain data."""
        return explain_page(self)
