"""What each library reports for the same scores, and which samples make the difference."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from accord.credit.rank_counts import Standing
from accord.credit.rank_tables import rank_ahead
from accord.credit.thresholds import AtThreshold
from accord.inputs.options import one_of, top, top_within
from accord.measures import Binary, Multilabel, TopK, TopKCategorical
from accord.measures.base import Measure
from accord.per_sample import standing
from accord.reporting.evaluate import usual_k
from accord.verification import processes
from accord.verification.dialects.dialect import AVERAGES, Dialect
from accord.verification.dialects.judged import Hits
from accord.verification.dialects.rows import DialectError, as_pairs
from accord.verification.dialects.table import dialects
from accord.verification.explain.binary import explain_binary
from accord.verification.explain.causes import CLASSES, COUNTER, causes, differing, ours
from accord.verification.explain.data import Figures, Told
from accord.verification.explain.labels import explain_labels
from accord.verification.explain.peers import ask, chosen, with_answers
from accord.verification.explain.result import Explanation
from accord.verification.handover import class_axis_last, kept_places, on_host
from accord.verification.samples import Sample, look_at

HostArray = npt.NDArray[Any]

TIES = ("first", "last", "optimistic", "pessimistic")

LONG = 1.0
"""Seconds from which the rules of a library are worth a line of progress."""

_DENSE = (
    "Labels are dense, and the class of a sample is its largest entry: libraries are asked for that"
    " class."
)


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
    counted, truth, scores = class_axis_last(measure, truth, scores)
    if isinstance(counted, (Binary, Multilabel)):
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
        if isinstance(counted, Multilabel):
            return explain_labels(counted, truth, scores, dtype)
        return explain_binary(counted, truth, scores, dtype)
    if not isinstance(counted, (TopK, TopKCategorical)):
        raise TypeError(f"{measure!r} is no measure that can be explained; pass one of accord's")
    one_of("ties", counted.ties, TIES)
    if counted.label_kind == "dense":
        truth = _classes_of(truth, scores)
    if scores.ndim > 2 and truth.shape == scores.shape[:-1]:
        truth, scores = truth.reshape(-1), scores.reshape(-1, scores.shape[-1])
    truth, scores = as_pairs(truth, scores)
    places, truth, scores = kept_places(counted.ignore_index, truth, scores)
    each = _each(counted.k)
    top_within(each, scores.shape[1])
    mine = ours(counted.ties)  # type: ignore[arg-type]  # checked above
    where = _ranked(truth, scores)
    own = {one: _hits(where, one, counted.ties) for one in each}
    others = [dialects[name] for name in dialects if name != "accord"]
    told = []
    for at, dialect in enumerate(others, 1):
        started = time.perf_counter()
        told.append(_told(dialect, mine, own, truth, scores, average=average))
        if progress and (seconds_taken := time.perf_counter() - started) >= LONG:
            progress(
                f"{at}/{len(others)} rules of {dialect.name}: done after {seconds_taken:.1f} s"
            )
    names = chosen(peers, average)
    found = ask(names, truth, scores, each, average, seconds=seconds, progress=progress)
    bounds = {
        one: Hits(_hits(where, one, "pessimistic"), _hits(where, one, "optimistic")) for one in each
    }
    return Explanation(
        ties=counted.ties,
        samples=len(truth),
        classes=scores.shape[1],
        correct={one: int(hits.sum()) for one, hits in own.items()},
        floor={one: int(hits.least.sum()) for one, hits in bounds.items()},
        ceiling={one: int(hits.most.sum()) for one, hits in bounds.items()},
        threshold=None,
        told=tuple(with_answers(each, found.get(each.name)) for each in told),
        looked_at=tuple(
            sample._replace(place=int(places[sample.place]))
            for sample in _looked_at(others, own, truth, scores)
        ),
        measure=measure,
        total=len(truth),
        notes=(_DENSE,) if counted.label_kind == "dense" else (),
        average=average,
        figures={
            one: Figures(
                mine.figures(Hits(own[one], own[one]), truth, scores, one, average=average)[0],
                *mine.figures(bounds[one], truth, scores, one, average=average),
            )
            for one in each
        },
    )


def _ranked(truth: HostArray, scores: HostArray) -> Standing:
    """Return where accord ranks each sample; a label outside the classes is behind all (R22)."""
    good = (truth >= 0) & (truth < scores.shape[1])
    if scores.shape[1] == 1:  # which as integers accord takes for predicted labels
        scores = scores.astype(np.float64)
    ahead, before, after = standing(np.where(good, truth, 0), scores)
    return Standing(
        np.where(good, ahead, scores.shape[1]),
        np.where(good, before, 0),
        np.where(good, after, 0),
    )


def _hits(where: Standing, k: int, ties: Any) -> HostArray:
    return np.asarray(rank_ahead(where, ties) < k)


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


def _classes_of(truth: HostArray, scores: HostArray) -> HostArray:
    """Return the class of each row of dense labels, as argmax does (R9)."""
    if truth.shape != scores.shape:
        raise ValueError(
            f"y_true has shape {truth.shape} and y_score {scores.shape}; pass one-hot rows or"
            " probabilities of the shape of the scores"
        )
    peak = truth.max(axis=-1)
    bad = np.argwhere(~(peak > 0))  # a NaN is its row's largest
    if bad.size:
        place = ", ".join(map(str, bad[0]))
        raise ValueError(
            f"y_true[{place}] has {peak[tuple(bad[0])]} as its largest entry; a row needs one above"
            " zero and no NaN"
        )
    return np.asarray(truth.argmax(axis=-1))


def _each(k: int | tuple[int, ...]) -> tuple[int, ...]:
    k = top(k)
    return k if isinstance(k, tuple) else (k,)


def _told(
    dialect: Dialect,
    mine: Dialect,
    own: dict[int, HostArray],
    truth: HostArray,
    scores: HostArray,
    *,
    average: str,
) -> Told:
    """Evaluate a dialect at each k."""
    told = Told(dialect.name, dialect.call, scale=dialect.scale)
    for k, hits in own.items():
        try:
            found = dialect.hits(truth, scores, k)
            least, most = dialect.figures(found, truth, scores, k, average=average)
        except DialectError as error:
            told.refused[k] = str(error)
            continue
        told.least[k], told.most[k] = least, most
        apart = differing(found, hits)
        told.differs[k] = len(apart)
        told.causes[k] = causes(dialect, mine, truth[apart], scores[apart], k)
        if average == "macro":
            more = dialect.classes(truth, scores, k) - mine.classes(truth, scores, k)
            told.causes[k].update({CLASSES: more} if more else {})
        if (count := int(found.most.sum())) > dialect.exact_to:
            told.causes[k][COUNTER] = count - dialect.exact_to
    return told


def _looked_at(
    others: Iterable[Dialect], own: dict[int, HostArray], truth: HostArray, scores: HostArray
) -> tuple[Sample, ...]:
    """Return the first samples that some library judges otherwise at the first k."""
    k = next(iter(own))
    apart: set[int] = set()
    for dialect in others:
        with contextlib.suppress(DialectError):
            apart.update(differing(dialect.hits(truth, scores, k), own[k])[:100].tolist())
    return look_at(truth, scores, sorted(apart), k)
