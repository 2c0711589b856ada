"""Scores and labels to a report, in one call."""

from __future__ import annotations

from typing import Any, Literal, get_args

from accord.backends.base import Array
from accord.counts.tally import Tally
from accord.credit.ties import Ties
from accord.inputs import options
from accord.inputs.options import K
from accord.measures import TopK
from accord.measures.base import Measure
from accord.reporting.counter import Counter
from accord.reporting.groups import Groups, encoded
from accord.reporting.report import Report

OneAverage = Literal["micro", "macro", "weighted", "adjusted"]
AVERAGES: tuple[str, ...] = get_args(OneAverage)

_USUAL = (1, 5)  # k, of which 5 says nothing of up to five classes


def evaluate(
    y_true: Any,
    y_score: Array,
    k: K | None = None,
    *,
    measure: Measure | None = None,
    ties: Ties = "first",
    axis: int = -1,
    average: OneAverage = "micro",
    sample_weight: Any = None,
    mask: Any = None,
    candidates: Any = None,
    groups: Any = None,
    ignore_index: int | None = None,
    per_class: bool = False,
) -> Report:
    """Report the accuracy of scores, with its tie bounds, interval and counts.

    Parameters
    ----------
    y_true : array
        What is true: classes 0 to C - 1 as integers, or what ``measure`` asks for.
    y_score : array of real, shape (..., C)
        Scores of any framework with an adapter.
    k : int, tuple of int, range or "all", optional
        How many classes may count, 1 to C, in one pass; ``"all"`` is every k, of which the table
        has a few and the plot a curve (R6). By default 1 and 5; 1 alone for up to five classes, of
        which 5 would say nothing.
    measure : Measure, optional
        Count this instead of top-k accuracy, for instance ``accord.Binary(0.3)``. It has its own
        k, ties, axis and ignore_index, so these are not to be passed beside it.
    ties : {"first", "last", "optimistic", "pessimistic", "expected"}
        Who wins among equal scores (R5).
    axis : int
        The class axis of ``y_score`` (R12).
    average : {"micro", "macro", "weighted", "adjusted"}
        Over samples or over classes; ``"adjusted"`` is macro, so that guessing gives 0 (R15).
    sample_weight : array of real, optional
        A weight of at least 0 for each sample (R14).
    mask : array of bool, optional
        True keeps a sample (R13); for sets of labels, it may have the shape of y_score, and True
        then keeps a label of a sample.
    candidates : array of bool, optional
        True marks a class that takes part in its sample, of the shape of y_score (R25).
    groups : array or list of numbers or text, optional
        The group of each sample; `Report.by_group` then has the figures of each group (R24).
    ignore_index : int, optional
        A label that leaves its sample out (R13).
    per_class : bool
        Whether to report each class too, or each label of `Multilabel` with ``"hamming"``.

    Returns
    -------
    Report
        In plain Python numbers; reading them waits for the device of the scores.

    Raises
    ------
    ValueError
        If shapes differ, an option is unknown, k is not within 1 to C, or a bad label or weight
        can be read (R22).
    TypeError
        If a dtype does not fit, or arrays are of two frameworks (R21).

    Notes
    -----
    ``Report.interval`` is Wilson's 95 % interval, which is one for a share of independent samples
    that are hits or misses. There is none for a macro average, for weighted samples, for the
    criterion ``"hamming"``, or where credit is a fraction (``"expected"``, ``"jaccard"``, ``"f1"``);
    ``Report.no_interval`` says why.

    Where classes are ranked, the report also counts the samples with a NaN among their scores, and
    those that are misses because a NaN of another class ranks ahead (R2). It gives no chance level
    if a score is -inf, which may mark a class that can't be chosen.

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.6, 0.3, 0.1], [0.2, 0.3, 0.5], [0.1, 0.8, 0.1], [0.7, 0.2, 0.1]])
    >>> print(accord.evaluate([0, 2, 1, 1], scores, k=(1, 2)))
    Top-k accuracy: ties first, micro average
    k  accuracy     floor   ceiling     Wilson 95 %  correct
    -  --------  --------  --------  --------------  -------
    1   75.00 %   75.00 %   75.00 %   30.06 - 95.44    3 / 4
    2  100.00 %  100.00 %  100.00 %  51.01 - 100.00    4 / 4
    <BLANKLINE>
    samples           4
    classes           3
    chance level      33.33 % at k=1, 66.67 % at k=2
    invalid labels    0
    undefined scores  0
    """
    asked: Any = k
    if isinstance(asked, type) and issubclass(asked, Measure):
        raise TypeError(f"k is the class {asked.__name__}; pass measure={asked.__name__}()")
    if isinstance(k, Measure):
        raise TypeError(f"k={k!r} is a measure; pass it by name, measure={k!r}")
    if measure is None:
        k = usual_k(y_score, axis) if k is None else k
        measure = TopK(k, ties=ties, axis=axis, ignore_index=ignore_index)
    elif (k, ties, axis, ignore_index) != (None, "first", -1, None):
        raise ValueError(
            f"k, ties, axis and ignore_index are part of {measure!r}; pass them to the measure"
        )
    labels, ids = (None, None) if groups is None else encoded(groups, mask)
    metric = counter(measure, average, per_class=per_class, groups=labels)
    metric.update(
        y_true,
        y_score,
        sample_weight=sample_weight,
        mask=mask,
        candidates=candidates,
        groups=ids,
    )
    return report_of(metric, y_score, average, per_class=per_class, groups=labels)


def usual_k(y_score: Array, axis: int = -1) -> tuple[int, ...]:
    """Return the k to report where none is asked for."""
    shape = tuple(getattr(y_score, "shape", ()))  # what is no array, the measure refuses
    wide = -len(shape) <= axis < len(shape) and shape[axis] > _USUAL[-1]
    return _USUAL if wide else _USUAL[:1]


def counter(
    measure: Measure,
    average: OneAverage,
    *,
    per_class: bool,
    groups: tuple[Any, ...] | None = None,
) -> Counter:
    """Return an empty metric that counts what a report with these options shows."""
    options.one_of("average", average, AVERAGES)
    if measure.tallies is not Tally:
        raise ValueError(
            f"{measure!r} has several figures, which a report of one can't show; pass the arrays to"
            f" accord.precision_recall, or measure=accord.TopK(k={measure.k!r}) for its micro recall"
        )
    if per_class and not measure.by_class:
        raise ValueError(
            "per_class needs samples of one class, which multilabel samples are not; leave it out,"
            " or for figures by label pass criteria='hamming' to the measure"
        )
    n_groups = None if groups is None else max(1, len(groups))
    return Counter(measure, average="macro" if per_class else average, n_groups=n_groups)


def report_of(
    metric: Counter,
    y_score: Array,
    average: OneAverage,
    *,
    per_class: bool,
    groups: tuple[Any, ...] | None = None,
) -> Report:
    """Return the report of what a metric has counted of such scores, of groups with such labels."""
    axis = getattr(metric.measure, "axis", None)
    binary = metric.measure.label_kind == "binary"
    classes = 2 if binary or axis is None else int(y_score.shape[axis])
    by_group = metric.by_group
    return Report(
        metric.measure,
        metric.tally,
        classes,
        average,
        per_class,
        metric.nonfinite,
        None if groups is None or by_group is None else Groups(groups, by_group),
        metric.guessed,
        metric.samples,
    )
