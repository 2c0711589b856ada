"""Whether every framework counts the same, sample by sample."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy.typing as npt

from accord.credit.ties import Ties
from accord.measures.base import Measure
from accord.reporting.evaluate import usual_k
from accord.verification import processes
from accord.verification.by_k import by_k, refuse_every_k
from accord.verification.handover import class_axis_last, handed, in_dtype, measure_or, on_host
from accord.verification.reference import Judged, judge
from accord.verification.samples import Sample, look_at
from accord.verification.verify.against import rows_of, sums
from accord.verification.verify.data import Backend
from accord.verification.verify.jobs import jobs_for
from accord.verification.verify.result import Verification

HostArray = npt.NDArray[Any]

_WIDEST = 8  # bytes of a number


def verify(
    y_true: Any,
    y_score: Any,
    *,
    k: int | tuple[int, ...] | None = None,
    ties: Ties = "first",
    measure: Measure | None = None,
    backends: Sequence[str] | None = None,
    pythons: Sequence[str] = (),
    seconds: float = processes.SECONDS,
    progress: Callable[[str], None] | None = None,
) -> Verification:
    """Count the same samples on every installed framework, each in its own process.

    Every mode that an adapter declares is run, and the metric class of its users over three
    uneven batches. Each is compared, sample by sample, with a reference that sorts every row.

    Parameters
    ----------
    y_true : array
        What is true: classes 0 to C - 1, or what ``measure`` asks for.
    y_score : array of real, shape (..., C)
        Scores, of any framework with an adapter.
    k : int or tuple of int, optional
        How many classes may count (R6); by default as `accord.evaluate`.
    ties : {"first", "last", "optimistic", "pessimistic", "expected"}
        Who wins among equal scores (R5). Tie bounds are compared under each.
    measure : Measure, optional
        Count this instead of top-k accuracy; it has its own k and ties.
    backends : sequence of str, optional
        Names of adapters; by default all whose framework is installed.
    pythons : sequence of str
        Other interpreters, each with accord and some framework; what they have is run too.
    seconds : float
        How long a backend may take, imports and compiling included; 300 by default.
    progress : callable, optional
        Told in a line as each backend ends.

    Returns
    -------
    Verification
        It prints as a table; ``agrees`` is the verdict.

    Raises
    ------
    LookupError
        If a backend that is named is not there.
    ValueError, TypeError
        As the measure raises for what it refuses.

    Examples
    --------
    >>> import accord, numpy as np
    >>> found = accord.verify([0, 1], np.array([[0.5, 0.5], [0.2, 0.8]]), backends=["numpy"])
    >>> found.agrees, found.correct
    (True, {1: 2})
    """
    started = time.perf_counter()
    truth, _ = on_host(y_true, "y_true")
    scores, dtype = on_host(y_score, "y_score")
    measure = measure_or(measure, k, ties, usual_k(scores))
    refuse_every_k(measure)
    counted, truth, scores = class_axis_last(measure, truth, scores)
    counted.tally(truth, scores)  # refuses what is to be refused, naming it
    counted = in_dtype(counted, dtype or scores.dtype.name)
    with handed(truth, scores) as files:
        wide = scores.dtype.itemsize == _WIDEST
        jobs = list(jobs_for(backends, pythons, files, counted, dtype=dtype, wide=wide))
        judged: list[Judged] = []
        ended = processes.run(
            jobs,
            files.folder,
            seconds=seconds,
            after_each=processes.teller(progress, len(jobs)),
            meanwhile=lambda: judged.append(judge(counted, truth, scores)),
        )
        found = [
            row
            for job, end in zip(jobs, ended, strict=True)
            for row in rows_of(job, end, measure, judged[0])
        ]
    correct, floor, ceiling = (
        {} if credit is None else by_k(measure, sums(credit, judged[0])) for credit in judged[0][:3]
    )
    return Verification(
        measure=measure,
        samples=int(judged[0].kept.sum()),
        classes=scores.shape[-1] if measure.axis is not None else 2,
        correct=correct,
        floor=floor,
        ceiling=ceiling,
        backends=tuple(found),
        looked_at=_looked_at(counted, truth, scores, found),
        seconds=round(time.perf_counter() - started, 3),
    )


def _looked_at(
    measure: Measure, truth: HostArray, scores: HostArray, found: Sequence[Backend]
) -> tuple[Sample, ...]:
    """Return the first samples on which any backend differs, where samples have one class."""
    if measure.label_kind != "class":
        return ()
    first = sorted({sample for row in found for sample in row.differs})
    k = (*measure.ks, scores.shape[-1])[0]
    rows = scores.reshape(-1, scores.shape[-1])
    return look_at(truth.reshape(-1), rows, first, k)
