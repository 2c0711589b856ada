"""Run every benchmark in its own process, and print all bars (targets) as one table."""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from harness import Result

HERE = Path(__file__).parent
SCRIPTS = ("numpy", "torch", "jax", "keras", "measures", "losses", "features", "start")
VERSIONS = (
    *("numpy", "numba", "torch", "jax", "tensorflow", "keras"),
    *("torchmetrics", "torcheval", "optax"),
)

SETTINGS = {
    "ACCORD_KERNELS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",  # otherwise PyTorch's idle threads block the cores for the next contender
    "TF_CPP_MIN_LOG_LEVEL": "3",
}

ONE_READ, BEST_PEER, MILLISECONDS, MEBIBYTES = "one read", "the best peer", "ms", "MiB"


@dataclass(frozen=True)
class Bar:
    """A target: the most that a contender may take, in a unit.

    ``unit`` is one read of the scores, the best peer of the race, the name of another contender,
    milliseconds, or MiB of memory.
    """

    number: int
    script: str
    race: str
    ours: str
    most: float
    unit: str = ONE_READ


LARGE, FEW, WIDE = "(50000 x 1000) float32", "(2000000 x 10) float32", "(4096 x 50257) float32"
LABELS = ("random labels", "every label a hit")
DENSE = ("one-hot float32 labels", "probabilities", "one-hot uint8 labels")
CRITERIA = ("exact_match", "hamming", "overlap", "contain", "belong", "jaccard")
AMONG = "(50000 x 1000) float32 among candidates"
START = "(32 x 10) float32, in a new process"
PLANES, FORTRAN = "(8 x 21 x 512 x 512), classes along axis 1", "(20000 x 1000) in Fortran order"

BARS = (
    *(Bar(1, script, LARGE, "accord", 1) for script in ("numpy", "torch", "jax")),
    *(
        Bar(1, "keras", f"{LARGE}, {which}", "accord, eager", most)
        for which, most in zip(LABELS, (1, 1.2), strict=True)
    ),
    *(Bar(1, script, LARGE, "accord", 1, BEST_PEER) for script in ("numpy", "torch", "jax")),
    *(Bar(2, script, FEW, "accord", 2) for script in ("numpy", "torch", "jax")),
    Bar(2, "numpy", f"{WIDE}, all hits", "accord", 1.2),
    Bar(2, "numpy", f"{WIDE}, random labels", "accord", 0.1),
    *(Bar(3, "jax", shape, "accord, jit", 1 / 5, BEST_PEER) for shape in (LARGE, FEW)),
    *(
        Bar(3, "torch", shape, "accord, torch.compile", most)
        for shape, most in ((LARGE, 1.2), (FEW, 3))
    ),
    *(
        Bar(3, "keras", f"{LARGE}, {which}", f"accord, {mode}", 1, f"in_top_k, {mode}")
        for which in LABELS
        for mode in ("tf.function", "XLA")
    ),
    *(Bar(3, "keras", f"{LARGE}, {which}", "accord, tf.function", 2.5) for which in LABELS),
    Bar(4, "numpy", "(32 x 10) float32", "accord", 0.020, MILLISECONDS),
    Bar(4, "torch", "(32 x 10) float32", "accord", 0.035, MILLISECONDS),
    *(Bar(4, script, "(256 x 1000) float32", "accord", 1, BEST_PEER) for script in SCRIPTS[:3]),
    *(
        Bar(4, "torch", f"a batch of {shape}", "accord update", 1, BEST_PEER)
        for shape in ("(32 x 10)", "(256 x 1000)")
    ),
    *(
        Bar(4, "keras", f"update_state of {shape}, {which}", f"accord, {mode}", 1, f"Keras, {mode}")
        for shape in ("(32 x 10)", "(256 x 1000)")
        for mode in ("eager", "tf.function")
        for which in LABELS
    ),
    *(Bar(5, script, LARGE, "accord", 32, MEBIBYTES) for script in ("numpy", "torch", "jax")),
    Bar(5, "keras", f"{LARGE}, random labels", "accord, eager", 32, MEBIBYTES),
    Bar(6, "numpy", LARGE, "accord, k=(1, 2, 3, 5, 10)", 1.2, "accord, k=10"),
    *(Bar(7, "numpy", f"(50000 x 1000) {name}", "accord", 1.5) for name in ("float16", "float64")),
    Bar(7, "torch", "(50000 x 1000) bfloat16", "accord", 1.5),
    *(
        Bar(8, "measures", f"{LARGE}, {LABELS[1]}", f"accord, {what}", 1.3)
        for what in ("in_top_k", "standing", "credit", "weights", "macro", "expected")
    ),
    Bar(8, "measures", f"{LARGE}, {LABELS[1]}", "accord, 50 groups", 1.3, "accord"),
    *(
        Bar(8, "measures", f"{LARGE}, {LABELS[1]}", f"accord, {what}", 1.5)
        for what in ("MRR", "NDCG")
    ),
    Bar(8, "measures", f"{LARGE}, {LABELS[1]}", "accord, every k", 1.5, "accord, k=10"),
    *(Bar(8, "measures", AMONG, "accord", *most) for most in ((1.5,), (1, BEST_PEER))),
    *(
        Bar(9, "measures", f"(50000 x 1000) {kind}", who, most, unit)
        for kind in DENSE
        for who, most, unit in (
            ("accord", 1.5, ONE_READ),
            ("accord, k=5", 1.5, ONE_READ),
            ("accord", 1, "two argmaxes, NumPy"),
            ("accord, torch", 1, "two argmaxes, torch"),
        )
    ),
    *(
        Bar(10, "measures", f"10M float32 scores, {dtype} labels", "accord", *most)
        for dtype in ("int64", "uint8", "bool", "float32")
        for most in ((1.5,), (1, BEST_PEER))
    ),
    *(
        Bar(11, "measures", f"(200000 x 80) sets, {dtype} labels", f"accord, {each}", 2)
        for dtype in ("int64", "uint8")
        for each in CRITERIA
    ),
    *(
        Bar(11, "measures", f"(200000 x 80) sets, {dtype} labels", *bar)
        for dtype in ("int64", "uint8")
        for bar in (("accord, k=5", 6, ONE_READ), ("accord, exact_match", 1, BEST_PEER))
    ),
    *(Bar(12, "measures", shape, "accord", 2) for shape in (PLANES, FORTRAN)),
    *(Bar(12, "measures", shape, "accord", 1, BEST_PEER) for shape in (PLANES, FORTRAN)),
    *(
        Bar(13, "measures", race, who, 32, MEBIBYTES)
        for race, who in (
            *((f"(50000 x 1000) {kind}", "accord") for kind in DENSE),
            ("10M float32 scores, int64 labels", "accord"),
            ("(200000 x 80) sets, int64 labels", "accord, exact_match"),
            (PLANES, "accord"),
            (FORTRAN, "accord"),
        )
    ),
    Bar(14, "start", START, "accord, first call", 10, MILLISECONDS),
    Bar(14, "start", START, "accord, before the scan is loaded", 0.05, MILLISECONDS),
    Bar(14, "start", START, "accord, longest later call", 100, MILLISECONDS),
)


