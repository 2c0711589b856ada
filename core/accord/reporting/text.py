"""Parts of a page as plain text and as Markdown."""

from __future__ import annotations

import textwrap

from accord.reporting.page import Note, Table, Text, Verdict

WIDTH = 79


def plain(part: Text) -> str:
    """Return a part as text of at most 79 columns, if its table is not wider."""
    if not isinstance(part, Table):
        return textwrap.fill(part.text, WIDTH)
    widths = [max(map(len, column)) for column in zip(part.columns, *part.rows, strict=True)]
    lines = [part.title] if part.title else []
    if any(part.columns):
        lines += [_spaced(part.columns, widths, part.align), "  ".join("-" * w for w in widths)]
    lines += [_spaced(row, widths, part.align) for row in part.rows]
    return "\n".join(lines)


def markdown(part: Text) -> str:
    """Return a part as GitHub-flavoured Markdown."""
    match part:
        case Verdict(text):
            return f"**{text}**"
        case Note(text):
            return f"> {text}"
    rule = {"<": ":--", ">": "--:"}
    lines = [f"**{part.title}**", ""] if part.title else []
    lines += [_piped(part.columns), _piped(tuple(rule[side] for side in part.align))]
    return "\n".join([*lines, *map(_piped, part.rows)])


def _spaced(cells: tuple[str, ...], widths: list[int], align: str) -> str:
    sides = zip(cells, align, widths, strict=True)
    return "  ".join(f"{cell:{side}{width}}" for cell, side, width in sides).rstrip()


def _piped(cells: tuple[str, ...]) -> str:
    inside = " | ".join(cell.replace("|", r"\|") for cell in cells)
    return f"| {inside} |"
