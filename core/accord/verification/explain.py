"""What each library reports for the same scores, and which samples make the difference."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from accord import checks
from accord.reporting.evaluate import usual_k
from accord.thresholds import SIDES, AtThreshold
from accord.verification import processes
from accord.verification.causes import (
    CLASSES,
    COUNTER,
    binary_causes,
    causes,
    differing,
    equals_threshold,
    ours,
)
from accord.verification.dialect import AVERAGES, Dialect
from accord.verification.dialects import dialects
from accord.verification.explained import Explanation, Figures, Told
from accord.verification.handover import handed, on_host
from accord.verification.judged import Hits
from accord.verification.processes import Ended, Job
from accord.verification.rows import DialectError, as_pairs
from accord.verification.samples import Sample, look, look_at
from accord.verification.worker import PEERS

HostArray = npt.NDArray[Any]

TIES = ("first", "last", "optimistic", "pessimistic")


def explain(
    y_true: Any,
    y_score: Any,
    k: int | tuple[int, ...] | None = None,
    *,
    ties: str = "first",
    average: str = "micro",
    threshold: float = 0.5,
    at_threshold: AtThreshold = "negative",
    peers: Sequence[str] | None = None,
    seconds: float = processes.SECONDS,
    progress: Callable[[str], None] | None = None,
) -> Explanation:
    """Tell what each library would report for these scores, and why it differs.

    Parameters
    ----------
    y_true : array of int, shape (N,)
        True classes; 0 and 1 where scores are binary.
    y_score : array of real, shape (N, C), or (N,) for binary scores
        Scores, of any framework with an adapter.
    k : int or tuple of int, optional
        How many classes may count (R6); by default as `accord.evaluate`.
    ties : {"first", "last", "optimistic", "pessimistic"}
        accord's tie rule, which others are compared with (R5).
    average : {"micro", "macro", "weighted"}
        The average (R15); each library takes a macro average over its own set of classes, and one
        that has no such average refuses. Binary scores have only ``"micro"``.
    threshold : float
        Of binary scores.
    at_threshold : {"negative", "positive"}
        accord's side of a binary score at the threshold (R10).
    peers : sequence of str, optional
        Which libraries to run beside their dialects, each in its own process; by default all that
        are installed. ``()`` runs none, and takes no time.
    seconds : float
        How long a library may take; 300 by default.
    progress : callable, optional
        Told in a line as each library has been run.

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
    scores, _ = on_host(y_score, "y_score")
    checks.one_of("average", average, AVERAGES)
    if scores.ndim == 1:
        if average != "micro":
            raise ValueError(
                f"average={average!r} needs scores by class, of shape (N, C); pass average='micro'"
                " for binary scores"
            )
        return _binary(truth, scores, threshold, at_threshold)
    truth, scores = as_pairs(truth, scores)
    checks.one_of("ties", ties, TIES)
    each = _each(usual_k(scores) if k is None else k)
    checks.top_within(each, scores.shape[1])
    mine = ours(ties)  # type: ignore[arg-type]  # checked above
    own = {one: mine.hits(truth, scores, one).least for one in each}
    others = [dialects[name] for name in dialects if name != "accord"]
    told = [_told(dialect, mine, own, truth, scores, average=average) for dialect in others]
    able = [name for name in _chosen(peers) if _has(name, average)]
    found = _ask(able, truth, scores, each, average, seconds=seconds, progress=progress)
    bounds = {
        one: Hits(
            replace(mine, ties="pessimistic").hits(truth, scores, one).least,
            replace(mine, ties="optimistic").hits(truth, scores, one).least,
        )
        for one in each
    }
    return Explanation(
        ties=ties,
        samples=len(truth),
        classes=scores.shape[1],
        correct={one: int(hits.sum()) for one, hits in own.items()},
        floor={one: int(hits.least.sum()) for one, hits in bounds.items()},
        ceiling={one: int(hits.most.sum()) for one, hits in bounds.items()},
        threshold=None,
        told=tuple(_with_answers(each, found.get(each.name)) for each in told),
        looked_at=_looked_at(others, own, truth, scores),
        average=average,
        figures={
            one: Figures(
                mine.figures(Hits(own[one], own[one]), truth, scores, one, average=average)[0],
                *mine.figures(bounds[one], truth, scores, one, average=average),
            )
            for one in each
        },
    )


def _has(name: str, average: str) -> bool:
    """Tell whether a peer has an average; one without a dialect is asked."""
    return name not in dialects or average in dialects[name].averages


def _each(k: int | tuple[int, ...]) -> tuple[int, ...]:
    k = checks.top(k)
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
    average: str,
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
        about["average"] = average
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


def _binary(
    truth: HostArray, scores: HostArray, threshold: float, at_threshold: AtThreshold
) -> Explanation:
    """Explain binary scores by the dialects alone."""
    checks.one_of("at_threshold", at_threshold, SIDES)
    threshold = checks.finite("threshold", threshold)
    if truth.shape != scores.shape:
        raise ValueError(
            f"y_true has shape {truth.shape} and y_score {scores.shape}; pass binary scores and"
            " labels of one shape, or scores of shape (N, C)"
        )
    mine = replace(ours("first"), at_threshold=at_threshold)
    nan = np.isnan(scores) if scores.dtype.kind == "f" else np.zeros(scores.shape, bool)
    own = mine.binary_hits(truth, scores, threshold) & ~nan  # a NaN is a miss (R10)
    told, first = [], set()
    for dialect in dialects.values():
        if dialect.name == "accord" or dialect.at_threshold is None:
            continue
        try:
            hits = dialect.binary_hits(truth, scores, threshold)
            figure = dialect.figure(int(hits.sum()), hits.size)
        except DialectError as error:
            told.append(Told(dialect.name, dialect.binary_call, refused={1: str(error)}))
            continue
        apart = np.flatnonzero(hits != own)
        first.update(apart[:100].tolist())
        found = binary_causes(dialect, mine, truth[apart], scores[apart], threshold)
        told.append(
            Told(
                dialect.name,
                dialect.binary_call,
                least={1: figure},
                most={1: figure},
                differs={1: len(apart)},
                causes={1: found},
            )
        )
    at = equals_threshold(scores, threshold) & ~nan
    sides = np.stack([1.0 - scores, scores], axis=1)
    return Explanation(
        ties=at_threshold,
        samples=len(truth),
        classes=2,
        correct={1: int(own.sum())},
        floor={1: int((own & ~at).sum())},
        ceiling={1: int((own | at).sum())},
        threshold=threshold,
        told=tuple(told),
        looked_at=tuple(look(truth, sides, at, 1) for at in sorted(first)[:10]),
    )
