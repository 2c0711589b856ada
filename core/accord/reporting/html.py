"""Parts of a page as HTML, by the Jinja2 templates in the folder beside this file."""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import Environment, PackageLoader, StrictUndefined

from accord.reporting.page import Chart, Page, Text
from accord.reporting.palette import COLOURS

_TEMPLATES = Environment(
    loader=PackageLoader("accord.reporting"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def document(title: str, page: Page, to_svg: Callable[[Chart], str]) -> str:
    """Return a web page of its own: no network, no script, light and dark.

    ``to_svg`` draws a chart.
    """
    return _TEMPLATES.get_template("page.html").render(
        title=title, page=page, to_svg=to_svg, colours=COLOURS
    )


def fragment(parts: tuple[Text, ...]) -> str:
    """Return tables and notes as HTML without a document around them."""
    return _TEMPLATES.get_template("fragment.html").render(parts=parts)
