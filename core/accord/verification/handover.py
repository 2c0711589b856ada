"""Arrays as the tools take them in, and on their way to other processes as NumPy files."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from accord.measure import Measure
from accord.measures import Multilabel, TopK, TopKCategorical
from accord.registry import adapter_of
from accord.ties import Ties

HostArray = npt.NDArray[Any]


class Handed(NamedTuple):
    """A folder for the run, the files in it, and a dtype that NumPy has no name for."""

    folder: Path
    truth: str
    scores: str


def on_host(values: Any, name: str) -> tuple[HostArray, str | None]:
    """Return an array of any framework as NumPy's; bfloat16 as float32, which holds it exactly."""
    if isinstance(values, (list, tuple)):
        values = np.asarray(values)
    array = adapter_of(values, name).to_host(values)
    # Some adapters widen it on the way, so the dtype is read from what was passed.
    if array.dtype.name == "bfloat16" or str(getattr(values, "dtype", "")).endswith("bfloat16"):
        return array.astype(np.float32), "bfloat16"
    return array, None


def in_dtype(measure: Measure, dtype: str | None) -> Measure:
    """Return a measure that counts widened bfloat16 scores as their own: its threshold is rounded.

    Scores that are compared with a threshold have it in their own dtype (R10).
    """
    border = getattr(measure, "threshold", None)
    if border is None or getattr(measure, "k", None) is not None or dtype != "bfloat16":
        return measure
    if getattr(measure, "from_logits", False):
        border = math.log(border / (1 - border))
    part, exponent = math.frexp(border)
    rounded = math.ldexp(round(math.ldexp(part, 8)), exponent - 8)  # 8 bits, half to even
    return replace(measure, threshold=rounded, from_logits=False)  # type: ignore[type-var]  # these have both


def measure_or(
    measure: Measure | None, k: int | tuple[int, ...] | None, ties: Ties, usual: tuple[int, ...]
) -> Measure:
    """Return the measure that was passed, or top-k accuracy.

    Raises
    ------
    ValueError
        If k or ties are passed beside a measure, which has its own.
    """
    if measure is None:
        return TopK(usual if k is None else k, ties=ties)
    if (k, ties) != (None, "first"):
        raise ValueError(f"k and ties are part of {measure!r}; pass them to the measure")
    return measure


def class_axis_last(
    measure: Measure, truth: HostArray, scores: HostArray
) -> tuple[Measure, HostArray, HostArray]:
    """Move the class axis of scores, and of labels shaped as they are, to the end."""
    axis = getattr(measure, "axis", -1)
    if axis in (-1, scores.ndim - 1) or not -scores.ndim <= axis < scores.ndim:
        return measure, truth, scores
    if isinstance(measure, (TopKCategorical, Multilabel)) and truth.ndim == scores.ndim:
        truth = np.moveaxis(truth, axis, -1)
    return replace(measure, axis=-1), truth, np.moveaxis(scores, axis, -1)  # type: ignore[type-var]  # all with an axis are dataclasses


def kept_places(
    index: int | None, truth: HostArray, scores: HostArray
) -> tuple[HostArray, HostArray, HostArray]:
    """Return the samples without the label that is left out, and their places."""
    if index is None:
        return np.arange(len(truth)), truth, scores
    places = np.flatnonzero(truth != index)
    return places, truth[places], scores[places]


@contextmanager
def handed(truth: HostArray, scores: HostArray) -> Iterator[Handed]:
    """Write arrays to a folder that is deleted at the end."""
    # What a killed process may still hold open is no fault.
    with TemporaryDirectory(prefix="accord-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        np.save(folder / "truth.npy", truth)
        np.save(folder / "scores.npy", scores)
        yield Handed(folder, str(folder / "truth.npy"), str(folder / "scores.npy"))
