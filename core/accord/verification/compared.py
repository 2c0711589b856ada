"""What a comparison has found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accord.reporting.display import Display, Page
from accord.reporting.intervals import wilson
from accord.verification.compare_page import compare_page
from accord.verification.samples import Sample


@dataclass(frozen=True)
class AtK:
    """What two sets of scores make of the samples at one k.

    Attributes
    ----------
    correct : tuple of int
        Hits of A and of B.
    lost, gained : tuple of int
        Samples that only A has, and that only B has.
    numerical, real : tuple of int
        Those of both that rounding explains, and those it does not.
    to_look_at : tuple of int
        All of them, real ones first, the widest margin first.
    p_value : float
        McNemar's exact test of lost against gained.
    """

    correct: tuple[int, int]
    lost: tuple[int, ...]
    gained: tuple[int, ...]
    numerical: tuple[int, ...]
    real: tuple[int, ...]
    to_look_at: tuple[int, ...]
    p_value: float

    def to_dict(self) -> dict[str, Any]:
        """Return every field as JSON can hold it."""
        return {
            "correct": {"a": self.correct[0], "b": self.correct[1]},
            "lost": list(self.lost),
            "gained": list(self.gained),
            "numerical": list(self.numerical),
            "real": list(self.real),
            "p_value": self.p_value,
        }


@dataclass(frozen=True, eq=False)
class Comparison(Display):
    """How two sets of scores for the same samples differ.

    Attributes
    ----------
    ties : str
        The tie rule (R5).
    samples, classes : int
        How many there are.
    dtypes : tuple of str
        Those of A and of B.
    at : dict of AtK
        What they make of the samples, by k.
    largest : tuple or None
        The largest absolute difference of finite scores, with its sample and class.
    tolerance : float
        How far rounding may move a score; of the largest in its sample if ``relative``.
    in_a, in_b : tuple of Sample
        The samples to look at first, as each has them.
    """

    ties: str
    samples: int
    classes: int
    dtypes: tuple[str, str]
    at: dict[int, AtK]
    largest: tuple[float, int, int] | None
    tolerance: float
    relative: bool
    in_a: tuple[Sample, ...]
    in_b: tuple[Sample, ...]

    @property
    def agrees(self) -> bool:
        """Whether rounding explains every sample that one has and the other has not."""
        return not any(found.real for found in self.at.values())

    def accuracy(self, k: int) -> tuple[float, float]:
        """Return the accuracy of A and of B; NaN for no samples (R16)."""
        a, b = self.at[k].correct
        return (a / self.samples, b / self.samples) if self.samples else (float("nan"),) * 2

    def intervals(self, k: int) -> tuple[tuple[float, float], tuple[float, float]] | None:
        """Return Wilson's 95 % interval of A and of B; None for no samples."""
        if not self.samples:
            return None
        a, b = self.at[k].correct
        return wilson(a, self.samples), wilson(b, self.samples)

    def to_dict(self) -> dict[str, Any]:
        """Return every figure as JSON can hold it.

        Returns
        -------
        dict
            agrees, ties, samples, classes, dtypes, at (by k: correct, accuracy, interval, lost,
            gained, numerical, real, p_value), largest, tolerance and looked_at.
        """
        at = {str(k): {**found.to_dict(), **self._figures(k)} for k, found in self.at.items()}
        largest = None
        if self.largest:
            largest = dict(zip(("difference", "sample", "class"), self.largest, strict=True))
        return {
            "agrees": self.agrees,
            "ties": self.ties,
            "samples": self.samples,
            "classes": self.classes,
            "dtypes": {"a": self.dtypes[0], "b": self.dtypes[1]},
            "at": at,
            "largest": largest,
            "tolerance": self.tolerance,
            "relative": self.relative,
            "looked_at": [
                {"a": a.to_dict(), "b": b.to_dict()}
                for a, b in zip(self.in_a, self.in_b, strict=True)
            ],
        }

    def _figures(self, k: int) -> dict[str, Any]:
        intervals = self.intervals(k)
        if intervals is None:
            return {"accuracy": {"a": None, "b": None}, "interval": None}
        a, b = self.accuracy(k)
        return {
            "accuracy": {"a": a, "b": b},
            "interval": {"a": list(intervals[0]), "b": list(intervals[1])},
        }

    def _page(self) -> Page:
        return compare_page(self)
