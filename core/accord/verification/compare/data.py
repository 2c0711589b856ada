"""What a comparison has found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accord.measures.base import Measure
from accord.reporting.intervals import wilson
from accord.verification.samples import Looked
from accord.verification.wording import measure_title


@dataclass(frozen=True)
class AtK:
    """What two sets of scores make of the samples at one k.

    Attributes
    ----------
    correct : tuple of int or float
        Hits, or credit, of A and of B.
    lost, gained : tuple of int
        Samples that only A has, and that only B has; or of which it has more.
    numerical, real : tuple of int
        Those of both that rounding explains, and those it does not.
    to_look_at : tuple of int
        All of them, real ones first, the widest margin first.
    p_value : float
        McNemar's exact test of lost against gained.
    """

    correct: tuple[int | float, int | float]
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
class ComparisonData:
    """The figures of a `Comparison`, which says what each field is."""

    ties: str
    samples: int
    classes: int
    dtypes: tuple[str, str]
    at: dict[int, AtK]
    largest: tuple[float, int, int] | None
    tolerance: float
    relative: bool
    in_a: tuple[Looked, ...]
    in_b: tuple[Looked, ...]
    measure: Measure
    names: tuple[str, str]
    total: int

    @property
    def agrees(self) -> bool:
        """Whether rounding explains every sample that only one of the two gets right."""
        return not any(found.real for found in self.at.values())

    def accuracy(self, k: int) -> tuple[float, float]:
        """Return the accuracy of A and of B; NaN for no samples (R16)."""
        a, b = self.at[k].correct
        return (a / self.total, b / self.total) if self.total else (float("nan"),) * 2

    def intervals(self, k: int) -> tuple[tuple[float, float], tuple[float, float]] | None:
        """Return Wilson's 95 % interval of A and of B; None for no samples, or labels of samples."""
        if not self.samples or self.total != self.samples:
            return None
        a, b = self.at[k].correct
        return wilson(a, self.samples), wilson(b, self.samples)

    def to_dict(self) -> dict[str, Any]:
        """Return every figure as JSON can hold it.

        Returns
        -------
        dict
            agrees, names, measure, ties, samples, classes, dtypes, at (by k: correct, accuracy,
            interval, lost, gained, numerical, real, p_value), largest, tolerance and looked_at.
        """
        at = {str(k): {**found.to_dict(), **self._figures(k)} for k, found in self.at.items()}
        largest = None
        if self.largest:
            largest = dict(zip(("difference", "sample", "class"), self.largest, strict=True))
        return {
            "agrees": self.agrees,
            "names": {"a": self.names[0], "b": self.names[1]},
            "measure": measure_title(self.measure),
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
        (a, b), intervals = self.accuracy(k), self.intervals(k)
        return {
            "accuracy": {"a": a, "b": b} if self.total else {"a": None, "b": None},
            "interval": {"a": list(intervals[0]), "b": list(intervals[1])} if intervals else None,
        }
