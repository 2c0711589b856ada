"""Draw what `bars.py` has measured: accord and its peers, as multiples of one read.

``python benchmarks/bars.py --json figures.json`` measures, and ``python benchmarks/plot.py
figures.json docs/speed.svg`` draws the figure of ``docs/speed.md``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from bars import FEW, LABELS, LARGE, PLANES
from harness import Result

# The title of each panel, and the scripts and races it is drawn of.
PANELS: dict[str, dict[str, str]] = {
    f"top 5, {LARGE}": {
        **dict.fromkeys(("numpy", "torch", "jax"), LARGE),
        "keras": f"{LARGE}, {LABELS[0]}",
    },
    f"top 5, {FEW}": dict.fromkeys(("numpy", "torch", "jax"), FEW),
    "one-hot labels, (50000 x 1000)": {"measures": "(50000 x 1000) one-hot float32 labels"},
    "binary, 10M scores": {"measures": "10M float32 scores, int64 labels"},
    "label sets, (200000 x 80)": {"measures": "(200000 x 80) sets, int64 labels"},
    f"segmentation, {PLANES.split(',')[0]}": {"measures": PLANES},
}
OURS, THEIRS, LIMIT = "#1f5fa8", "#b9bec6", "#d1495b"


def entries(panel: Mapping[str, str], figures: Mapping[str, Sequence[Result]]) -> list[Result]:
    """Return what a panel shows, the slowest first, each named with its framework."""
    shown = [
        replace(each, name=f"{script}: {each.name}" if len(panel) > 1 else each.name)
        for script, race in panel.items()
        for each in figures[script]
        if each.race == race and not each.limit
    ]
    return sorted(shown, key=lambda each: -each.times_limit)


def draw(axes: Any, title: str, shown: Sequence[Result]) -> None:
    """Draw a bar for each contender, on a logarithmic axis."""
    names = [each.name for each in shown]
    colours = [OURS if "accord" in name else THEIRS for name in names]
    bars = axes.barh(names, [each.times_limit for each in shown], color=colours)
    axes.bar_label(bars, [f"{each.times_limit:.3g}" for each in shown], padding=2, fontsize=7)
    axes.axvline(1, color=LIMIT, lw=1, ls=":")
    axes.set(xscale="log", title=title)
    axes.set_xlim(left=0.1, right=4 * max(each.times_limit for each in shown))
    axes.tick_params(labelsize=7)
    axes.title.set_fontsize(9)
    axes.spines[["top", "right"]].set_visible(False)


def main() -> None:
    """Draw every panel."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("figures", type=Path, help="what bars.py --json has written")
    parser.add_argument("plot", type=Path, help="where to write the plot, as SVG or PNG")
    options = parser.parse_args()
    mpl.use("agg")
    mpl.rcParams["svg.hashsalt"] = "accord"
    read = json.loads(options.figures.read_text(encoding="utf-8"))["figures"]
    figures = {script: [Result(**each) for each in results] for script, results in read.items()}
    panels = {title: entries(panel, figures) for title, panel in PANELS.items()}
    heights = [max(len(shown) for shown in pair) for pair in _pairs(list(panels.values()))]
    figure, places = plt.subplots(
        len(heights), 2, figsize=(12, 0.24 * sum(heights) + 2), height_ratios=heights
    )
    for axes, (title, shown) in zip(places.flat, panels.items(), strict=True):
        draw(axes, title, shown)
    figure.supxlabel("time, in reads of the scores and labels (dotted: one read)", fontsize=9)
    figure.tight_layout()
    svg = options.plot.suffix == ".svg"
    figure.savefig(options.plot, metadata={"Date": None} if svg else None)


def _pairs(each: list[list[Result]]) -> list[list[list[Result]]]:
    return [each[place : place + 2] for place in range(0, len(each), 2)]


if __name__ == "__main__":
    main()
