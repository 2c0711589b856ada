"""What a worker has found, against the reference: a row for each way it counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from accord.measures.base import Measure
from accord.verification.by_k import by_k
from accord.verification.processes import Ended, Job
from accord.verification.reference import Judged
from accord.verification.verify.data import Backend

HostArray = npt.NDArray[Any]

LISTED = 100
"""How many differing samples of a backend are listed."""

_CLOSE = 1e-6  # relative, of credit that is a fraction (R20)


def rows_of(job: Job, ended: Ended, measure: Measure, judged: Judged) -> Iterator[Backend]:
    """Yield a row for each mode that a worker has tried."""
    about: dict[str, Any] = {"name": job.name, "version": None, "python": job.python}
    pending: dict[str, Any] | None = None
    for line in ended.said:
        if "version" in line:
            about |= line
        elif "start" in line:
            pending = line
        else:
            pending = None
            yield _row(about, line, measure, judged)
    if ended.error:
        where = pending or {"start": "import" if "import_seconds" not in about else "exit"}
        yield Backend(
            **about,
            mode=where["start"],
            device=where.get("device", ""),
            agrees=False,
            correct={},
            error=ended.error,
        )


def _row(about: dict[str, Any], line: dict[str, Any], measure: Measure, judged: Judged) -> Backend:
    row = Backend(
        **about,
        mode=line["mode"],
        device=line["device"],
        agrees=False,
        correct={},
        error=line.get("error"),
        seconds=line.get("seconds"),
    )
    if row.error:
        return row
    tally = line["tally"]
    row = replace(row, correct=by_k(measure, tally["correct"]))
    if line["credit"] is not None:
        credit = np.load(line["credit"], mmap_mode="r" if judged.kept.size else None)
        if credit.size != judged.credit.size:
            return replace(row, error=f"its credit has shape {credit.shape}")
        wrong = _differing(credit.reshape(judged.credit.shape), judged)
        if wrong.size:
            return replace(row, differs=tuple(wrong[:LISTED].tolist()), differing=wrong.size)
    fault = _miscount(tally, measure, judged)
    return replace(row, agrees=fault is None, error=fault)


def _differing(credit: HostArray, judged: Judged) -> HostArray:
    """Return the samples whose credit is not the reference's."""
    close = credit.dtype.kind == "f"
    same = (
        np.isclose(credit, judged.credit, rtol=_CLOSE, atol=0) if close else credit == judged.credit
    )
    same = np.all(np.atleast_2d(same), axis=0)
    return np.flatnonzero(~same & judged.kept)


def _miscount(tally: dict[str, Any], measure: Measure, judged: Judged) -> str | None:
    """Say which count is not the sum of the samples."""
    expected = {"correct": judged.credit, "floor": judged.floor, "ceiling": judged.ceiling}
    for field, credit in expected.items():
        if credit is None:
            continue
        wanted, found = by_k(measure, sums(credit, judged)), by_k(measure, tally[field])
        for k, count in wanted.items():
            if not np.isclose(
                found[k], count, rtol=_CLOSE if isinstance(count, float) else 0, atol=0
            ):
                return f"its tally has {field}={found[k]} at k={k}, where the samples give {count}"
    return None


def sums(credit: HostArray, judged: Judged) -> Any:
    """Return the credit of all samples that count, at each k."""
    kept = np.where(judged.kept, credit, np.zeros_like(credit))
    return kept.sum(axis=-1).tolist()
