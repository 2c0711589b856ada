"""Side-by-side timing: contenders take turns in one process; times are compared with a limit."""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Contender:
    """Something to time; ``limit`` marks the one that the others are compared with."""

    name: str
    run: Callable[[], object]
    limit: bool = False


@dataclass(frozen=True)
class Result:
    """The measurements of one contender in one race; its peak of memory if requested.

    ``limit`` marks the one read that others are compared with.
    """

    race: str
    name: str
    milliseconds: float
    times_limit: float
    limit: bool = False
    mebibytes: float | None = None


def one_read(scores: Any) -> Contender:
    """Return the limit: one read of an array's memory by all cores, as PyTorch sums it.

    The memory is the array's own. NumPy asks Linux for large pages where JAX and TensorFlow do
    not, and a read of small pages takes about a tenth longer.
    """
    from torch.utils.dlpack import from_dlpack

    return Contender("one read (torch.sum)", from_dlpack(scores).sum, limit=True)


def reads(*arrays: Any) -> Callable[[], object]:
    """Return one read of the memory of some NumPy arrays, as if all were of float32."""
    import numpy as np
    import torch

    flat = [torch.from_numpy(np.ravel(each).view(np.float32)) for each in arrays]
    return lambda: [each.sum() for each in flat]


def race(
    title: str,
    contenders: Sequence[Contender],
    *,
    rounds: int = 5,
    memory_of: str | None = None,
    at_least: float = 0.01,
) -> list[Result]:
    """Time each contender once per round, after two warm-up rounds, and return the medians.

    A call that takes less than ``at_least`` seconds is repeated until it takes as long, so that
    small calls are timed warm. The contender named by ``memory_of`` then runs once more, to measure
    how much it raises the memory of the process.
    """
    seconds: dict[str, list[float]] = {each.name: [] for each in contenders}
    times = {each.name: 1 for each in contenders}
    for turn in range(-2, rounds):
        first = turn % len(contenders)  # so that no contender always runs after the same one
        for each in (*contenders[first:], *contenders[:first]):
            start = time.perf_counter()
            for _ in range(times[each.name]):
                each.run()
            taken = (time.perf_counter() - start) / times[each.name]
            if turn >= 0:
                seconds[each.name].append(taken)
            elif turn == -1:
                times[each.name] = max(1, int(at_least / taken))
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    limit = next(medians[each.name] for each in contenders if each.limit)
    return [
        Result(
            title,
            each.name,
            1000 * medians[each.name],
            medians[each.name] / limit,
            each.limit,
            raised_peak(each.run) if each.name == memory_of else None,
        )
        for each in contenders
    ]


def raised_peak(run: Callable[[], object]) -> float:
    """Return by how much a call raises the peak of the process's memory, in MiB (on Linux)."""
    status = Path("/proc/self/status")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # resets the peak
    held = _kib(status, "VmRSS")
    run()
    return (_kib(status, "VmHWM") - held) / 1024


def _kib(status: Path, field: str) -> int:
    lines = status.read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith(field)).split()[1])


def show(results: Sequence[Result]) -> None:
    """Print a table of one race, fastest first."""
    print(f"\n{results[0].race}")
    print(f"  {'':34} {'ms':>10} {'x limit':>9}")
    for each in sorted(results, key=lambda one: one.milliseconds):
        memory = "" if each.mebibytes is None else f"  {each.mebibytes:.1f} MiB more"
        print(f"  {each.name:34} {each.milliseconds:10.3f} {each.times_limit:9.2f}{memory}")


def main(measure: Callable[[], list[Result]]) -> None:
    """Run a benchmark as a script: print its tables; ``--json FILE`` also writes its figures."""
    parser = argparse.ArgumentParser(description=measure.__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    options = parser.parse_args()
    results = measure()
    if options.json:
        options.json.write_text(json.dumps([asdict(each) for each in results], indent=1))
