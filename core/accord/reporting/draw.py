"""How each chart is drawn, on the axes of matplotlib that are given, in their own style."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Literal

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator, StrMethodFormatter

from accord.reporting.page import ByClass, ByK, Chart, Ends, Grid, Line, Spans
from accord.reporting.palette import light

POINTS = 72  # an inch
_WIDTH = 520  # points: the text can still be read where a phone makes the chart smaller
_MANY = 30  # classes, or k: more are drawn as a curve, and have no names
HINT = "hint:"
"""How the id of an artist begins that has a hint for the pointer; the hint follows."""

_LABELLED = 8  # values of k that fit with the figure beside each
_SURE = "95 % interval"
_NAME = 16  # characters, shown of each end of a long name
_BAR = 18  # points, how wide a tie band is
_APART = 0.1  # of the distance between two k, by which lines are moved apart
_ROWS_APART = 0.25  # of the distance between two classes


def draw(chart: Chart, ax: Axes) -> None:
    """Draw a chart on axes."""
    with mpl.rc_context({"text.parse_math": False}):  # a dollar sign in a name is no formula
        match chart:
            case ByK():
                _by_k(chart, ax)
            case ByClass():
                _by_class(chart, ax)
            case Spans():
                _spans(chart, ax)
            case Grid():
                _grid(chart, ax)


def size(chart: Chart) -> tuple[float, float]:
    """Return the width and height of a chart, in inches, that its text needs."""
    match chart:
        case ByK():
            first = chart.lines[0]
            names = len(chart.lines) + bool(first.band) + bool(first.interval)
            width, height = _WIDTH, 260 + 20 * names
        case ByClass():
            classes = len(chart.support)
            rows = 280 if classes > _MANY else 40 + 24 * classes
            width, height = _WIDTH, rows + 20 * len(chart.series)
        case Spans():
            width, height = _WIDTH, 40 + 24 * len(chart.rows)
        case Grid():
            texts = (*chart.columns, *(cell.text for cell in chart.cells.values()))
            each = 28 + 7 * max(6, 0, *map(len, texts))
            width = 16 + 7 * max(map(len, chart.rows), default=0) + each * len(chart.columns)
            height = 30 + 34 * len(chart.rows)
    return width / POINTS, height / POINTS


def _by_k(chart: ByK, ax: Axes) -> None:
    ks = sorted({k for line in chart.lines for k in line.values})
    if len(ks) > _MANY or ax.get_xscale() == "log":  # or beside such a chart
        _curves(chart, ax)
        return
    names = {k: f"k = {k}" if chart.has_k else " " for k in ks}
    # A second chart on these axes has each k where the first has it.
    ax.xaxis.update_units(list(names.values()))
    for number, line in enumerate(chart.lines):
        shift = _APART * (number - (len(chart.lines) - 1) / 2)
        where = {k: float(ax.convert_xunits(names[k])) + shift for k in ks}
        _line(line, where, ax, below=number == len(chart.lines) - 1)
    last = max(ax.convert_xunits(list(names.values())))
    last = max(last, round(ax.dataLim.x1)) if math.isfinite(ax.dataLim.x1) else last
    ax.set_xlim(-0.5, last + 0.5)
    ax.set_xticks(np.arange(0, last + 1, math.ceil((last + 1) / _LABELLED)))
    ax.tick_params(length=0)
    ax.tick_params(axis="x", pad=12)  # a figure may stand below a point at 0 %
    ax.margins(y=0.15)
    _percent(ax.yaxis)
    _plain(ax, grid="y")
    _legend(ax)


def _curves(chart: ByK, ax: Axes) -> None:
    """Draw lines over very many k, which have no figures beside them."""
    for line in chart.lines:
        ks = sorted(k for k, value in line.values.items() if math.isfinite(value))
        (drawn,) = ax.plot(ks, [line.values[k] for k in ks], label=_name(line.name))
        drawn.sticky_edges.y[:] = [0, 1]
        for ends, name, alpha in ((line.band, "tie band", 0.3), (line.interval, _SURE, 0.12)):
            if ends:
                low, high = zip(*(ends.get(k, (line.values[k],) * 2) for k in ks), strict=True)
                once, colour = _once(name, ax), drawn.get_color()
                ax.fill_between(ks, low, high, color=colour, alpha=alpha, label=once, linewidth=0)
    ax.set_xscale("log")  # the first k are what most is asked about
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel("k")
    ax.tick_params(length=0)
    ax.margins(x=0.02, y=0.05)
    _percent(ax.yaxis)
    _plain(ax, grid="y")
    _legend(ax)


def _line(line: Line, where: Mapping[int, float], ax: Axes, *, below: bool) -> None:
    """Draw one line, with its figures below the points or above them."""
    ks = [k for k in where if math.isfinite(line.values.get(k, math.nan))]
    values = [line.values[k] for k in ks]
    (drawn,) = ax.plot([where[k] for k in ks], values, label=_name(line.name))
    drawn.sticky_edges.y[:] = [0, 1]  # beyond which there is no accuracy
    colour = drawn.get_color()
    for k, low, high in _ends(line.band, ks):
        name = _once("tie band", ax)
        ax.vlines(where[k], low, high, colour, linewidth=_BAR, alpha=0.25, label=name)
    interval = list(_ends(line.interval, ks))
    if interval:
        ax.errorbar(
            [where[k] for k, *_ in interval],
            [line.values[k] for k, *_ in interval],
            [
                [line.values[k] - low for k, low, _ in interval],
                [high - line.values[k] for k, _, high in interval],
            ],
            fmt="none",
            ecolor=colour,
            elinewidth=1.2,
            capsize=4,
            label=_once(_SURE, ax),
        )
    for k, value in zip(ks, values, strict=True):
        hint = f"{HINT}{line.name}: {100 * value:.2f} %"
        ax.plot(where[k], value, "o", color=colour, markersize=8, clip_on=False, gid=hint)
        if len(where) <= _LABELLED:
            ax.annotate(
                f"{100 * value:.2f}",
                (where[k], value),
                (11, -5) if below else (-11, 5),
                textcoords="offset points",
                ha="left" if below else "right",
                va="top" if below else "bottom",
            )


def _name(name: str) -> str:
    """Return a name as a legend has room for it, and shows it."""
    short = name if len(name) <= 2 * _NAME else f"{name[:_NAME]}...{name[-_NAME:]}"
    return f" {short}" if short.startswith("_") else short  # matplotlib hides such a name


def _once(name: str, ax: Axes) -> str:
    """Return a name for the legend, or an empty one if the legend has it."""
    return "" if name in ax.get_legend_handles_labels()[1] else name


def _ends(ends: Ends, ks: Iterable[int]) -> Iterable[tuple[int, float, float]]:
    """Yield each k whose range is known, with its ends."""
    for k in ks:
        if k in ends and all(map(math.isfinite, ends[k])):
            yield k, *ends[k]


def _by_class(chart: ByClass, ax: Axes) -> None:
    classes = len(chart.support)
    if classes > _MANY:
        _sorted_classes(chart, ax)
        return
    for number, (name, shares) in enumerate(chart.series.items()):
        shift = _ROWS_APART * (number - (len(chart.series) - 1) / 2)
        rows = np.arange(classes) + shift  # so that equal shares of two k are both seen
        ax.plot(shares, rows, "osD^"[number % 4], label=name, markersize=8, clip_on=False)
    for place, support in enumerate(chart.support):
        _beside(ax, place, f"of {support:,.6g}")
    _rows(ax, [f"class {place}" for place in range(classes)])
    _legend(ax)


def _sorted_classes(chart: ByClass, ax: Axes) -> None:
    """Draw the shares of very many classes as a curve, from the lowest to the highest."""
    for name, shares in chart.series.items():
        ordered = np.sort(np.array(shares)[~np.isnan(shares)])
        ax.plot(np.arange(1, len(ordered) + 1), ordered, label=name)
    ax.set_xlabel("classes, from the lowest accuracy to the highest")
    _percent(ax.yaxis)
    _plain(ax, grid="y")
    _legend(ax)


def _spans(chart: Spans, ax: Axes) -> None:
    if math.isfinite(chart.mark):
        ax.axvline(chart.mark, color="C0", linestyle=(0, (4, 3)), linewidth=1, zorder=1)
    for place, row in enumerate(chart.rows):
        if math.isfinite(row.low) and row.high > row.low:
            ends = ax.plot([row.low, row.high], [place, place], "C0", linewidth=9, alpha=0.23)
            ends[0].set_solid_capstyle("round")
        elif math.isfinite(row.low):
            _circle(ax, row.low, place, filled=False)
        if row.reported is not None and math.isfinite(row.reported):
            _circle(ax, row.reported, place, filled=True)
        _beside(ax, place, row.note)
    ax.margins(x=0.08)
    _rows(ax, [row.name for row in chart.rows])
    ax.xaxis.tick_top()


def _circle(ax: Axes, share: float, place: int, *, filled: bool) -> None:
    face = "C0" if filled else ax.get_facecolor()
    (circle,) = ax.plot(share, place, "C0o", markerfacecolor=face, markersize=10, zorder=3)
    circle.set_markeredgewidth(1.5)


def _grid(chart: Grid, ax: Axes) -> None:
    for down, row in enumerate(chart.rows):
        for across, column in enumerate(chart.columns):
            cell = chart.cells.get((row, column))
            tone = cell.tone if cell else "none"
            box = FancyBboxPatch(
                (across - 0.47, down - 0.42),
                0.94,
                0.84,
                boxstyle="round,pad=0,rounding_size=0.06",
                facecolor=light(f"{tone}-ground"),
                edgecolor="none",
                mutation_aspect=2.5,
                gid=HINT + ((cell and cell.hint) or f"{row}, {column}: not run"),
            )
            ax.add_patch(box)
            if cell:
                ink = light(tone)
                ax.text(across, down, cell.text, color=ink, weight="bold", ha="center", va="center")
    ax.set_xticks(range(len(chart.columns)), chart.columns)
    ax.set_yticks(range(len(chart.rows)), chart.rows)
    ax.set_xlim(-0.5, max(len(chart.columns), 1) - 0.5)
    ax.set_ylim(max(len(chart.rows), 1) - 0.5, -0.5)
    ax.xaxis.tick_top()
    _name_in_ink(ax)
    ax.spines[:].set_visible(False)


def _rows(ax: Axes, names: list[str]) -> None:
    """Name the rows of a chart of shares, from the top down."""
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    _name_in_ink(ax)
    _percent(ax.xaxis)
    _plain(ax, grid="x")


def _name_in_ink(ax: Axes) -> None:
    """Name the rows in the colour of text, not of ticks."""
    ax.tick_params(length=0)
    ax.tick_params(axis="y", labelcolor=ax.title.get_color())


def _beside(ax: Axes, place: int, text: str) -> None:
    """Write a note right of a row."""
    across = ax.get_yaxis_transform()
    ax.text(1.03, place, text, transform=across, va="center", color=ax.xaxis.label.get_color())


def _plain(ax: Axes, *, grid: Literal["x", "y"]) -> None:
    ax.spines[:].set_visible(False)
    ax.grid(axis=grid)
    ax.set_axisbelow(True)


def _legend(ax: Axes) -> None:
    """Name the lines above the axes, where they hide nothing."""
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), frameon=False, borderaxespad=0.6)


def _percent(axis: Axis) -> None:
    """Have an axis of shares show a few of them, in percent."""
    axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(lambda share, _: f"{100 * share:.6g} %")
