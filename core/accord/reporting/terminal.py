"""Parts of a page on a terminal, by rich."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text as RichText

from accord.reporting.page import Note, Table, Text, Verdict

_COLOURS = {True: "green", False: "red", None: "yellow"}


def terminal(parts: tuple[Text, ...]) -> Group:
    """Return parts as rich shows them, with an empty line around each."""
    return Group(*(piece for part in parts for piece in ("", _shown(part))), "")


def _shown(part: Text) -> RenderableType:
    match part:
        case Verdict(text, good):
            return RichText(text, style=f"bold {_COLOURS[good]}")
        case Note(text):
            return RichText(text, style="yellow")
        case Table():
            return _table(part)


def _table(part: Table) -> RichTable:
    shown = RichTable(
        title=part.title and RichText(part.title, style="bold"),
        title_justify="left",
        show_header=any(part.columns),
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),  # two spaces between columns, as in plain text
    )
    for place, (head, side) in enumerate(zip(part.columns, part.align, strict=True)):
        # A narrow terminal folds text and never cuts it; the first column is folded last.
        shown.add_column(
            RichText(head),
            justify="left" if side == "<" else "right",
            overflow="fold",
            no_wrap=place == 0,
        )
    for row in part.rows:
        shown.add_row(*map(RichText, row))
    return shown
