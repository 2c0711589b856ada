"""A process that has just begun: its first call, its calls before the scan is there, and its longest."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

from harness import Result, main, show

PROCESSES = 5

# Prints, in ms: the first call, the median of the next few hundred, and the longest of all others
# until the scan is used.
CODE = """
import time
import numpy as np
import accord
from accord.scan import dispatch

rng = np.random.default_rng(0)
scores, labels = rng.random((32, 10), dtype=np.float32), rng.integers(0, 10, 32)
taken = []
while len(taken) < 5000 or not dispatch.loading.idle:
    start = time.perf_counter()
    accord.top_k_accuracy(labels, scores, 5)
    taken.append(1000 * (time.perf_counter() - start))
print(taken[0], sorted(taken[1:400])[200], max(taken[1:]))
"""

RACE = "(32 x 10) float32, in a new process"
NAMES = ("accord, first call", "accord, before the scan is loaded", "accord, longest later call")


def measure() -> list[Result]:
    """Time the first calls of some new processes, in which nothing asks for the scan."""
    found = [_times() for _ in range(PROCESSES)]
    medians = [statistics.median(each) for each in zip(*found, strict=True)]
    results = [
        Result(RACE, name, milliseconds, float("nan"))
        for name, milliseconds in zip(NAMES, medians, strict=True)
    ]
    show(results)
    return results


def _times() -> list[float]:
    settings = {name: value for name, value in os.environ.items() if name != "ACCORD_KERNELS"}
    done = subprocess.run(  # noqa: S603  # code of this file
        [sys.executable, "-c", CODE], env=settings, check=True, capture_output=True, text=True
    )
    return [float(each) for each in done.stdout.split()]


if __name__ == "__main__":
    main(measure)
