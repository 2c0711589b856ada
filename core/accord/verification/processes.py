"""Work in processes of its own: a crash or a hang is a result, and none outlives its parent."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

SECONDS = 300.0
"""How long one process may take by default, imports and compiling included."""


@dataclass(frozen=True)
class Job:
    """Work for one process: what its worker is told, which interpreter runs it, and in what setting."""

    name: str
    spec: dict[str, Any] = field(hash=False)
    python: str = sys.executable
    environment: dict[str, str] = field(default_factory=dict, hash=False)


class Ended(NamedTuple):
    """What a process has said, line by line, how it failed if it did, and how long it took."""

    said: list[dict[str, Any]]
    error: str | None
    seconds: float


def run(
    jobs: Sequence[Job],
    folder: Path,
    *,
    seconds: float = SECONDS,
    after_each: Callable[[Job, Ended], None] | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> list[Ended]:
    """Run jobs side by side, no more at once than there are cores.

    Parameters
    ----------
    jobs : sequence of Job
        What to run.
    folder : Path
        Where the processes may write.
    seconds : float
        How long each may take.
    after_each : callable, optional
        Called as each ends, in some thread.
    meanwhile : callable, optional
        Called once while they run.

    Returns
    -------
    list of Ended
        In the order of the jobs. When interrupted, all processes are killed first.
    """
    herd = _Herd()
    with ThreadPoolExecutor(max(1, min(cores(), len(jobs)))) as pool:

        def one(at: int, job: Job) -> Ended:
            ended = herd.run(job, folder / f"job{at}", seconds)
            if after_each:
                after_each(job, ended)
            return ended

        running = [pool.submit(one, at, job) for at, job in enumerate(jobs)]
        try:
            if meanwhile:
                meanwhile()
            return [each.result() for each in running]
        except BaseException:
            for each in running:
                each.cancel()
            herd.kill()
            raise


def teller(
    progress: Callable[[str], None] | None, whole: int
) -> Callable[[Job, Ended], None] | None:
    """Return what tells of each job as it ends, for `run`; None if nobody wants to know."""
    if progress is None:
        return None
    done = itertools.count(1)

    def tell(job: Job, ended: Ended) -> None:
        how = ended.error or "done"
        progress(f"{next(done)}/{whole} {job.name}: {how} after {ended.seconds:.1f} s")

    return tell


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Herd:
    """The processes that run now; once killed, it starts no more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._alive: set[subprocess.Popen[bytes]] = set()
        self._over = False

    def run(self, job: Job, place: Path, seconds: float) -> Ended:
        """Run one job to its end, or to its time limit."""
        started = time.perf_counter()
        place.mkdir()
        said, errors = place / "said", place / "errors"
        said.touch()
        try:
            with errors.open("wb") as sink:
                process = self._start(job, sink)
                try:
                    failure = _tell_and_wait(process, {**job.spec, "folder": str(place)}, seconds)
                finally:
                    self._end(process)
        except OSError as error:
            failure = f"{job.python} can't be run: {error.strerror}"
        if failure:
            failure += _last_line(errors)
        lines = [line for line in said.read_text().splitlines() if line.endswith("}")]
        return Ended([json.loads(line) for line in lines], failure, time.perf_counter() - started)

    def kill(self) -> None:
        """Kill every process, with those it has started."""
        with self._lock:
            self._over = True
            for process in self._alive:
                _kill(process)

    def _start(self, job: Job, errors: Any) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._over:
                raise KeyboardInterrupt
            process = subprocess.Popen(  # noqa: S603  # an interpreter that the caller names
                # -P, so that a file in the working directory is never taken for a module.
                [
                    job.python,
                    "-P",
                    "-c",
                    "from accord.verification.worker import main; main()",
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
                env={**os.environ, **job.environment},
            )
            self._alive.add(process)
            return process

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        _kill(process)
        process.wait()
        with contextlib.suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr]  # it is a pipe
        with self._lock:
            self._alive.discard(process)


def _tell_and_wait(
    process: subprocess.Popen[bytes], spec: dict[str, Any], seconds: float
) -> str | None:
    """Hand over the work and wait; return what went wrong."""
    # Left open: a worker whose parent is gone reads its end, and ends too.
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(json.dumps(spec).encode() + b"\n")  # type: ignore[union-attr]  # a pipe
        process.stdin.flush()  # type: ignore[union-attr]  # the same
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        return f"took longer than {seconds:g} s and was ended"
    if status < 0:
        return f"crashed with {signal.Signals(-status).name}"
    return f"ended with exit status {status}" if status else None


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all of its group, which may outlive it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _last_line(errors: Path) -> str:
    text = errors.read_text(errors="replace").strip() if errors.exists() else ""
    return f": {text.splitlines()[-1]}" if text else ""
