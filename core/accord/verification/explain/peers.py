"""Other libraries, each run on the same scores in its own process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any

import numpy.typing as npt

from accord.verification import processes
from accord.verification.dialects.table import dialects
from accord.verification.explain.data import Told
from accord.verification.handover import handed
from accord.verification.processes import Ended, Job
from accord.verification.worker import PEERS

HostArray = npt.NDArray[Any]


def chosen(peers: Sequence[str] | None, average: str) -> list[str]:
    """Return the peers to run: those asked for, or all that are installed; of those with the average.

    Raises
    ------
    LookupError
        If a peer that is named is not there.
    """
    known = {entry.name for entry in entry_points(group=PEERS)}
    if peers is None:
        peers = [name for name in dialects if name in known and not _absent(name)]
    for name in peers:
        if name not in known:
            raise LookupError(f"no peer is named {name!r}; there are {', '.join(sorted(known))}")
        if name in dialects and (absent := _absent(name)):
            raise LookupError(f"{name} can't be run: {', '.join(absent)} is not installed")
    return [name for name in peers if _has(name, average)]


def _absent(name: str) -> list[str]:
    return [module for module in dialects[name].needs if find_spec(module) is None]


def _has(name: str, average: str) -> bool:
    """Tell whether a peer has an average; one without a dialect is asked."""
    return name not in dialects or average in dialects[name].averages


def ask(
    names: Sequence[str],
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
    with handed(truth, scores) as files:
        about = {"task": "peer", "truth": files.truth, "scores": files.scores, "ks": list(ks)}
        about["average"] = average
        jobs = [Job(name, {**about, "name": name}) for name in names]
        tell = processes.teller(progress, len(jobs))
        ended = processes.run(jobs, files.folder, seconds=seconds, after_each=tell)
    return dict(zip(names, ended, strict=True))


def with_answers(told: Told, ended: Ended | None) -> Told:
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
