"""Pages of tables and notes as plain data, and the one way they are shown everywhere.

What is to be shown subclasses `Display` and says its page; the ways to show it are here alone.
"""

from __future__ import annotations

import textwrap
from abc import ABC, abstractmethod
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from rich.console import Group, RenderableType

WIDTH = 79


@dataclass(frozen=True)
class Table:
    """Rows of text under column heads; a table whose heads are all empty is shown without them.

    ``align`` has one of ``<`` and ``>`` for each column.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: str
    title: str = ""


@dataclass(frozen=True)
class Note:
    """A paragraph a reader must not miss."""

    text: str


@dataclass(frozen=True)
class Figure:
    """A drawing for a web page, as inline SVG; text alone can do without it."""

    svg: str
    title: str = ""


@dataclass(frozen=True)
class Verdict:
    """The one line that says how it went; neither good nor bad where it only tells."""

    text: str
    good: bool | None = None


Part: TypeAlias = Table | Note | Figure | Verdict
Page: TypeAlias = tuple[Part, ...]


class Display(ABC):
    """Something that is a page: printed, in Markdown, in a notebook and on a rich terminal."""

    @abstractmethod
    def _page(self) -> Page:
        """Say what is to be shown."""

    def __str__(self) -> str:
        return "\n\n".join(_plain(part) for part in self._text())

    def to_markdown(self) -> str:
        """Return the tables and notes as GitHub-flavoured Markdown."""
        return "\n\n".join(_markdown(part) for part in self._text())

    def to_html(self, title: str = "accord") -> str:
        """Return a web page of its own, that needs no network: tables, notes and drawings."""
        from accord.reporting.web import document  # noqa: PLC0415  # for those who want a page

        return document(title, "\n".join(_html(part) for part in self._page()))

    def _repr_html_(self) -> str:
        return "\n".join(_html(part) for part in self._text())

    def _text(self) -> tuple[Table | Note | Verdict, ...]:
        return tuple(part for part in self._page() if not isinstance(part, Figure))

    def __rich__(self) -> Group:
        from rich.console import Group  # noqa: PLC0415  # rich is optional

        gap = ""
        return Group(*(piece for part in self._text() for piece in (gap, _rich(part))), gap)


def _plain(part: Table | Note | Verdict) -> str:
    if not isinstance(part, Table):
        return textwrap.fill(part.text, WIDTH)
    widths = [max(map(len, column)) for column in zip(part.columns, *part.rows, strict=True)]
    lines = [part.title] if part.title else []
    if any(part.columns):
        lines += [_spaced(part.columns, widths, part.align), "  ".join("-" * w for w in widths)]
    lines += [_spaced(row, widths, part.align) for row in part.rows]
    return "\n".join(lines)


def _spaced(cells: tuple[str, ...], widths: list[int], align: str) -> str:
    sides = zip(cells, align, widths, strict=True)
    return "  ".join(f"{cell:{side}{width}}" for cell, side, width in sides).rstrip()


def _markdown(part: Table | Note | Verdict) -> str:
    if isinstance(part, Verdict):
        return f"**{part.text}**"
    if isinstance(part, Note):
        return f"> {part.text}"
    rule = {"<": ":--", ">": "--:"}
    lines = [f"**{part.title}**", ""] if part.title else []
    lines += [_piped(part.columns), _piped(tuple(rule[side] for side in part.align))]
    return "\n".join([*lines, *map(_piped, part.rows)])


def _piped(cells: tuple[str, ...]) -> str:
    inside = " | ".join(cell.replace("|", r"\|") for cell in cells)
    return f"| {inside} |"


_TONES = {True: "good", False: "bad", None: "warn"}
_COLOURS = {True: "green", False: "red", None: "yellow"}


def _html(part: Part) -> str:
    match part:
        case Note(text):
            return f"<p><strong>Note.</strong> {escape(text)}</p>"
        case Verdict(text, good):
            return f'<p class="verdict {_TONES[good]}">{escape(text)}</p>'
        case Figure(svg, title):
            return f"<figure><figcaption>{escape(title)}</figcaption>{svg}</figure>"
        case Table():
            return _html_table(part)


def _html_table(part: Table) -> str:
    lines = [f"<caption>{escape(part.title)}</caption>"] if part.title else []
    if any(part.columns):
        lines.append(f"<thead>{_html_row(part.columns, part.align, 'th')}</thead>")
    lines += [_html_row(row, part.align, "td") for row in part.rows]
    return "\n".join(["<table>", *lines, "</table>"])


def _html_row(cells: tuple[str, ...], align: str, tag: str) -> str:
    side = {"<": "left", ">": "right"}
    inside = (
        f'<{tag} style="text-align: {side[to]}">{escape(cell)}</{tag}>'
        for cell, to in zip(cells, align, strict=True)
    )
    return f"<tr>{''.join(inside)}</tr>"


def _rich(part: Table | Note | Verdict) -> RenderableType:
    from rich import box, table, text  # noqa: PLC0415  # rich is optional

    if isinstance(part, Verdict):
        return text.Text(part.text, style=f"bold {_COLOURS[part.good]}")
    if isinstance(part, Note):
        return text.Text(part.text, style="yellow")
    shown = table.Table(
        title=part.title and text.Text(part.title, style="bold"),
        title_justify="left",
        show_header=any(part.columns),
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),  # two spaces between columns, as in plain text
    )
    for at, (head, side) in enumerate(zip(part.columns, part.align, strict=True)):
        # A narrow terminal folds text and never cuts it; the names of rows are the last to go.
        shown.add_column(
            text.Text(head),
            justify="left" if side == "<" else "right",
            overflow="fold",
            no_wrap=at == 0,
        )
    for row in part.rows:
        shown.add_row(*map(text.Text, row))
    return shown
