"""What `accord.verify` returns: its figures, and the ways to show them."""

from __future__ import annotations

from accord.reporting.display import Display
from accord.reporting.page import Page
from accord.verification.verify.data import VerificationData
from accord.verification.verify.page import verify_page


class Verification(VerificationData, Display):
    """Whether backends agree with the reference, and if not, on which samples.

    Attributes
    ----------
    measure : Measure
        What was counted.
    samples, classes : int
        How many there are.
    correct, floor, ceiling : dict of int
        The reference's count at each k, and its tie bounds where they are known.
    backends : tuple of Backend
        One for each mode of each backend.
    looked_at : tuple of Sample
        The first samples on which any differs.
    """

    @property
    def page(self) -> Page:
        """What is shown: the verdict, the grid of runs, the figures and notes, as plain data."""
        return verify_page(self)
