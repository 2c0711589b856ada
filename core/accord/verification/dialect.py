"""A dialect: the rules of one library as data, and what it gives for scores under them.

It is evaluated in NumPy alone, in blocks, and shares no code with the measures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from accord import checks

HostArray = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]

BLOCK = 1 << 20  # scores looked at together, so that no temporary is of the size of the scores

Ties = Literal["first", "last", "optimistic", "pessimistic", "unspecified"]
Nan = Literal["misses", "outranks", "lowest", "minus infinity", "incomparable", "spoils", "refused"]
Label = Literal["miss", "refused", "wraps", "minus infinity", "unspecified"]


class DialectError(ValueError):
    """Input that a peer refuses, where accord would count."""


class Hits(NamedTuple):
    """Which samples are hits at the least and at the most; they differ where nothing is promised."""

    least: Flags
    most: Flags


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """What one library does where libraries differ.

    Attributes
    ----------
    name : str
        As `accord.dialects` has it.
    call : str
        The function whose rules these are.
    needs : tuple of str
        The modules that must be installed to run it.
    ties : str
        A tie rule (R5); ``"unspecified"`` where the library promises none, so that its figure can
        only be bounded.
    nan : str
        A NaN ``"outranks"`` every number; does so but ``"misses"`` for its own class (accord);
        is ``"lowest"``; stands for ``"minus infinity"``; is ``"incomparable"``, so never ahead and
        never behind; ``"spoils"`` its row, a miss; is ``"refused"``.
    infinities : {"ordinary", "spoils", "refused"}
        What an infinite score is.
    order : {"value", "flushed", "total"}
        How finite scores compare: by value; with subnormals taken for zero; by IEEE total order, in
        which -0.0 is below 0.0 and a NaN with the sign bit below every number.
    precision : {"as given", "float32", "float32 only"}
        Whether 64-bit scores are rounded to float32, or all other dtypes refused.
    k_above_classes : {"counts", "refused"}
        What a k above the number of classes is.
    label_below, label_beyond : str
        What a label below 0, and one of C or more, is: a ``"miss"``, ``"refused"``, ``"wraps"``
        around, scores ``"minus infinity"``, or ``"unspecified"`` (memory is read out of bounds).
    fewest_classes : int
        How many classes it asks for.
    exact_to : int
        The highest count that its metric is sure to hold.
    scale : int
        100 where it reports percent.
    at_threshold : {"negative", "positive"} or None
        What a binary score equal to the threshold predicts; None without a binary function.
    nan_side : {"negative", "positive"}
        What a binary NaN predicts.
    sigmoid : bool
        Whether binary scores go through a sigmoid as soon as one of them leaves [0, 1].
    at_1 : Dialect or None
        The rules at k = 1, where they are others.

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.4, 0.4, 0.2]])
    >>> accord.dialects["sklearn"].accuracy([0], scores, k=1)
    0.0
    >>> accord.dialects["tensorflow"].accuracy([0], scores.astype("float32"), k=1)
    1.0
    >>> accord.dialects["torch.topk"].bounds([0], scores, k=1)
    (0.0, 1.0)
    """

    name: str
    call: str
    needs: tuple[str, ...] = ()
    ties: Ties
    nan: Nan
    infinities: Literal["ordinary", "spoils", "refused"] = "ordinary"
    order: Literal["value", "flushed", "total"] = "value"
    precision: Literal["as given", "float32", "float32 only"] = "as given"
    k_above_classes: Literal["counts", "refused"] = "refused"
    label_below: Label = "miss"
    label_beyond: Label = "miss"
    fewest_classes: int = 1
    exact_to: int = 2**62
    scale: Literal[1, 100] = 1
    at_threshold: Literal["negative", "positive"] | None = None
    nan_side: Literal["negative", "positive"] = "negative"
    sigmoid: bool = False
    at_1: Dialect | None = field(default=None, repr=False)

    def accuracy(self, y_true: Any, y_score: Any, k: int = 5) -> float:
        """Return the top-k figure this library reports.

        Parameters
        ----------
        y_true : array of int, shape (N,)
            True classes.
        y_score : array of real, shape (N, C)
            Scores, as NumPy can read them.
        k : int
            How many classes may count.

        Returns
        -------
        float
            A share, or percent where the library reports that; NaN for no samples.

        Raises
        ------
        ValueError
            If the library refuses such input, or promises no one figure for it.
        """
        least, most = self.bounds(y_true, y_score, k)
        if least < most:
            raise DialectError(
                f"{self.call} promises nothing for these scores but a figure from {least:g} to"
                f" {most:g}; use bounds()"
            )
        return least

    def bounds(self, y_true: Any, y_score: Any, k: int = 5) -> tuple[float, float]:
        """Return the least and the most that this library may report."""
        least, most = self.hits(y_true, y_score, k)
        return self.figure(int(least.sum()), least.size), self.figure(int(most.sum()), most.size)

    def figure(self, correct: int, total: int) -> float:
        """Return a count as the library reports it."""
        return self.scale * correct / total if total else float("nan")

    def hits(self, y_true: Any, y_score: Any, k: int = 5) -> Hits:
        """Tell sample by sample what is a hit, at the least and at the most.

        Raises
        ------
        ValueError
            If the library refuses such input.
        """
        if self.at_1 and k == 1:
            return self.at_1.hits(y_true, y_score, k)
        truth, scores = as_pairs(y_true, y_score)
        self._refuse_shape(scores, checks.whole("k", k))
        hits = Hits(*np.zeros((2, len(truth)), bool))
        for part in blocks(scores):
            hits.least[part], hits.most[part] = self._judge(truth[part], scores[part], k)
        return hits

    def binary_accuracy(self, y_true: Any, y_score: Any, threshold: float = 0.5) -> float:
        """Return the binary figure this library reports for one batch.

        Raises
        ------
        ValueError
            If the library has no binary function, or refuses such input.
        """
        hits = self.binary_hits(y_true, y_score, threshold)
        return self.figure(int(hits.sum()), hits.size)

    def binary_hits(self, y_true: Any, y_score: Any, threshold: float = 0.5) -> Flags:
        """Tell sample by sample which binary predictions are right."""
        if self.at_threshold is None:
            raise DialectError(f"{self.call} has no binary accuracy")
        truth, scores = np.asarray(y_true), np.asarray(y_score)
        if self.sigmoid and not np.all((scores >= 0) & (scores <= 1)):
            with np.errstate(over="ignore"):
                scores = 1 / (1 + np.exp(-scores))
        border = scores.dtype.type(threshold) if scores.dtype.kind == "f" else threshold
        positive = scores >= border if self.at_threshold == "positive" else scores > border
        if self.nan_side == "positive" and scores.dtype.kind == "f":
            positive = positive | np.isnan(scores)
        return np.asarray(positive == (truth == 1))

    def _refuse_shape(self, scores: HostArray, k: int) -> None:
        classes = scores.shape[1]
        if k < 1 or (k > classes and self.k_above_classes == "refused"):
            raise DialectError(f"{self.call} refuses k={k} for {classes} classes")
        if classes < self.fewest_classes:
            raise DialectError(f"{self.call} refuses scores of {classes} classes")
        if self.precision == "float32 only" and scores.dtype != np.float32:
            raise DialectError(f"{self.call} refuses {scores.dtype} scores; pass float32")

    def _judge(self, truth: HostArray, scores: HostArray, k: int) -> Hits:
        """Judge a block of samples."""
        scores = self.seen(scores)
        self._refuse_values(scores)
        label, own, unsure, miss = self._labelled(truth, scores)
        above, equal = _COMPARE[self.nan](self._keyed(scores), self._keyed(own))
        if self.nan == "misses":
            miss = miss | np.isnan(own[:, 0])
        if self.nan == "spoils":
            miss = miss | np.isnan(scores).any(axis=1)
        if self.infinities == "spoils":
            miss = miss | np.isinf(scores).any(axis=1)
        place = np.arange(scores.shape[1])
        ahead = np.count_nonzero(above, axis=1)
        before = np.count_nonzero(equal & (place < label[:, None]), axis=1)
        after = np.count_nonzero(equal & (place > label[:, None]), axis=1)
        best, worst = _PLACES[self.ties](ahead, before, after)
        return Hits((worst < k) & ~miss & ~unsure, ((best < k) & ~miss) | unsure)

    def seen(self, scores: HostArray) -> HostArray:
        """Return scores as the library sees them: rounded, and as floats."""
        if scores.dtype.kind != "f":
            wide = scores.dtype.itemsize > 2  # noqa: PLR2004  # float32 holds two bytes exactly
            scores = scores.astype(np.float64 if wide else np.float32)
        if self.precision == "float32" and scores.dtype == np.float64:
            with np.errstate(over="ignore"):
                return scores.astype(np.float32)
        return scores

    def _keyed(self, scores: HostArray) -> HostArray:
        """Return numbers whose ``<`` and ``==`` are this dialect's."""
        if self.order == "flushed":
            return np.where(np.abs(scores) < np.finfo(scores.dtype).tiny, 0, scores)
        if self.order == "total":
            bits = scores.view(f"i{scores.dtype.itemsize}")
            return np.where(bits < 0, bits ^ np.iinfo(bits.dtype).max, bits)
        return scores

    def _refuse_values(self, scores: HostArray) -> None:
        if self.nan == "refused" and np.isnan(scores).any():
            raise DialectError(f"{self.call} refuses NaN scores")
        if self.infinities == "refused" and np.isinf(scores).any():
            raise DialectError(f"{self.call} refuses infinite scores")

    def _labelled(
        self, truth: HostArray, scores: HostArray
    ) -> tuple[HostArray, HostArray, Flags, Flags]:
        """Return label, own score, which samples nothing is promised of, and which are misses."""
        classes = scores.shape[1]
        label = truth.astype(np.int64)
        unsure, miss, low = np.zeros((3, len(truth)), bool)
        if self.label_below == "wraps":
            label = np.where((label < 0) & (label >= -classes), label + classes, label)
        for bad, rule in ((label < 0, self.label_below), (label >= classes, self.label_beyond)):
            if not bad.any():
                continue
            # A wrap has happened above; what is further off does as one beyond.
            match self.label_beyond if rule == "wraps" else rule:
                case "refused":
                    raise DialectError(f"{self.call} refuses label {truth[bad][0]}")
                case "unspecified":
                    unsure |= bad
                case "minus infinity":
                    low |= bad
                case _:
                    miss |= bad
        label = np.where((label < 0) | (label >= classes), 0, label)
        own = np.take_along_axis(scores, label[:, None], axis=1)
        return label, np.where(low[:, None], scores.dtype.type(-np.inf), own), unsure, miss


