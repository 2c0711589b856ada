"""The work of each backend: which adapters an interpreter has, and what each is asked to count."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from accord.backends.registry import adapters
from accord.measures.base import Measure
from accord.verification import processes
from accord.verification.handover import Handed
from accord.verification.processes import Job
from accord.verification.worker import installed, told_measure

# Without it JAX rounds 64-bit scores to 32 bits, before any metric sees them.
_WIDE = {"JAX_ENABLE_X64": "1"}


def jobs_for(
    backends: Sequence[str] | None,
    pythons: Sequence[str],
    files: Handed,
    measure: Measure,
    *,
    dtype: str | None,
    wide: bool,
) -> Iterator[Job]:
    """Yield a job for each backend of each interpreter.

    Parameters
    ----------
    backends : sequence of str or None
        Names of adapters; None for all whose framework is installed.
    pythons : sequence of str
        Other interpreters.
    files : Handed
        Where labels and scores are.
    measure : Measure
        What each job counts.
    dtype : str or None
        The dtype of the scores, if NumPy has no name for it.
    wide : bool
        Whether scores have 64 bits.

    Raises
    ------
    LookupError
        If a backend or an interpreter that is named is not there.
    """
    there = {sys.executable: installed()}
    lists = [Job("list", {"task": "list"}, str(python)) for python in pythons]
    place = files.folder / "lists"
    place.mkdir()
    for job, ended in zip(lists, processes.run(lists, place, seconds=60), strict=True):
        if ended.error or not ended.said:
            raise LookupError(f"{job.python} has no accord that can be run: {ended.error}")
        there[job.python] = ended.said[0]["backends"]
    for name in backends or ():
        if not any(name in names for names in there.values()):
            raise LookupError(_missing(name))
    spec = {
        "task": "backend",
        "truth": files.truth,
        "scores": files.scores,
        "dtype": dtype,
        "measure": told_measure(measure),
    }
    for python, names in there.items():
        for name in names:
            if backends is None or name in backends:
                yield Job(name, {**spec, "name": name}, python, _WIDE if wide else {})


def _missing(name: str) -> str:
    if name not in adapters():
        return f"no backend is named {name!r}; there are {', '.join(adapters())}"
    return (
        f'backend {name!r} is not installed; run pip install "accord[{name}]",'
        " or name an interpreter that has it by --python (pythons=)"
    )