def best_peer(raced: Sequence[Result]) -> Result | None:
    """Return the fastest contender that is neither accord nor the limit; None if there is none."""
    peers = [each for each in raced if not (each.limit or each.name.startswith("accord"))]
    return min(peers, key=lambda each: each.milliseconds, default=None)


def taken(bar: Bar, raced: Sequence[Result]) -> float:
    """Return what a contender took, in the unit of its bar."""
    by_name = {each.name: each for each in raced}
    ours = by_name[bar.ours]
    if bar.unit == ONE_READ:
        return ours.times_limit
    if bar.unit == MILLISECONDS:
        return ours.milliseconds
    if bar.unit == MEBIBYTES:
        return ours.mebibytes or 0.0
    peer = best_peer(raced) if bar.unit == BEST_PEER else by_name[bar.unit]
    if peer is None:
        raise LookupError(f"{bar.race} has no peer")
    return ours.milliseconds / peer.milliseconds


def row(bar: Bar, figures: Sequence[Result]) -> str:
    """Return a line of the table."""
    raced = [each for each in figures if each.race == bar.race]
    ours = next((each for each in raced if each.name == bar.ours), None)
    if ours is None:
        raise LookupError(f"{bar.script} measured no {bar.ours!r} in {bar.race!r}")
    peer, found = best_peer(raced), taken(bar, raced)
    beside = "" if peer is None else f"{peer.name}: {peer.milliseconds / ours.milliseconds:.2g} x"
    reads = "" if math.isnan(ours.times_limit) else f"{ours.times_limit:.2f}"
    unit = bar.unit if bar.unit in {MILLISECONDS, MEBIBYTES} else f"x {bar.unit}"
    return (
        f"| {bar.number} | {bar.script}, {bar.race} | {bar.ours} | {ours.milliseconds:.3g}"
        f" | {reads} | {beside} | {bar.most:.3g} {unit}"
        f" | {found:.3g}, {'met' if found <= bar.most else 'missed'} |"
    )


def table(bars: Sequence[Bar], figures: dict[str, list[Result]]) -> str:
    """Return every bar as a line of a Markdown table."""
    head = ("bar", "case", "who", "ms", "x one read", "best peer takes", "at most", "found")
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    return "\n".join([*lines, *(row(bar, figures[bar.script]) for bar in bars)])


def measured(script: str) -> list[Result]:
    """Run one benchmark with the compiled scan on, and return its figures."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "figures.json"
        command = [sys.executable, str(HERE / f"bench_{script}.py"), "--json", str(written)]
        subprocess.run(command, check=True, env={**os.environ, **SETTINGS})  # noqa: S603  # ours
        return [Result(**each) for each in json.loads(written.read_text(encoding="utf-8"))]


def machine() -> dict[str, str | int | None]:
    """Return the machine and the versions that the figures are from."""
    return {
        "date": datetime.now(tz=UTC).date().isoformat(),
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        **{name: version(name) for name in VERSIONS},
    }


def main() -> None:
    """Run every benchmark, with accord and its peers, and print one table of all bars."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--json", type=Path, help="write every figure to this file too")
    options = parser.parse_args()
    figures = {}
    for place, script in enumerate(SCRIPTS, 1):
        print(f"\n[{place}/{len(SCRIPTS)}] {script}", flush=True)
        figures[script] = measured(script)
    if options.json:
        every = {name: [asdict(each) for each in results] for name, results in figures.items()}
        written = json.dumps({"machine": machine(), "figures": every}, indent=1)
        options.json.write_text(written, encoding="utf-8")
    print(f"\n{table(BARS, figures)}")


if __name__ == "__main__":
    main()
