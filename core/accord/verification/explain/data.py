"""What an explanation has found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from accord.measures.base import Measure
from accord.verification.by_k import as_json
from accord.verification.samples import Looked, json_number
from accord.verification.wording import measure_title


@dataclass(frozen=True)
class Told:
    """What one library makes of the samples; all figures by k, a binary figure under 1.

    Attributes
    ----------
    name, call : str
        The dialect, and the function it stands for.
    least, most : dict of float
        The figure by its rules, as it reports it (percent, for some); they differ where it
        promises no one figure.
    reported : dict of float
        What it did report, where it was run.
    refused : dict of str
        Why there is no figure.
    differs : dict of int
        On how many samples it and accord differ, or may differ.
    causes : dict
        How many of them by which cause.
    """

    name: str
    call: str
    least: dict[int, float] = field(default_factory=dict)
    most: dict[int, float] = field(default_factory=dict)
    reported: dict[int, float] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    differs: dict[int, int] = field(default_factory=dict)
    causes: dict[int, dict[str, int]] = field(default_factory=dict)
    scale: int = 1
    ran: bool = False
    note: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return every field as JSON can hold it."""
        figures = {name: as_json(getattr(self, name)) for name in ("least", "most", "reported")}
        rest = {name: as_json(getattr(self, name)) for name in ("refused", "differs", "causes")}
        about = {"name": self.name, "call": self.call, "ran": self.ran, "scale": self.scale}
        return {**about, **figures, **rest, "note": self.note}


class Figures(NamedTuple):
    """A share, and the bounds that ties leave open (R7)."""

    accuracy: float
    floor: float
    ceiling: float


@dataclass(frozen=True, eq=False)
class ExplanationData:
    """The figures of an `Explanation`, which says what each field is."""

    ties: str
    samples: int
    classes: int
    correct: dict[int, int | float]
    floor: dict[int, int | float]
    ceiling: dict[int, int | float]
    threshold: float | None
    told: tuple[Told, ...]
    looked_at: tuple[Looked, ...]
    measure: Measure
    total: int
    notes: tuple[str, ...] = ()
    average: str = "micro"
    figures: dict[int, Figures] = field(default_factory=dict)

    @property
    def accuracy(self) -> dict[int, float]:
        """Accord's own figure at each k; NaN for no samples (R16)."""
        return {k: self.figure(k).accuracy for k in self.correct}

    def figure(self, k: int) -> Figures:
        """Return accord's own figure at one k, with its bounds."""
        if k in self.figures:
            return self.figures[k]
        counts = (self.correct[k], self.floor[k], self.ceiling[k])
        return Figures(*(n / self.total if self.total else float("nan") for n in counts))

    def __getitem__(self, name: str) -> Told:
        """Return what a dialect makes of the samples."""
        for each in self.told:
            if each.name == name:
                return each
        raise LookupError(
            f"{name!r} was not asked; there are {', '.join(t.name for t in self.told)}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return every figure as JSON can hold it.

        Returns
        -------
        dict
            measure, ties, average, threshold, samples, classes, accord (correct, floor, ceiling,
            accuracy and bounds, the share and its floor and ceiling, by k), dialects, looked_at
            and notes.
        """
        accord = {
            "correct": as_json(self.correct),
            "floor": as_json(self.floor),
            "ceiling": as_json(self.ceiling),
            "accuracy": as_json(self.accuracy),
            "bounds": {
                str(k): [json_number(share) for share in self.figure(k)[1:]] for k in self.correct
            },
        }
        return {
            "measure": measure_title(self.measure),
            "ties": self.ties,
            "average": self.average,
            "threshold": self.threshold,
            "samples": self.samples,
            "classes": self.classes,
            "accord": accord,
            "dialects": [each.to_dict() for each in self.told],
            "looked_at": [sample.to_dict() for sample in self.looked_at],
            "notes": list(self.notes),
        }
