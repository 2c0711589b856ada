"""From NumPy arrays to what the compiled functions take, a part and a piece of it at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided

from accord.backends.small_floats import BFLOAT16
from accord.scan.dispatch import compiled
from accord.scan.pieces import Index, split
from accord.scan.threads import threads

SHARED = 1 << 20  # fewer scores are read before another thread has woken up
_COPIED = 1 << 18  # scores copied at a time, to fit a core's cache
_SAMPLES = 1 << 18  # samples read at a time, one of whose labels are copied

_FEWEST = 64  # samples next to each other that are worth reading a plane at a time

_IN_ONE_PIECE = 0x0001 | 0x0100  # NumPy's flags C_CONTIGUOUS and ALIGNED

_INT32 = 4  # bytes; labels as wide or wider are read as they are
_NO_WEIGHT = np.empty(0)
_NO_GROUP = np.empty(0, np.int64)
_NO_BYTE = np.empty(0, np.uint8)
_NO_FLAG = np.empty(0, np.bool_)


class Rows(NamedTuple):
    """What is scanned: scores with the class axis last, if any, and what belongs to each sample.

    Labels are one a sample, or have the class axis too. ``axes`` is how many axes are samples, and
    ``ignored`` the label that leaves its sample out, or None.
    """

    scores: npt.NDArray[Any]
    labels: npt.NDArray[Any]
    axes: int
    keep: npt.NDArray[np.bool_] | None = None
    weight: npt.NDArray[Any] | None = None
    ignored: int | None = None
    groups: npt.NDArray[Any] | None = None
    candidates: npt.NDArray[np.bool_] | None = None

    def at(self, index: Index) -> Rows:
        """Return some of the samples."""
        keep, weight, groups = self.keep, self.weight, self.groups
        return Rows(
            self.scores[(*index, ...)],
            self.labels[(*index, ...)],
            self.axes - sum(isinstance(each, int) for each in index),
            None if keep is None else keep[(*index, ...)],
            None if weight is None else weight[(*index, ...)],
            self.ignored,
            None if groups is None else groups[(*index, ...)],
            None if self.candidates is None else self.candidates[(*index, ...)],
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the samples."""
        return self.scores.shape[: self.axes]

    @property
    def samples(self) -> int:
        """How many samples there are."""
        return math.prod(self.shape)

    @property
    def entries(self) -> int:
        """How many scores a sample has."""
        return math.prod(self.scores.shape[self.axes :])

    def parts(self) -> list[Rows]:
        """Split into two parts for each thread, so that one that is late leaves little to wait for."""
        if self.scores.size <= SHARED or (count := threads()) == 1:
            return [self]
        step = -(-self.samples // (2 * count))
        return [self.at(index) for index in split(self.shape, step)]

    def pieces(self, labels: int | None = None) -> Iterator[Rows]:
        """Split further, so that no copy of labels, or of scores, grows with the samples.

        A piece has at most so many ``labels``, where they have a class axis.
        """
        most = _SAMPLES if labels is None else max(1, labels // max(1, self.entries))
        whole = self.candidates is None or _as_they_are(self.candidates)
        if not (whole and _as_they_are(self.scores) and _as_they_are(self.labels)):
            alone = self.axes == self.scores.ndim or self.candidates is not None
            run = 0 if alone else _side_by_side(self.scores)
            planes = run >= _FEWEST and self.labels.ndim == self.axes
            most = min(most, run if planes else max(1, _COPIED // max(1, self.entries)))
        if self.samples <= most:
            yield self
            return
        for index in split(self.shape, most):
            yield self.at(index)

    def flat(self) -> tuple[npt.NDArray[Any], Any, int]:
        """Return the scores as `flat` does, and how far apart the classes of a sample are."""
        scores = self.scores
        planes = self.axes < scores.ndim and self.candidates is None and not _as_they_are(scores)
        if planes and self.samples >= _FEWEST and _side_by_side(scores) == self.samples:
            apart = scores.strides[-1] // scores.itemsize
            length = (self.entries - 1) * apart + self.samples
            return *flat(as_strided(scores, (length,), (scores.itemsize,))), apart
        return *flat(scores), 1

    def kept(self) -> npt.NDArray[np.bool_]:
        """Return the mask in one piece, empty if there is none."""
        return _NO_FLAG if self.keep is None else np.ascontiguousarray(self.keep).reshape(-1)

    def group_ids(self) -> npt.NDArray[np.int64]:
        """Return the groups in one piece, empty if there are none."""
        if self.groups is None:
            return _NO_GROUP
        return np.require(self.groups, np.int64, ["C", "A"]).reshape(-1)

    def flags(self) -> npt.NDArray[np.uint8]:
        """Return the candidates in one piece, a byte for each score, empty if there are none."""
        if self.candidates is None:
            return _NO_BYTE
        return np.ascontiguousarray(self.candidates).reshape(-1).view(np.uint8)

    def weights(self) -> npt.NDArray[np.float64]:
        """Return the weights in one piece, empty if there are none."""
        if self.weight is None:
            return _NO_WEIGHT
        return np.require(self.weight, np.float64, ["C", "A"]).reshape(-1)


def flat(values: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Any]:
    """Return numbers in one piece, a copy only where they are not, and of which half type they are.

    Floats of 16 bits are given as their bits, with the type next to them; for others that is None.
    """
    dtype, half = values.dtype, None
    if not _as_they_are(values):
        dtype = dtype.newbyteorder("=")
        values = np.require(values, dtype, ["C", "A"])
    if dtype.kind == "b":
        values = values.view(np.uint8)
    elif dtype == np.float16:
        values, half = values.view(np.uint16), compiled().FLOAT16
    elif dtype == BFLOAT16:
        values, half = values.view(np.uint16), compiled().BFLOAT16
    return values.reshape(-1), half


def integers(labels: npt.NDArray[Any]) -> npt.NDArray[np.signedinteger[Any]] | None:
    """Return labels in one piece as integers, or None if one is a fraction."""
    if labels.dtype.kind == "i" and labels.dtype.itemsize >= _INT32 and _as_they_are(labels):
        return labels.reshape(-1)
    with np.errstate(invalid="ignore"):
        whole = np.require(labels, np.int64, ["C", "A"])
    if labels.dtype.kind == "f" and not np.array_equal(whole, labels):
        return None
    return whole.reshape(-1)


def _as_they_are(array: npt.NDArray[Any]) -> bool:
    return array.flags.num & _IN_ONE_PIECE == _IN_ONE_PIECE and array.dtype.isnative


def _side_by_side(scores: npt.NDArray[Any]) -> int:
    """Return how many samples, at the end of the sample axes, are next to each other in memory.

    Zero where the scores can't be read a plane at a time.
    """
    size = scores.itemsize
    if not (scores.dtype.isnative and scores.flags.aligned):
        return 0
    if scores.strides[-1] < size or scores.strides[-1] % size:
        return 0
    run = 1
    for length, stride in zip(scores.shape[-2::-1], scores.strides[-2::-1], strict=True):
        if length != 1 and stride != size * run:
            break
        run *= length
    return run
