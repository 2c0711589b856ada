"""What each library reports for the same scores, and which samples make the difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy.typing as npt

from accord.credit.thresholds import AtThreshold
from accord.inputs.options import one_of
from accord.measures import Binary, Multilabel, TopK, TopKCategorical
from accord.measures.base import Measure
from accord.reporting.evaluate import usual_k
from accord.verification import processes
from accord.verification.by_k import refuse_every_k
from accord.verification.dialects.dialect import AVERAGES
from accord.verification.explain.binary import explain_binary
from accord.verification.explain.by_class import TIES, Asked, explain_classes
from accord.verification.explain.labels import explain_labels
from accord.verification.explain.result import Explanation
from accord.verification.handover import class_axis_last, on_host

HostArray = npt.NDArray[Any]


def explain(
    y_true: Any,
    y_score: Any,
    k: int | tuple[int, ...] | None = None,
    *,
    ties: str = "first",
    average: str = "micro",
    threshold: float = 0.5,
    at_threshold: AtThreshold = "negative",
    measure: Measure | None = None,
    peers: Sequence[str] | None = None,
    seconds: float = processes.SECONDS,
    progress: Callable[[str], None] | None = None,
) -> Explanation:
    """Tell what each library would report for these scores, and why it differs.

    Parameters
    ----------
    y_true : array
        True classes, shape (...); 0 and 1 where scores are binary; or what ``measure`` asks for.
    y_score : array of real, shape (..., C), or (N,) for binary scores
        Scores, of any framework with an adapter.
    k : int or tuple of int, optional
        How many classes may count (R6); by default as `accord.evaluate`.
    ties : {"first", "last", "optimistic", "pessimistic"}
        accord's tie rule, which others are compared with (R5).
    average : {"micro", "macro", "weighted"}
        The average (R15); each library takes a macro average over its own set of classes, and one
        that has no such average refuses. Binary and multilabel scores have only ``"micro"``.
    threshold : float
        Of binary scores.
    at_threshold : {"negative", "positive"}
        accord's side of a binary score at the threshold (R10).
    measure : Measure, optional
        Explain this instead of top-k accuracy, or binary accuracy for scores of one axis. It has
        its own k, ties, threshold and at_threshold. Few libraries have the criteria of
        `accord.Multilabel`; the result says which are known to.
    peers : sequence of str, optional
        Which libraries to run beside their dialects, each in its own process; by default all that
        are installed. ``()`` runs none, and takes no time. Binary and multilabel scores are
        explained by rules alone.
    seconds : float
        How long a library may take; 300 by default.
    progress : callable, optional
        Told in a line as each library has been run, and as each dialect that took a second or
        more has been evaluated.

    Returns
    -------
    Explanation
        It prints as a table.

    Raises
    ------
    ValueError, TypeError
        For shapes, dtypes and options that do not fit. A bad label is no error here: it is
        explained.
    LookupError
        If a peer that is named is not there.

    Examples
    --------
    >>> import accord, numpy as np
    >>> found = accord.explain([0, 1], np.array([[0.4, 0.4, 0.2]] * 2), k=1, peers=())
    >>> found["sklearn"].differs, found["sklearn"].causes
    ({1: 2}, {1: {'tie at the boundary': 2}})

    TorchMetrics' macro average counts classes that are only predicted:

    >>> scores = np.array([[0.9, 0.1, 0.0], [0.1, 0.9, 0.0]])
    >>> found = accord.explain([0, 0], scores, k=1, average="macro", peers=())
    >>> found.accuracy, found["torchmetrics"].least
    ({1: 0.5}, {1: 0.25})
    """
    truth, _ = on_host(y_true, "y_true")
    scores, dtype = on_host(y_score, "y_score")
    one_of("average", average, AVERAGES)
    measure = _measure_or(measure, scores, (k, ties, threshold, at_threshold))
    refuse_every_k(measure)
    counted, truth, scores = class_axis_last(measure, truth, scores)
    if isinstance(counted, (TopK, TopKCategorical)):
        asked = Asked(average, peers, seconds, progress)
        return explain_classes(measure, counted, truth, scores, asked)
    if not isinstance(counted, (Binary, Multilabel)):
        raise TypeError(
            f"{measure!r} cannot be explained, because no rules of other libraries are known for"
            " it; pass one of accord's measures of accuracy: TopK, SparseCategorical,"
            " TopKCategorical, Categorical, Binary or Multilabel"
        )
    _refuse_of_classes(measure, peers, average)
    if isinstance(counted, Multilabel):
        return explain_labels(counted, truth, scores, dtype)
    return explain_binary(counted, truth, scores, dtype)


def _measure_or(
    measure: Measure | None, scores: HostArray, options: tuple[Any, str, float, AtThreshold]
) -> Measure:
    """Return the measure that was passed, or the one that scores of such a shape have."""
    k, ties, threshold, at_threshold = options
    if measure is not None:
        if options != (None, "first", 0.5, "negative"):
            raise ValueError(
                f"k, ties, threshold and at_threshold are part of {measure!r}; pass them to the"
                " measure"
            )
        return measure
    if scores.ndim == 1:
        return Binary(threshold, at_threshold=at_threshold)
    one_of("ties", ties, TIES)
    return TopK(usual_k(scores) if k is None else k, ties=ties)  # type: ignore[arg-type]  # checked


def _refuse_of_classes(measure: Measure, peers: Sequence[str] | None, average: str) -> None:
    """Refuse what only scores by class can be explained with."""
    if peers:
        raise ValueError(
            f"peers={peers!r} can't be asked for {measure!r}, which is explained by rules alone;"
            " leave peers out"
        )
    if average != "micro":
        raise ValueError(
            f"average={average!r} needs scores by class, of shape (N, C); pass average='micro'"
            f" for {measure!r}"
        )
