"""Single samples, as a person looks at them: their scores around the boundary."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from accord.verification.ranks import best_first

HostArray = npt.NDArray[Any]

SHOWN = 10
"""How many samples are shown."""

_LABELS = 4  # shown of a multilabel sample
_NEAR = 2  # classes shown on each side of the boundary


class Sample(NamedTuple):
    """A sample, and its classes around the boundary at k from best to worst, as (class, score)."""

    place: int
    label: int
    score: float
    k: int
    around: tuple[tuple[int, float], ...]

    def __str__(self) -> str:
        """Show the classes around the boundary, a bar for the boundary, a star for the label."""
        before = min(self.k, _NEAR)
        shown = [
            f"{'*' if which == self.label else ''}{which}: {score:.7g}"
            for which, score in self.around
        ]
        return "  ".join([*shown[:before], "|", *shown[before:]])

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "index": self.place,
            "label": self.label,
            "score": json_number(self.score),
            "k": self.k,
            "around": [
                {"class": which, "score": json_number(score)} for which, score in self.around
            ],
        }


class Scored(NamedTuple):
    """A sample of labels that are judged one by one, and the scores of some of them.

    ``label`` has the true labels; of a binary sample, it is 0 or 1.
    """

    place: int
    label: int | tuple[int, ...]
    scores: tuple[tuple[int, float], ...]

    def __str__(self) -> str:
        """Show the scores, a star before those of true labels; of a binary sample, its score."""
        if isinstance(self.label, int):
            return f"{self.scores[0][1]:.7g}"
        return "  ".join(
            f"{'*' if which in self.label else ''}{which}: {score:.7g}"
            for which, score in self.scores
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "index": self.place,
            "label": self.label if isinstance(self.label, int) else list(self.label),
            "scores": [
                {"label": which, "score": json_number(score)} for which, score in self.scores
            ],
        }


Looked: TypeAlias = Sample | Scored


def look_at_labels(
    truth: HostArray, a: HostArray, b: HostArray, indices: Iterable[int]
) -> tuple[tuple[Scored, ...], tuple[Scored, ...]]:
    """Return samples as A and as B have them, with the scores that differ most."""
    found_a: list[Scored] = []
    found_b: list[Scored] = []
    for at in indices:
        if a.ndim == 1:
            label: int | tuple[int, ...] = int(truth[at])
            shown = [0]
        else:
            label = tuple(np.flatnonzero(truth[at]).tolist())
            with np.errstate(invalid="ignore"):
                apart = np.nan_to_num(np.abs(a[at].astype(np.float64) - b[at]), nan=np.inf)
            shown = sorted(np.argsort(-apart, kind="stable")[:_LABELS].tolist())
        for found, scores in ((found_a, a), (found_b, b)):
            row = np.atleast_1d(scores[at])
            found.append(Scored(at, label, tuple((each, float(row[each])) for each in shown)))
    return tuple(found_a), tuple(found_b)


def look(truth: HostArray, scores: HostArray, index: int, k: int) -> Sample:
    """Return a sample with its scores around the boundary, its own score always among them."""
    row, label = scores[index], int(truth[index])
    order = best_first(row).tolist()
    shown = order[max(0, k - _NEAR) : k + _NEAR]
    if 0 <= label < len(row) and label not in shown:
        at_the_end = order.index(label) >= k
        shown = [*shown[: -1 if len(shown) > k else None], label] if at_the_end else shown
        shown = shown if at_the_end else [label, *shown[1:]]
    own = float(row[label]) if 0 <= label < len(row) else math.nan
    return Sample(index, label, own, k, tuple((place, float(row[place])) for place in shown))


def look_at(
    truth: HostArray, scores: HostArray, indices: Iterable[int], k: int
) -> tuple[Sample, ...]:
    """Return the first samples of those at some indices."""
    return tuple(
        look(truth, scores, int(at), k) for at, _ in zip(indices, range(SHOWN), strict=False)
    )


def json_number(value: float) -> float | str | None:
    """Return a number as JSON can hold it: NaN and infinities as text."""
    return value if math.isfinite(value) else str(value)
