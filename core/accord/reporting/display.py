"""What is shown as a page: as text, in Markdown, HTML, a notebook, on a terminal, as a plot."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from accord.reporting.extra import load
from accord.reporting.page import Page, charts, texts
from accord.reporting.text import markdown, plain

if TYPE_CHECKING:  # neither is required
    from matplotlib.axes import Axes
    from rich.console import Group


class Display(ABC):
    """Something that is a page. A subclass says what is on it; how it is shown is here alone."""

    @property
    @abstractmethod
    def page(self) -> Page:
        """What is shown: tables, notes and charts, as plain data."""

    def __str__(self) -> str:
        return "\n\n".join(map(plain, texts(self.page)))

    def to_markdown(self) -> str:
        """Return the tables and notes as GitHub-flavoured Markdown."""
        return "\n\n".join(map(markdown, texts(self.page)))

    def to_html(self, title: str = "accord") -> str:
        """Return the tables, notes and charts as one web page that loads nothing else.

        The page follows the light or dark mode of its reader.

        Parameters
        ----------
        title : str
            The heading of the page.

        Raises
        ------
        ModuleNotFoundError
            If Jinja2 or matplotlib is missing; run ``pip install "accord[report]"``.

        Examples
        --------
        >>> import accord, numpy as np
        >>> html = accord.evaluate([0], np.array([[0.7, 0.3]])).to_html("My model")
        >>> "<h1>My model</h1>" in html and "<svg" in html
        True
        """
        to_svg = load("svg", "a web page").to_svg
        html: str = load("html", "a web page").document(title, self.page, to_svg)
        return html

    def plot(self, ax: Axes | None = None, *, chart: int = 0) -> Axes:
        """Draw a chart of the page with matplotlib.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; by default a new figure of pyplot.
        chart : int
            Which chart of the page, counted from 0.

        Returns
        -------
        matplotlib.axes.Axes
            ``ax``, or the axes of the new figure.

        Raises
        ------
        ModuleNotFoundError
            If matplotlib is missing; run ``pip install "accord[report]"``.
        ValueError
            If the page has no such chart.

        Examples
        --------
        >>> import accord, numpy as np
        >>> from matplotlib.figure import Figure
        >>> report = accord.evaluate([0], np.array([[0.7, 0.3]]), k=(1, 2))
        >>> report.plot(Figure().subplots()).get_title()
        'Accuracy against k'
        """
        drawn = charts(self.page)
        if not drawn:
            raise ValueError("there are no samples, so there is nothing to draw")
        if not 0 <= chart < len(drawn):
            titles = ", ".join(f"{place} ({each.title})" for place, each in enumerate(drawn))
            raise ValueError(f"chart={chart} is not on the page; pass one of {titles}")
        axes: Axes = load("plot", "plot").plot(drawn[chart], ax)
        return axes

    def _repr_html_(self) -> str | None:
        try:
            html: str = load("html", "a notebook").fragment(texts(self.page))
        except ModuleNotFoundError:  # the notebook then shows the Markdown
            return None
        return html

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def __rich__(self) -> Group:
        group: Group = load("terminal", "a terminal").terminal(texts(self.page))
        return group
