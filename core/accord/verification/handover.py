"""Arrays as the tools take them in, and on their way to other processes as NumPy files."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from accord.backends import small_floats
from accord.backends.registry import backend_of
from accord.credit.thresholds import border, rounded
from accord.credit.ties import Ties
from accord.measures import TopK
from accord.measures.base import Measure
from accord.verification.wording import has_k

HostArray = npt.NDArray[Any]


class Handed(NamedTuple):
    """A folder for the run, the files in it, and a dtype that NumPy has no name for."""

    folder: Path
    truth: str
    scores: str


def on_host(values: Any, name: str) -> tuple[HostArray, str | None]:
    """Return an array of any framework as NumPy's; small floats in float32, and what they were."""
    if isinstance(values, (list, tuple)):
        values = np.asarray(values)
    (array,) = backend_of(values, name).to_host(values)
    wide = small_floats.widened(array)
    if wide is not array:
        return wide, array.dtype.name
    given = str(getattr(values, "dtype", "")).rpartition(".")[2]  # torch widens bfloat16 itself
    return array, given if given in small_floats.LIMITS else None


def in_dtype(measure: Measure, dtype: str) -> Measure:
    """Return a measure that counts wider scores as it counts those of a narrow dtype (R10)."""
    if measure.threshold is None or has_k(measure) or not _narrow(dtype):
        return measure
    bound = border(measure.threshold, from_logits=measure.from_logits)
    changed = {"threshold": threshold_in(bound, dtype), "from_logits": False}
    return type(measure)(**{**measure.options(), **changed})


def threshold_in(threshold: float, dtype: str | None) -> float:
    """Return a threshold, rounded if a narrow dtype is named."""
    info = _narrow(dtype)
    if info is None:
        return threshold
    bound = rounded(threshold, info)
    if math.isfinite(bound):
        return bound
    return math.copysign(sys.float_info.max, bound)  # beyond every score, as infinity is


def _narrow(dtype: str | None) -> Any:
    """Return the limits of a float that not every framework has; None for other dtypes."""
    return np.finfo(np.float16) if dtype == "float16" else small_floats.LIMITS.get(dtype or "")


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
    """Move the class axis of scores, and of labels shaped as they are, to the end.

    Raises
    ------
    ValueError
        If labels of a sample may be unknown: only whole samples can be verified or compared.
    """
    if measure.label_kind == "set" and measure.ignore_index is not None:
        raise ValueError(
            f"{measure!r} leaves single labels out, and only whole samples can be verified, compared"
            " or explained; pass a measure without ignore_index, and the samples whose labels are"
            " all known"
        )
    axis = -1 if measure.axis is None else measure.axis
    if axis in (-1, scores.ndim - 1) or not -scores.ndim <= axis < scores.ndim:
        return measure, truth, scores
    if measure.dense and truth.ndim == scores.ndim:
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
    # A killed process may still hold a file open; that is not an error.
    with TemporaryDirectory(prefix="accord-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        np.save(folder / "truth.npy", truth)
        np.save(folder / "scores.npy", scores)
        yield Handed(folder, str(folder / "truth.npy"), str(folder / "scores.npy"))
