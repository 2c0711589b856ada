"""The measures: what to compute, and nothing else. Frozen, hashable, without state."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from accord import checks, kernels, nonfinite
from accord.arrays import Inputs, admit
from accord.labels import Labels, binary_labels, class_labels, dense_labels
from accord.measure import Measure
from accord.multilabel import CRITERIA, Criteria, judge, judge_each, k_best, past_threshold
from accord.nonfinite import NonFinite
from accord.ranking import Ranked, Standing, rank
from accord.registry import Array
from accord.tally import Outcome, Tally, count
from accord.thresholds import SIDES, AtThreshold, border, in_float64, sides
from accord.ties import AHEAD, RULES, Ties, credit, highest


@dataclass(frozen=True)
class _Ranking(Measure):
    """What the measures that rank classes share."""

    k: int | tuple[int, ...]
    _: KW_ONLY
    ties: Ties = "first"
    axis: int = -1

    def __post_init__(self) -> None:
        object.__setattr__(self, "k", checks.top(self.k))
        object.__setattr__(self, "axis", checks.whole("axis", self.axis))
        checks.one_of("ties", self.ties, RULES)

    def nonfinite(self, y_true: Any, y_score: Array, **extra: Any) -> NonFinite:
        """Count the samples that have a NaN or a -inf among their scores."""
        inputs = self._admit(y_true, y_score, **extra)
        return nonfinite.over_blocks(inputs, self._labels, self.k, self.ties)

    def _classes(self, inputs: Inputs) -> int:
        checks.top_within(self.k, inputs.classes)
        return inputs.classes

    def _judge(self, block: Inputs, labels: Labels) -> Outcome:
        return self._outcome(block, labels, rank(block, labels, highest(self.k)))

    def _outcome(self, block: Inputs, labels: Labels, ranked: Ranked) -> Outcome:
        standing, undefined = ranked
        return Outcome(
            credit=credit(block, standing, self.k, self.ties),
            floor=credit(block, standing, self.k, "pessimistic"),
            ceiling=credit(block, standing, self.k, "optimistic"),
            undefined=undefined if labels.valid is None else undefined & labels.valid,
            labels=labels,
            invalid=None if labels.valid is None else ~labels.valid,
        )


@dataclass(frozen=True)
class TopK(_Ranking):
    """Whether the true class is among the k best scores, for integer labels (R5, R8).

    Parameters
    ----------
    k : int or tuple of int
        How many classes may count, 1 to C; a tuple is counted in one pass (R6).
    ties : {"first", "last", "optimistic", "pessimistic", "expected"}
        Who wins among equal scores (R5).
    axis : int
        The class axis of ``y_score`` (R12).
    ignore_index : int, optional
        A label that leaves its sample out (R13).

    Examples
    --------
    >>> import accord, numpy as np
    >>> measure = accord.TopK(k=(1, 2), ties="last")
    >>> measure.tally([0, 1], np.array([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]])).correct
    array([0, 2])
    """

    k: int | tuple[int, ...] = 5
    _: KW_ONLY
    ignore_index: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.ignore_index is not None:
            checks.whole("ignore_index", self.ignore_index)

    def tally_of(
        self,
        standing: Standing,
        y_true: Any,
        *,
        classes: int,
        sample_weight: Any = None,
        mask: Any = None,
        per_class: bool = False,
    ) -> Tally:
        """Count the hits as `tally` does, from standings that were counted before.

        Parameters
        ----------
        standing : Standing
            As `accord.standing` returns it, or a sum of what `accord.standing_in_block` does.
        y_true : array of int
            True classes, of the shape of the standing's fields.
        classes : int
            How many classes the standing is among.
        sample_weight, mask, per_class
            As in `tally`.

        Returns
        -------
        Tally
            Of arrays of the standing's framework.

        Raises
        ------
        ValueError, TypeError
            As `tally`.

        Examples
        --------
        >>> import accord, numpy as np
        >>> labels, scores = np.array([1, 2]), np.array([[0.1, 0.6, 0.3], [0.4, 0.2, 0.4]])
        >>> where = accord.standing(labels, scores)
        >>> accord.TopK(k=(1, 2)).tally_of(where, labels, classes=3).correct
        array([1, 2])
        """
        inputs = admit(
            y_true, standing.ahead, axis=None, sample_weight=sample_weight, mask=mask, moved=False
        )  # one number a sample stands for its scores
        checks.top_within(self.k, checks.whole("classes", classes))
        labels = class_labels(inputs, self.ignore_index, classes)
        nowhere = inputs.scores >= classes  # an undefined sample, or a label that is no class
        outcome = self._outcome(inputs, labels, Ranked(standing, nowhere))
        return count(inputs, outcome, classes if per_class else None)

    def _labels(self, block: Inputs) -> Labels:
        return class_labels(block, self.ignore_index)

    def _scanned(self, inputs: Inputs, groups: int | None) -> Tally | None:
        inputs = inputs.with_bits()
        if not kernels.ready(inputs):
            return None
        tied = AHEAD.get(self.ties)  # None for the mean over all orders
        return kernels.tally(inputs, self.k, tied, ignore_index=self.ignore_index, groups=groups)


@dataclass(frozen=True)
class SparseCategorical(TopK):
    """Whether the true class has the best score, for integer labels: `TopK` at k = 1 (R8).

    Parameters
    ----------
    ties, axis, ignore_index
        As in `TopK`.

    Examples
    --------
    >>> import accord, numpy as np
    >>> int(accord.SparseCategorical().tally([0, 1], np.array([[0.9, 0.1], [0.8, 0.2]])).correct)
    1
    """

    k: int | tuple[int, ...] = field(default=1, init=False, repr=False)


@dataclass(frozen=True)
class TopKCategorical(_Ranking):
    """Whether the true class is among the k best scores, for one-hot or probability labels (R9).

    Parameters
    ----------
    k, ties, axis
        As in `TopK`; ``axis`` is the class axis of ``y_true`` too.

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.1, 0.6, 0.3], [0.4, 0.2, 0.4]])
    >>> int(accord.TopKCategorical(k=2).tally(np.eye(3)[[0, 2]], scores).correct)
    1
    """

    _dense = True
    k: int | tuple[int, ...] = 5

    def _labels(self, block: Inputs) -> Labels:
        return dense_labels(block)


@dataclass(frozen=True)
class Categorical(TopKCategorical):
    """Whether the true class has the best score, for one-hot or probability labels (R9).

    Parameters
    ----------
    ties, axis
        As in `TopK`; ``axis`` is the class axis of ``y_true`` too.

    Examples
    --------
    >>> import accord, numpy as np
    >>> int(accord.Categorical().tally([[0.1, 0.9]], np.array([[0.3, 0.7]])).correct)
    1
    """

    k: int | tuple[int, ...] = field(default=1, init=False, repr=False)


@dataclass(frozen=True)
class Binary(Measure):
    """Whether a score is on the side of the threshold that its label, 0 or 1, asks for (R10).

    Parameters
    ----------
    threshold : float
        Scores above it are predicted positive; rounded to the scores' dtype first.
    at_threshold : {"negative", "positive"}
        What a score equal to the threshold predicts.
    from_logits : bool
        Whether scores are logits; they are compared with the logit of the threshold.
    ignore_index : int, optional
        A label that leaves its sample out (R13).

    Examples
    --------
    >>> import accord, numpy as np
    >>> int(accord.Binary(threshold=0.3).tally([1, 0, 1], np.array([0.4, 0.4, 0.3])).correct)
    1
    """

    threshold: float = 0.5
    _: KW_ONLY
    at_threshold: AtThreshold = "negative"
    from_logits: bool = False
    ignore_index: int | None = None

    def __post_init__(self) -> None:
        checks.one_of("at_threshold", self.at_threshold, SIDES)
        border(self.threshold, from_logits=self.from_logits)
        if self.ignore_index is not None:
            checks.whole("ignore_index", self.ignore_index)

    def _classes(self, inputs: Inputs) -> int:  # noqa: ARG002  # a label is 0 or 1, always
        return 2

    def _scanned(self, inputs: Inputs, groups: int | None) -> Tally | None:
        if not kernels.ready(inputs):
            kernels.note(inputs)
            return None
        threshold = border(self.threshold, from_logits=self.from_logits)
        bound = in_float64(threshold, inputs.scores.dtype)
        if bound is None:
            return None
        return kernels.tally_sides(
            inputs,
            bound,
            at_is_above=self.at_threshold == "positive",
            ignore_index=self.ignore_index,
            groups=groups,
        )

    def _labels(self, block: Inputs) -> Labels:
        return binary_labels(block, self.ignore_index)

    def _judge(self, block: Inputs, labels: Labels) -> Outcome:
        above, at, undefined = sides(block, border(self.threshold, from_logits=self.from_logits))
        sure = ~(above ^ labels.label) & ~at & ~undefined
        won = at & (labels.label if self.at_threshold == "positive" else ~labels.label)
        if labels.valid is not None:
            sure, won, at = sure & labels.valid, won & labels.valid, at & labels.valid
            undefined = undefined & labels.valid
        return Outcome(
            credit=sure | won,
            floor=sure,
            ceiling=sure | at,
            undefined=undefined,
            labels=labels,
            invalid=None if labels.valid is None else ~labels.valid,
        )


@dataclass(frozen=True)
class Multilabel(Measure):
    """Whether the predicted set of labels is right, by one of six criteria (R11).

    Parameters
    ----------
    criteria : {"exact_match", "hamming", "overlap", "contain", "belong", "jaccard"}
        What right means. ``"hamming"`` counts labels, the others samples.
    threshold, at_threshold, from_logits
        As in `Binary`; labels whose score is above the threshold are predicted.
    k : int or tuple of int, optional
        Predict the k best labels of each sample instead of using the threshold; a ValueError
        beside options of a threshold.
    ties : {"first", "last"}
        Which of equal scores are among the k best.
    axis : int
        The label axis of ``y_true`` and ``y_score``.

    Notes
    -----
    A NaN score has no side: under ``"hamming"`` it is one label missed, under every other
    criterion, and with ``k``, its sample is undefined and a miss. A sample has no single class,
    so there is no average by class.

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.9, 0.2, 0.7], [0.1, 0.8, 0.6]])
    >>> int(accord.Multilabel("contain").tally([[1, 0, 0], [1, 1, 0]], scores).correct)
    1
    """

    _dense = True
    _has_class = False
    criteria: Criteria = "exact_match"
    _: KW_ONLY
    threshold: float = 0.5
    at_threshold: AtThreshold = "negative"
    from_logits: bool = False
    k: int | tuple[int, ...] | None = None
    ties: Ties = "first"
    axis: int = -1

    def __post_init__(self) -> None:
        checks.one_of("criteria", self.criteria, CRITERIA)
        checks.one_of("at_threshold", self.at_threshold, SIDES)
        checks.one_of("ties", self.ties, ("first", "last"))
        border(self.threshold, from_logits=self.from_logits)
        object.__setattr__(self, "axis", checks.whole("axis", self.axis))
        if self.k is not None:
            object.__setattr__(self, "k", checks.top(self.k))
            if (self.threshold, self.at_threshold, self.from_logits) != (0.5, "negative", False):
                raise ValueError(
                    f"k={self.k!r} predicts the best labels whatever their scores; pass it without"
                    " threshold, at_threshold and from_logits, or leave it out"
                )

    def _classes(self, inputs: Inputs) -> int:
        if self.k is not None:
            checks.top_within(self.k, inputs.classes)
        return inputs.classes

    def _labels(self, block: Inputs) -> Labels:
        return binary_labels(block, None, ignorable=False)

    def _judge(self, block: Inputs, labels: Labels) -> Outcome:
        if isinstance(self.k, tuple):
            matches = k_best(block, labels, self.k, self.ties)
            return judge_each(block, labels, matches, self.criteria)
        if self.k is not None:
            (match,) = k_best(block, labels, (self.k,), self.ties)
            return judge(block, labels, match, self.criteria)
        bound = border(self.threshold, from_logits=self.from_logits)
        match = past_threshold(block, labels, bound, self.at_threshold)
        return judge(block, labels, match, self.criteria)
