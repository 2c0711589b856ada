"""Charts as plots of the user's own, by pyplot."""

from __future__ import annotations

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.legend import Legend

from accord.reporting.draw import draw, size
from accord.reporting.page import Chart


def plot(chart: Chart, ax: Axes | None) -> Axes:
    """Draw a chart on axes, those of a new figure if there are none, and return them."""
    axes = plt.subplots(figsize=size(chart), layout="constrained")[1] if ax is None else ax
    draw(chart, axes)
    axes.set_title(chart.title, pad=6 + _height(axes.get_legend()), wrap=True)
    return axes


def _height(legend: Legend | None) -> float:
    """Return how high the legend above the axes is, in points."""
    if legend is None:
        return 0
    return sum((1.5 * float(text.get_fontsize()) for text in legend.get_texts()), start=18)
