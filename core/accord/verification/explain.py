"""What each library reports for the same scores, and which samples make the difference."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from accord import checks
from accord.measure import Measure
from accord.measures import Binary, Multilabel, TopK, TopKCategorical
from accord.reporting.evaluate import usual_k
from accord.thresholds import AtThreshold
from accord.verification import processes
from accord.verification.causes import COUNTER, causes, differing, ours
from accord.verification.dialect import Dialect, DialectError, as_pairs
from accord.verification.dialects import dialects
from accord.verification.explain_binary import explain_binary
from accord.verification.explain_labels import explain_labels
from accord.verification.explained import Explanation, Told
from accord.verification.handover import class_axis_last, handed, kept_places, on_host
from accord.verification.processes import Ended, Job
from accord.verification.samples import Sample, look_at
from accord.verification.worker import PEERS

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
    """
    truth, _ = on_host(y_true, "y_true")
    scores, dtype = on_host(y_score, "y_score")
    measure = _measure_or(measure, scores, (k, ties, threshold, at_threshold))
    counted, truth, scores = class_axis_last(measure, truth, scores)
    if isinstance(counted, (Binary, Multilabel)):
        if peers:
            raise ValueError(
                f"peers={peers!r} can't be asked for {measure!r}, which is explained by rules alone;"
                " leave peers out"
            )
        if isinstance(counted, Multilabel):
            return explain_labels(counted, truth, scores, dtype)
        return explain_binary(counted, truth, scores, dtype)
    if not isinstance(counted, (TopK, TopKCategorical)):
        raise TypeError(f"{measure!r} is no measure that can be explained; pass one of accord's")
    checks.one_of("ties", counted.ties, TIES)
    if isinstance(counted, TopKCategorical):
        truth = _classes_of(truth, scores)
    if scores.ndim > 2 and truth.shape == scores.shape[:-1]:  # noqa: PLR2004  # one row a sample
        truth, scores = truth.reshape(-1), scores.reshape(-1, scores.shape[-1])
    truth, scores = as_pairs(truth, scores)
    places, truth, scores = kept_places(getattr(counted, "ignore_index", None), truth, scores)
    each = _each(counted.k)
    checks.top_within(each, scores.shape[1])
    mine = ours(counted.ties)  # type: ignore[arg-type]  # checked above
    own = {one: mine.hits(truth, scores, one).least for one in each}
    others = [dialects[name] for name in dialects if name != "accord"]
    told = []
    for at, dialect in enumerate(others, 1):
        started = time.perf_counter()
        told.append(_told(dialect, mine, own, truth, scores))
        if progress and (seconds_taken := time.perf_counter() - started) >= LONG:
            progress(
                f"{at}/{len(others)} rules of {dialect.name}: done after {seconds_taken:.1f} s"
            )
    found = _ask(_chosen(peers), truth, scores, each, seconds=seconds, progress=progress)
    bounds = (replace(mine, ties="pessimistic"), replace(mine, ties="optimistic"))
    return Explanation(
        ties=counted.ties,
        samples=len(truth),
        classes=scores.shape[1],
        correct={one: int(hits.sum()) for one, hits in own.items()},
        floor={one: int(bounds[0].hits(truth, scores, one).least.sum()) for one in each},
        ceiling={one: int(bounds[1].hits(truth, scores, one).least.sum()) for one in each},
        threshold=None,
        told=tuple(_with_answers(each, found.get(each.name)) for each in told),
        looked_at=tuple(
            sample._replace(place=int(places[sample.place]))
            for sample in _looked_at(others, own, truth, scores)
        ),
        measure=measure,
        total=len(truth),
        notes=(_DENSE,) if isinstance(counted, TopKCategorical) else (),
    )


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
    checks.one_of("ties", ties, TIES)
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
    k = checks.top(k)
    return k if isinstance(k, tuple) else (k,)


def _told(
    dialect: Dialect,
    mine: Dialect,
    own: dict[int, HostArray],
    truth: HostArray,
    scores: HostArray,
) -> Told:
    """Evaluate a dialect at each k."""
    told = Told(dialect.name, dialect.call, scale=dialect.scale)
    for k, hits in own.items():
        try:
            found = dialect.hits(truth, scores, k)
        except DialectError as error:
            told.refused[k] = str(error)
            continue
        least, most = int(found.least.sum()), int(found.most.sum())
        told.least[k] = dialect.figure(least, len(truth))
        told.most[k] = dialect.figure(most, len(truth))
        apart = differing(found, hits)
        told.differs[k] = len(apart)
        told.causes[k] = causes(dialect, mine, truth[apart], scores[apart], k)
        if most > dialect.exact_to:
            told.causes[k][COUNTER] = most - dialect.exact_to
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


def _chosen(peers: Sequence[str] | None) -> list[str]:
    """Return the peers to run: those asked for, or all that are installed."""
    known = {entry.name for entry in entry_points(group=PEERS)}
    there = [name for name in dialects if name in known and not _absent(name)]
    if peers is None:
        return there
    for name in peers:
        if name not in known:
            raise LookupError(f"no peer is named {name!r}; there are {', '.join(sorted(known))}")
        if name in dialects and (absent := _absent(name)):
            raise LookupError(f"{name} can't be run: {', '.join(absent)} is not installed")
    return list(peers)


def _absent(name: str) -> list[str]:
    return [module for module in dialects[name].needs if find_spec(module) is None]


def _ask(
    names: list[str],
    truth: HostArray,
    scores: HostArray,
    ks: tuple[int, ...],
    *,
    seconds: float,
    progress: Callable[[str], None] | None,
) -> dict[str, Ended]:
    """Run peers, each in its own process."""
    if not names:
        return {}
    done: list[str] = []

    def tell(job: Job, ended: Ended) -> None:
        done.append(job.name)
        if progress:
            how = ended.error or "done"
            progress(f"{len(done)}/{len(names)} {job.name}: {how} after {ended.seconds:.1f} s")

    with handed(truth, scores) as files:
        about = {"task": "peer", "truth": files.truth, "scores": files.scores, "ks": list(ks)}
        jobs = [Job(name, {**about, "name": name}) for name in names]
        ended = processes.run(jobs, files.folder, seconds=seconds, after_each=tell)
    return dict(zip(names, ended, strict=True))


def _with_answers(told: Told, ended: Ended | None) -> Told:
    """Put what a library did report beside what its dialect says."""
    if ended is None:
        return told
    answers = {line["k"]: line for line in ended.said}
    reported = {k: line["figure"] for k, line in answers.items() if "figure" in line}
    refused = {
        k: f"{told.refused[k]} ({line['refused']})" if k in told.refused else line["refused"]
        for k, line in answers.items()
        if "refused" in line
    }
    return replace(
        told, ran=True, reported=reported, refused={**told.refused, **refused}, note=ended.error
    )