def as_pairs(y_true: Any, y_score: Any) -> tuple[HostArray, HostArray]:
    """Return labels (N,) and scores (N, C) as NumPy arrays, refusing other shapes."""
    truth, scores = np.asarray(y_true), np.asarray(y_score)
    if scores.ndim != 2 or truth.shape != scores.shape[:1] or not scores.shape[1]:  # noqa: PLR2004
        raise ValueError(
            f"y_true has shape {truth.shape} and y_score {scores.shape};"
            " pass labels of shape (N,) and scores of shape (N, C)"
        )
    if truth.dtype.kind not in "iu":
        raise TypeError(f"y_true has dtype {truth.dtype}; pass integer class labels")
    if scores.dtype.kind not in "fiub":
        raise TypeError(f"y_score has dtype {scores.dtype}; it must hold real numbers")
    return truth, scores


def blocks(scores: HostArray) -> Iterator[slice]:
    """Yield slices of rows that are worth working on together."""
    step = max(1, BLOCK // scores.shape[1])
    for start in range(0, len(scores), step):
        yield slice(start, start + step)


_Compared = tuple[Flags, Flags]


def _plainly(scores: HostArray, own: HostArray) -> _Compared:
    return scores > own, scores == own


def _nan_ahead(scores: HostArray, own: HostArray) -> _Compared:
    nan, mine = np.isnan(scores), np.isnan(own)
    return (scores > own) | (nan & ~mine), (scores == own) | (nan & mine)


def _nan_behind(scores: HostArray, own: HostArray) -> _Compared:
    nan, mine = np.isnan(scores), np.isnan(own)
    return (scores > own) | (~nan & mine), (scores == own) | (nan & mine)


def _nan_low(scores: HostArray, own: HostArray) -> _Compared:
    low = scores.dtype.type(-np.inf)
    return _plainly(np.where(np.isnan(scores), low, scores), np.where(np.isnan(own), low, own))


# Who is ahead of, and who is equal to, the own score, by how NaN compares.
_COMPARE: dict[str, Callable[[HostArray, HostArray], _Compared]] = {
    "misses": _nan_ahead,
    "outranks": _nan_ahead,
    "lowest": _nan_behind,
    "minus infinity": _nan_low,
    "incomparable": _plainly,
    "spoils": _plainly,
    "refused": _plainly,
}

# The best and the worst place that the true class may take, from 0, by who wins a tie (R5).
_PLACES: dict[str, Callable[[Any, Any, Any], tuple[HostArray, HostArray]]] = {
    "first": lambda ahead, before, _: (ahead + before,) * 2,
    "last": lambda ahead, _, after: (ahead + after,) * 2,
    "optimistic": lambda ahead, _, __: (ahead,) * 2,
    "pessimistic": lambda ahead, before, after: (ahead + before + after,) * 2,
    "unspecified": lambda ahead, before, after: (ahead, ahead + before + after),
}
