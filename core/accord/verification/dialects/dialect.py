"""A dialect: the rules of one library as data, and what it gives for scores under them.

It is evaluated in NumPy alone, in blocks, and shares no code with the measures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from accord.inputs import options
from accord.verification.dialects.judged import Hits, judge, predicted
from accord.verification.dialects.rows import DialectError, Flags, HostArray, as_pairs, blocks
from accord.verification.dialects.rules import Rules
from accord.verification.dialects.sides import positive

AVERAGES = ("micro", "macro", "weighted")

REFUSED: Final = "refused"


@dataclass(frozen=True, kw_only=True)
class Dialect(Rules):
    """The rules of one library, and what they give for scores; `Rules` describes each field.

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
        Class 0 has one hit in two samples. TorchMetrics averages over class 1 too, since it
        was predicted:

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
