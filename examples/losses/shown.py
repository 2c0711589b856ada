"""What the students scored: a table, and a plot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from losses.data import Floats, Labels
from losses.students import LOSSES, K
from scipy import stats

import accord

BASE, *_ = LOSSES
STUDENT, OTHER, LINE = "#1f5fa8", "#8d939c", "#d1495b"


class Outcome(NamedTuple):
    """Scores of the test samples of one seed, and the learning rate chosen, if there was one."""

    labels: Labels
    scores: Floats
    rate: float | None = None


@dataclass(frozen=True)
class Row:
    """Accuracy over the test samples of all seeds, its interval, and accuracy by seed, by k."""

    name: str
    accuracy: Mapping[int, float]
    interval: Mapping[int, tuple[float, float]]
    by_seed: Mapping[int, Sequence[float]]
    rates: Mapping[float, int]


def row(name: str, outcomes: Sequence[Outcome]) -> Row:
    """Evaluate what one loss, or one teacher, gave."""
    labels = np.concatenate([each.labels for each in outcomes])
    whole = accord.evaluate(labels, np.concatenate([each.scores for each in outcomes]), k=(1, K))
    each = [accord.evaluate(one.labels, one.scores, k=(1, K)).accuracy for one in outcomes]
    return Row(
        name,
        whole.accuracy,
        whole.interval or {},
        {k: [found[k] for found in each] for k in (1, K)},
        Counter(one.rate for one in outcomes if one.rate),
    )


def difference(mine: Sequence[float], base: Sequence[float]) -> tuple[float, float]:
    """Return the mean difference over seeds, and half of its 95 % interval by Student's t."""
    gaps = np.subtract(mine, base)
    half = stats.t.ppf(0.975, len(gaps) - 1) * gaps.std(ddof=1) / np.sqrt(len(gaps))
    return float(gaps.mean()), float(half)


def table(title: str, rows: Sequence[Row]) -> str:
    """Return a table in Markdown, in percent and points of percent."""
    head = [title, *(f"top-{k}" for k in (1, K)), *(f"top-{k}, gain" for k in (1, K)), "rates"]
    base = next(each for each in rows if each.name == BASE)
    lines = [head, ["---"] * len(head)]
    for each in rows:
        shares = []
        for k in (1, K):
            low, high = each.interval[k]
            shares.append(f"{100 * each.accuracy[k]:.1f} ({100 * low:.1f} to {100 * high:.1f})")
        gains = ["", ""]
        if each.name in LOSSES and each is not base:
            pairs = (difference(each.by_seed[k], base.by_seed[k]) for k in (1, K))
            gains = [f"{100 * mean:+.1f} ± {100 * half:.1f}" for mean, half in pairs]
        rates = ", ".join(f"{rate:g} x{times}" for rate, times in sorted(each.rates.items()))
        lines.append([each.name, *shares, *gains, rates])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def draw(found: Mapping[str, Sequence[Row]], path: Path) -> None:
    """Draw a panel for each set and k: accuracy with its interval, and a dot for each seed."""
    mpl.use("agg")
    mpl.rcParams["svg.hashsalt"] = "accord"
    figure, places = plt.subplots(
        len(found), 2, figsize=(11, 0.6 + 0.33 * sum(map(len, found.values()))), squeeze=False
    )
    for (title, rows), pair in zip(found.items(), places, strict=True):
        for k, axes in zip((1, K), pair, strict=True):
            panel(axes, f"{title}, top-{k} accuracy in %", rows, k)
            if k != 1:
                axes.set_yticklabels([])
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def panel(axes: Any, title: str, rows: Sequence[Row], k: int) -> None:
    """Draw one panel, the first row on top."""
    for place, each in enumerate(reversed(rows)):
        colour = STUDENT if each.name in LOSSES else OTHER
        share, (low, high) = 100 * each.accuracy[k], each.interval[k]
        axes.plot([100 * low, 100 * high], [place, place], color=colour, lw=2)
        axes.plot(share, place, "o", color=colour)
        axes.plot(
            [100 * one for one in each.by_seed[k]],
            [place] * len(each.by_seed[k]),
            "|",
            color=colour,
            alpha=0.6,
        )
        if each.name == BASE:
            axes.axvline(share, color=LINE, lw=1, ls=":")
    axes.set_yticks(range(len(rows)), [each.name for each in reversed(rows)])
    axes.set_title(title, fontsize=9)
    axes.tick_params(labelsize=7)
    axes.spines[["top", "right"]].set_visible(False)
