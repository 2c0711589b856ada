"""Charts as SVG for a web page: its text is text, its colours are those of the page."""

from __future__ import annotations

import io
import re
import warnings
from html import escape
from typing import Any

from cycler import cycler
from matplotlib import style
from matplotlib.figure import Figure

from accord.reporting.draw import HINT, POINTS, draw, size
from accord.reporting.page import Chart
from accord.reporting.palette import COLOURS, SERIES, light

_LEAST = 0.7  # of its width, below which a chart is scrolled and not made smaller

_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib, which measures text by it
    "font.size": 13,
    "axes.titlesize": 13,
    "text.color": light("ink"),
    "axes.labelcolor": light("faint"),
    "axes.facecolor": light("card"),
    "axes.edgecolor": light("line"),
    "xtick.labelcolor": light("faint"),
    "ytick.labelcolor": light("faint"),
    "grid.color": light("line"),
    "axes.prop_cycle": cycler(color=[light(name) for name in SERIES]),
}
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


def to_svg(chart: Chart) -> str:
    """Return a chart as an ``svg`` element, the same text each time."""
    width, height = size(chart)
    file = io.StringIO()
    looks = {**_STYLE, "svg.hashsalt": chart.title}  # so that ids differ between charts of a page
    with style.context(looks, after_reset=True), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the browser has fonts that we need not have
        figure = Figure((width, height), layout="constrained")
        draw(chart, figure.subplots())
        figure.savefig(file, format="svg", transparent=True, metadata=_NO_METADATA)
    return _for_a_page(file.getvalue(), chart.title, round(POINTS * width))


def _for_a_page(drawn: str, title: str, width: int) -> str:
    """Return what matplotlib wrote as part of a page, in the colours of the page."""
    view = drawn.index("viewBox")
    box = drawn[view : drawn.index('"', view + len('viewBox="')) + 1]
    inside = drawn[drawn.index(">", view) + 1 :]
    inside = re.sub(rf'<g id="{HINT}([^"]*)">', r"<g><title>\1</title>", inside)
    inside = re.sub(r' id="[A-Za-z0-9.]+_[0-9]+"', "", inside)  # every chart has the same
    for name, colour in COLOURS.items():
        inside = inside.replace(colour.light, f"var(--{name})")
    least = f"min-width: {_LEAST * width:.0f}px"
    name = escape(title)
    return f'<svg role="img" aria-label="{name}" {box} width="{width}" style="{least}">{inside}'
