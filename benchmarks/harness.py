"""Side-by-side timing: contenders take turns in one process, and are reported as ratios."""

from __future__ import annotations

import argparse
import json
import statistics
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Contender:
    """Something to time; ``limit`` marks the one that others are compared with."""

    name: str
    run: Callable[[], object]
    limit: bool = False


@dataclass(frozen=True)
class Result:
    """What was measured of a contender, in one race."""

    race: str
    name: str
    milliseconds: float
    times_limit: float


def race(title: str, contenders: Sequence[Contender], *, rounds: int = 5) -> list[Result]:
    """Time each contender once a round, after a warm-up, and return their medians."""
    seconds: dict[str, list[float]] = {each.name: [] for each in contenders}
    for turn in range(rounds + 1):
        first = turn % len(contenders)  # so that nobody always comes after the same other
        for each in (*contenders[first:], *contenders[:first]):
            start = time.perf_counter()
            each.run()
            if turn:
                seconds[each.name].append(time.perf_counter() - start)
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    limit = next(medians[each.name] for each in contenders if each.limit)
    return [Result(title, name, 1000 * median, median / limit) for name, median in medians.items()]


def extra_megabytes(run: Callable[[], object]) -> float:
    """Return the peak of what a call allocates through Python and NumPy, in MiB."""
    tracemalloc.start()
    try:
        run()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak / 2**20


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
        print(f"  {each.name:34} {each.milliseconds:10.3f} {each.times_limit:9.2f}")


def main(measure: Callable[[], list[Result]]) -> None:
    """Run a benchmark as a script: its tables, and with ``--json FILE`` its figures."""
    parser = argparse.ArgumentParser(description=measure.__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    options = parser.parse_args()
    results = measure()
    if options.json:
        options.json.write_text(json.dumps([asdict(each) for each in results], indent=1))
