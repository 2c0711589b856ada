"""Drawings for web pages, as SVG text: their colours are those of the page (see `web`)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, Literal, NamedTuple, TypeAlias

from accord.reporting.display import Figure

Tone = Literal["good", "bad", "warn", "none"]
WIDTH = 520
"""Of a drawing, in pixels: its text can still be read where a telephone makes it smaller."""

_LEAST = 0.7  # of its width, below which a drawing is moved rather than made smaller

_Scale: TypeAlias = Callable[[Any], float]


class Cell(NamedTuple):
    """A field of a matrix; ``hint`` shows under the pointer."""

    text: str
    tone: Tone
    hint: str = ""


def matrix(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Mapping[tuple[str, str], Cell],
    title: str,
) -> Figure:
    """Draw a field for each row and column; a pair without a cell stays empty."""
    left = 16 + 7 * max(map(len, rows), default=0)
    wide = 28 + 7 * max([*map(len, columns), *(len(cell.text) for cell in cells.values()), 6])
    tall, top = 34, 26
    parts = [
        _text(left + wide * (at + 0.5), 14, column, anchor="middle", faint=True)
        for at, column in enumerate(columns)
    ]
    for down, row in enumerate(rows):
        y = top + tall * down
        parts.append(_text(0, y + 20, row))
        for across, column in enumerate(columns):
            cell = cells.get((row, column), Cell("", "none"))
            x = left + wide * across
            ink = f"var(--{cell.tone})" if cell.text else "none"
            hint = cell.hint or f"{row}, {column}: {cell.text or 'not run'}"
            ground = cell.tone if cell.tone == "none" else f"{cell.tone}-ground"
            parts.append(
                f"<g><title>{escape(hint)}</title>"
                f'<rect x="{x + 2}" y="{y + 2}" width="{wide - 4}" height="{tall - 4}" rx="5"'
                f' style="fill: var(--{ground})"/>'
                f'<text x="{x + wide / 2}" y="{y + 21}" text-anchor="middle"'
                f' style="fill: {ink}; font-weight: 600">{escape(cell.text)}</text></g>'
            )
    return Figure(_svg(left + wide * len(columns), top + tall * len(rows), parts, title), title)


class Line(NamedTuple):
    """Figures by k, with the band they lie in, if they have one."""

    name: str
    values: Mapping[int, float]
    low: Mapping[int, float]
    high: Mapping[int, float]


def by_k(lines: Sequence[Line], title: str) -> Figure:
    """Draw shares against k, each with its band; a single k is a point with whiskers."""
    top = 16 + 20 * len(lines)  # below the names
    width, height, left, right, bottom = WIDTH, top + 240, 62, 20, 40
    ks = sorted({k for line in lines for k in line.values})
    seen = [
        value
        for line in lines
        for each in (line.values, line.low, line.high)
        for value in each.values()
        if math.isfinite(value)
    ] or [0.0, 1.0]
    low, high = _range(min(seen), max(seen))

    def x(k: int) -> float:
        span = width - left - right
        return left + span * (ks.index(k) + 0.5) / len(ks)

    def y(value: float) -> float:
        return top + (height - top - bottom) * (high - value) / (high - low)

    parts = []
    for tick in _ticks(low, high):
        parts.append(
            f'<line x1="{left}" x2="{width - right}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"'
            ' style="stroke: var(--line)"/>'
        )
        parts.append(_text(left - 8, y(tick) + 4, f"{100 * tick:g} %", anchor="end", faint=True))
    parts += [_text(x(k), height - 18, f"k = {k}", anchor="middle", faint=True) for k in ks]
    for at, line in enumerate(lines):
        ink = f"var(--{('one', 'two')[at % 2]})"
        parts += _line(line, x, y, ink=ink, right=at == len(lines) - 1, shift=8 * at)
        parts.append(_text(left + 18, 14 + 20 * at, line.name))
        parts.append(
            f'<rect x="{left}" y="{5 + 20 * at}" width="10" height="10"'
            f' rx="2" style="fill: {ink}"/>'
        )
    return Figure(_svg(width, height, parts, title), title)


def _line(line: Line, x: _Scale, y: _Scale, *, ink: str, right: bool, shift: int) -> list[str]:
    """Draw one line; it is shifted, so that whiskers of two lines stay apart."""
    ks = sorted(k for k, value in line.values.items() if math.isfinite(value))
    points = [(x(k) + shift, y(line.values[k])) for k in ks]
    parts = []
    for k, (across, down) in zip(ks, points, strict=True):
        low, high = line.low.get(k, line.values[k]), line.high.get(k, line.values[k])
        top, bottom = y(high), y(low)
        parts.append(
            f'<rect x="{across - 9:.1f}" y="{top:.1f}" width="18" height="{max(bottom - top, 1):.1f}"'
            f' rx="3" style="fill: {ink}; opacity: .25"/>'
            f'<circle cx="{across:.1f}" cy="{down:.1f}" r="4" style="fill: {ink}">'
            f"<title>{escape(line.name)} at k={k}: {100 * line.values[k]:.2f} %"
            f" ({100 * low:.2f} to {100 * high:.2f})</title></circle>"
        )
        label = f"{100 * line.values[k]:.2f}"
        if right:
            parts.append(_text(across + 13, down + 16, label))
        else:
            parts.append(_text(across - 13, down - 6, label, anchor="end"))
    if len(points) > 1:
        path = " ".join(f"{across:.1f},{down:.1f}" for across, down in points)
        parts.insert(
            0, f'<polyline points="{path}" style="fill: none; stroke: {ink}; stroke-width: 1.5"/>'
        )
    return parts


class Span(NamedTuple):
    """A figure, or all that it may be, and whether it was really reported."""

    name: str
    low: float
    high: float
    reported: float | None = None
    note: str = ""


def spans(rows: Sequence[Span], title: str, *, mark: float | None = None) -> Figure:
    """Draw a row for each figure: a dot where it is certain, a bar where it is not."""
    left = 20 + 7 * max((len(row.name) for row in rows), default=0)
    width, right, tall, top = WIDTH, 140, 24, 28
    seen = [v for row in rows for v in (row.low, row.high) if math.isfinite(v)] or [0.0, 1.0]
    low, high = _range(min(seen), max(seen))

    def x(value: float) -> float:
        return left + (width - left - right) * (value - low) / (high - low)

    bottom = top + tall * len(rows)
    parts = [
        f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{top - 6}" y2="{bottom}"'
        ' style="stroke: var(--line)"/>'
        + _text(x(tick), 14, f"{100 * tick:g} %", anchor="middle", faint=True)
        for tick in _ticks(low, high)
    ]
    if mark is not None and math.isfinite(mark):
        parts.append(
            f'<line x1="{x(mark):.1f}" x2="{x(mark):.1f}" y1="{top - 6}" y2="{bottom}"'
            ' style="stroke: var(--one); stroke-dasharray: 4 3"/>'
        )
    for at, row in enumerate(rows):
        y = top + tall * at + tall / 2
        parts.append(_text(0, y + 4, row.name))
        if math.isfinite(row.low) and row.high > row.low:
            parts.append(
                f'<rect x="{x(row.low):.1f}" y="{y - 5}" width="{x(row.high) - x(row.low):.1f}"'
                ' height="10" rx="5" style="fill: var(--band)"/>'
            )
        elif math.isfinite(row.low):
            parts.append(
                f'<circle cx="{x(row.low):.1f}" cy="{y}" r="5"'
                ' style="fill: var(--ground); stroke: var(--one); stroke-width: 1.5"/>'
            )
        if row.reported is not None and math.isfinite(row.reported):
            parts.append(
                f'<circle cx="{x(row.reported):.1f}" cy="{y}" r="5" style="fill: var(--one)"/>'
            )
        parts.append(_text(width - right + 14, y + 4, row.note, faint=True))
    return Figure(_svg(width, bottom + 8, parts, title), title)


def _range(least: float, most: float) -> tuple[float, float]:
    room = max((most - least) * 0.12, 0.002)
    return max(0.0, least - room), min(1.0, most + room) if most <= 1 else most + room


def _ticks(low: float, high: float) -> list[float]:
    raw = (high - low) / 5
    power = 10 ** math.floor(math.log10(raw))
    step = next(power * each for each in (1, 2, 5, 10) if power * each >= raw)
    first = math.ceil(low / step - 1e-9)
    return [round(at * step, 10) for at in range(first, math.floor(high / step + 1e-9) + 1)]


def _text(x: float, y: float, text: str, *, anchor: str = "start", faint: bool = False) -> str:
    kind = ' class="faint"' if faint else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{kind}>{escape(text)}</text>'


def _svg(width: float, height: float, parts: Sequence[str], title: str) -> str:
    return (
        f'<svg role="img" aria-label="{escape(title)}" viewBox="0 0 {width:.0f} {height:.0f}"'
        f' width="{width:.0f}" height="{height:.0f}" style="min-width: {_LEAST * width:.0f}px">'
        f"{''.join(parts)}</svg>"
    )
