"""What a page has on it, as plain data: tables, notes, a verdict and charts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, NamedTuple, TypeAlias

SHOWN = 20
"""The most k that a table has all of."""

Tone = Literal["good", "bad", "warn", "none"]


@dataclass(frozen=True)
class Table:
    """Rows of text under column heads; a table whose heads are all empty is shown without them.

    ``align`` has one of ``<`` and ``>`` for each column.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: str
    title: str = ""
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Note:
    """A paragraph a reader must not miss."""

    text: str
    kind: ClassVar[str] = "note"


@dataclass(frozen=True)
class Verdict:
    """The one line that says how it went; ``good`` is None where it is neither good nor bad."""

    text: str
    good: bool | None = None
    kind: ClassVar[str] = "verdict"


class Cell(NamedTuple):
    """One cell of a grid; a web page shows ``hint`` under the pointer."""

    text: str
    tone: Tone
    hint: str = ""


@dataclass(frozen=True)
class Grid:
    """A cell for each pair of a row and a column; a pair without a cell stays empty."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]
    kind: ClassVar[str] = "chart"


Ends: TypeAlias = Mapping[int, tuple[float, float]]


@dataclass(frozen=True)
class Line:
    """The accuracy at each k, with its tie band (floor to ceiling) and its 95 % interval."""

    name: str
    values: Mapping[int, float]
    band: Ends = field(default_factory=dict)
    interval: Ends = field(default_factory=dict)


def tie_band(floor: Mapping[int, float], ceiling: Mapping[int, float]) -> Ends:
    """Return floor and ceiling at each k where ties leave a band between them (R7)."""
    return {k: (low, ceiling[k]) for k, low in floor.items() if low < ceiling[k]}


@dataclass(frozen=True)
class ByK:
    """Accuracy against k; without ``has_k``, the measure has no k and its figures the key 1."""

    title: str
    lines: tuple[Line, ...]
    has_k: bool = True
    kind: ClassVar[str] = "chart"


@dataclass(frozen=True)
class ByClass:
    """The accuracy of each class, in order, by the name of its series; NaN for no samples."""

    title: str
    series: Mapping[str, tuple[float, ...]]
    support: tuple[float, ...]
    kind: ClassVar[str] = "chart"


class Span(NamedTuple):
    """A share, or the range it may be in, and the share that a run reported."""

    name: str
    low: float
    high: float
    reported: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Spans:
    """A row for each share: a circle where it is certain, a bar where it is a range."""

    title: str
    rows: tuple[Span, ...]
    mark: float
    kind: ClassVar[str] = "chart"


Text: TypeAlias = Table | Note | Verdict
Chart: TypeAlias = Grid | ByK | ByClass | Spans
Page: TypeAlias = tuple[Text | Chart, ...]


def sentence_case(words: str) -> str:
    """Return words with a first capital letter, as a title begins."""
    return words[:1].upper() + words[1:]


def texts(page: Page) -> tuple[Text, ...]:
    """Return the parts that text alone can show."""
    return tuple(part for part in page if isinstance(part, Text))


def charts(page: Page) -> tuple[Chart, ...]:
    """Return the parts that are drawn."""
    return tuple(part for part in page if isinstance(part, Chart))
