"""A dialect: the rules of one library as data, and what it gives for scores under them.

It is evaluated in NumPy alone, in blocks, and shares no code with the measures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np

from accord.inputs import options
from accord.verification.judged import Hits, judge, predicted
from accord.verification.rows import DialectError, Flags, HostArray, as_pairs, blocks
from accord.verification.sides import positive

AVERAGES = ("micro", "macro", "weighted")

Ties = Literal["first", "last", "optimistic", "pessimistic", "unspecified"]
Nan = Literal["misses", "outranks", "lowest", "minus infinity", "incomparable", "spoils", "refused"]
Order = Literal[
    "value", "flushed", "minus zero below", "flushed, minus zero below", "total", "negated"
]
Label = Literal["miss", "refused", "wraps", "filled", "unspecified"]

REFUSED: Final = "refused"


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
    order : str
        How finite floats compare: by ``"value"``; ``"flushed"``, with subnormals taken for zero;
        with ``"minus zero below"`` zero, at the largest negative normal number; by IEEE ``"total"``
        order, in which -0.0 is below 0.0 and a NaN with the sign bit below every number.
        ``"negated"`` compares ``-scores`` in their own dtype, where unsigned integers and the
        lowest signed one wrap around.
    reads : dict of str
        What scores of a dtype are converted to before they compare (several names, one after the
        other), or ``"refused"``; other dtypes compare as they are.
    unsorted : tuple of str
        Dtypes in which NaN breaks the library's sort, so that nothing is promised of their rows.
    k_above_classes : {"counts", "refused"}
        What a k above the number of classes is.
    only_k : int or None
        The one k there is, where the function takes none.
    label_below, label_beyond : str
        What a label below 0, and one of C or more, is: a ``"miss"``, ``"refused"``, ``"wraps"``
        around, scores what JAX has ``"filled"`` in (minus infinity for floats, the lowest signed
        integer, the highest unsigned one, True), or ``"unspecified"`` (memory is read out of
        bounds).
    label_dtype : {"own", "scores"}
        Whether labels and the predicted class are converted to the scores' dtype before they are
        compared (in bfloat16, 257 is 256; in uint8, 300 is 44).
    fewest_classes : int
        How many classes it asks for.
    averages : tuple of str
        The averages it has (R15).
    macro_over : {"labels", "labels and predictions"}
        The classes whose figures a macro average is the mean of: those that occur as labels, or
        as labels or predictions.
    macro_bad_label : {"refused", "left out", "a class"}
        What a label outside 0..C-1 is to a macro average.
    no_samples : {"nan", "zero", "refused"}
        What the figure of no samples is.
    exact_to : int
        The highest count that its metric is sure to hold.
    scale : int
        100 where it reports percent.
    at_threshold : {"negative", "positive"} or None
        What a binary score equal to the threshold predicts; None without a binary function.
    binary_call : str
        The binary function.
    binary_reads : dict of str
        As `reads`, for binary scores.
    nan_side : {"negative", "positive"}
        What a binary NaN predicts.
    sigmoid : bool
        Whether binary scores go through a sigmoid as soon as one of them leaves [0, 1].
    threshold : {"as given", "float32"}
        What the threshold is held in, before it is rounded to the dtype of float scores.
    threshold_within_1 : bool
        Whether a threshold outside [0, 1] is refused.
    integers : {"scores", "predictions"}
        Whether binary scores of an integer type, or bools, are compared with the threshold, or are
        themselves predictions, 0 or 1.
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
    order: Order = "value"
    reads: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    unsorted: tuple[str, ...] = ()
    k_above_classes: Literal["counts", "refused"] = "refused"
    only_k: int | None = None
    label_below: Label = "miss"
    label_beyond: Label = "miss"
    label_dtype: Literal["own", "scores"] = "own"
    fewest_classes: int = 1
    averages: tuple[str, ...] = ("micro",)
    macro_over: Literal["labels", "labels and predictions"] = "labels"
    macro_bad_label: Literal["refused", "left out", "a class"] = "refused"
    no_samples: Literal["nan", "zero", "refused"] = "nan"
    exact_to: int = 2**62
    scale: Literal[1, 100] = 1
    at_threshold: Literal["negative", "positive"] | None = None
    binary_call: str = ""
    binary_reads: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    nan_side: Literal["negative", "positive"] = "negative"
    sigmoid: bool = False
    threshold: Literal["as given", "float32"] = "as given"
    threshold_within_1: bool = False
    integers: Literal["scores", "predictions"] = "scores"
    at_1: Dialect | None = field(default=None, repr=False)

    def accuracy(self, y_true: Any, y_score: Any, k: int = 5, *, average: str = "micro") -> float:
        """Return the top-k figure this library reports.

        Parameters
        ----------
        y_true : array of int, shape (N,)
            True classes.
        y_score : array of real, shape (N, C)
            Scores, as NumPy can read them.
        k : int
            How many classes may count.
        average : {"micro", "macro", "weighted"}
            The average (R15), over the classes that this library counts.

        Returns
        -------
        float
            A share, or percent where the library reports that.

        Raises
        ------
        ValueError
            If the library refuses such input, has no such average, or promises no one figure.

        Examples
        --------
        Class 0 has one hit in two samples. TorchMetrics averages over class 1 too, for it was
        predicted:

        >>> import accord, numpy as np
        >>> scores = np.array([[0.9, 0.1, 0], [0.1, 0.9, 0]])
        >>> accord.dialects["torchmetrics"].accuracy([0, 0], scores, k=1, average="macro")
        0.25
        >>> accord.dialects["accord"].accuracy([0, 0], scores, k=1, average="macro")
        0.5
        """
        least, most = self.bounds(y_true, y_score, k, average=average)
        if least < most:
            raise DialectError(
                f"{self.call} promises nothing for these scores but a figure from {least:g} to"
                f" {most:g}; use bounds()"
            )
        return least

    def bounds(
        self, y_true: Any, y_score: Any, k: int = 5, *, average: str = "micro"
    ) -> tuple[float, float]:
        """Return the least and the most that this library may report."""
        return self.figures(self.hits(y_true, y_score, k), y_true, y_score, k, average=average)

    def figures(
        self, hits: Hits, y_true: Any, y_score: Any, k: int, *, average: str = "micro"
    ) -> tuple[float, float]:
        """Return the least and the most that it may report for hits that `hits` has found.

        Raises
        ------
        ValueError
            If the library has no such average, or refuses the labels for it.
        """
        options.one_of("average", average, AVERAGES)
        if average not in self.averages:
            raise DialectError(f"{self.call} has no {average} average")
        n = hits.least.size
        if average != "macro" or not n:
            return self.figure(int(hits.least.sum()), n), self.figure(int(hits.most.sum()), n)
        truth, scores = as_pairs(y_true, y_score)
        good = (truth >= 0) & (truth < scores.shape[1])
        if self.macro_bad_label == "refused" and not good.all():
            raise DialectError(f"{self.call} refuses label {truth[~good][0]} in a macro average")
        kept = good | (self.macro_bad_label == "a class")
        if not kept.any():
            return float("nan"), float("nan")
        classes = self.classes(truth, scores, k)
        least, most = (_summed(each[kept], truth[kept]) / classes for each in hits)
        return self.scale * least, self.scale * most

    def classes(self, truth: HostArray, scores: HostArray, k: int) -> int:
        """Return over how many classes a macro average is taken."""
        rules = self.at_1 if self.at_1 and k == 1 else self
        known = {*range(scores.shape[1])}
        found = {*np.unique(truth).tolist()}
        if self.macro_bad_label != "a class":
            found &= known
        if rules.macro_over == "labels and predictions":
            for part in blocks(scores):
                found.update(np.unique(predicted(rules, scores[part])).tolist())
        return len(found)

    def figure(self, correct: int, total: int) -> float:
        """Return a count as the library reports it."""
        if total:
            return self.scale * correct / total
        if self.no_samples == REFUSED:
            raise DialectError(f"{self.call} refuses to count no samples")
        return float("nan") if self.no_samples == "nan" else 0.0

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
        self._refuse_shape(scores, options.whole("k", k))
        hits = Hits(*np.zeros((2, len(truth)), bool))
        for part in blocks(scores):
            hits.least[part], hits.most[part] = judge(self, truth[part], scores[part], k)
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
        """Tell sample by sample which binary predictions are right.

        Raises
        ------
        ValueError
            If the library has no binary function, or refuses such input.
        """
        if self.at_threshold is None:
            raise DialectError(f"{self.call} has no binary accuracy")
        truth, scores = np.asarray(y_true), np.asarray(y_score)
        if self.threshold_within_1 and not 0 <= threshold <= 1:
            raise DialectError(f"{self.binary_call} refuses threshold={threshold:g}")
        if self.binary_reads.get(scores.dtype.name) == REFUSED:
            raise DialectError(f"{self.binary_call} refuses {scores.dtype} scores")
        whole = scores.dtype.kind in "iub"
        if self.integers == "predictions" and whole and np.any((scores != 0) & (scores != 1)):
            raise DialectError(f"{self.binary_call} refuses integers other than 0 and 1")
        return np.asarray(positive(self, scores, threshold) == (truth == 1))

    def _refuse_shape(self, scores: HostArray, k: int) -> None:
        classes = scores.shape[1]
        if self.only_k is not None and k != self.only_k:
            raise DialectError(f"{self.call} has no k={k}")
        if k < 1 or (k > classes and self.k_above_classes == REFUSED):
            raise DialectError(f"{self.call} refuses k={k} for {classes} classes")
        if classes < self.fewest_classes:
            raise DialectError(f"{self.call} refuses scores of {classes} classes")
        if self.reads.get(scores.dtype.name) == REFUSED:
            raise DialectError(f"{self.call} refuses {scores.dtype} scores; pass float32")


def _summed(hits: Flags, labels: HostArray) -> float:
    """Return the sum, over the classes of some samples, of the share of hits in each."""
    _, at = np.unique(labels, return_inverse=True)
    counts = np.bincount(at)
    return float((np.bincount(at, weights=hits, minlength=len(counts)) / counts).sum())
