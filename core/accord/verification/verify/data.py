"""What a verification has found."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from accord.measures.base import Measure
from accord.verification.by_k import as_json
from accord.verification.samples import Sample
from accord.verification.wording import measure_title


@dataclass(frozen=True)
class Backend:
    """What one backend, in one mode on one device, made of the samples.

    Attributes
    ----------
    name, version, mode, device, python : str
        What was run, and by which interpreter.
    agrees : bool
        Whether every sample and every count is the reference's.
    correct : dict of int
        Its count at each k; empty where it failed.
    differs : tuple of int
        The first samples that it judges otherwise; ``differing`` says how many there are.
    error : str or None
        What went wrong, in words.
    seconds, import_seconds : float or None
        The time to count, compiling included, and to import the framework.
    """

    name: str
    version: str | None
    mode: str
    device: str
    agrees: bool
    correct: dict[int, int | float]
    differs: tuple[int, ...] = ()
    differing: int = 0
    error: str | None = None
    seconds: float | None = None
    import_seconds: float | None = None
    python: str = sys.executable

    def to_dict(self) -> dict[str, Any]:
        """Return every field as JSON can hold it."""
        return {
            "name": self.name,
            "version": self.version,
            "mode": self.mode,
            "device": self.device,
            "agrees": self.agrees,
            "correct": {str(k): count for k, count in self.correct.items()},
            "differs": list(self.differs),
            "differing": self.differing,
            "error": self.error,
            "seconds": self.seconds,
            "import_seconds": self.import_seconds,
            "python": self.python,
        }


@dataclass(frozen=True, eq=False)
class VerificationData:
    """The figures of a `Verification`, which says what each field is."""

    measure: Measure
    samples: int
    classes: int
    correct: dict[int, int | float]
    floor: dict[int, int]
    ceiling: dict[int, int]
    backends: tuple[Backend, ...]
    looked_at: tuple[Sample, ...]
    seconds: float

    @property
    def total(self) -> int:
        """The credit there is: the samples, or all their labels under ``"hamming"``."""
        by_label = self.measure.unit == "labels"
        return self.samples * (self.classes if by_label else 1)

    @property
    def agrees(self) -> bool:
        """Whether every backend that was run agrees in every mode."""
        return all(backend.agrees for backend in self.backends)

    def to_dict(self) -> dict[str, Any]:
        """Return every figure as JSON can hold it.

        Returns
        -------
        dict
            agrees, measure, samples, classes, reference (correct, floor and ceiling by k), backends and
            looked_at.
        """
        return {
            "agrees": self.agrees,
            "measure": measure_title(self.measure),
            "samples": self.samples,
            "classes": self.classes,
            "reference": {
                "correct": as_json(self.correct),
                "floor": as_json(self.floor),
                "ceiling": as_json(self.ceiling),
            },
            "backends": [backend.to_dict() for backend in self.backends],
            "looked_at": [sample.to_dict() for sample in self.looked_at],
            "seconds": self.seconds,
        }
