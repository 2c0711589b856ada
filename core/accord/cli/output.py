"""What the commands share: their options for input and output, and how each result is shown."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer
from rich.console import Console

from accord.cli.files import FileError, MisfitError
from accord.cli.wording import in_options
from accord.reporting.extra import load

IN_AND_OUT = "Input and output"

Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILES",
        help="FILE.npz with labels and scores, or - for one on standard input;"
        " or SCORES.npy LABELS.npy.",
    ),
]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON object, not tables.", rich_help_panel=IN_AND_OUT),
]


def _page(path: Path | None) -> Path | None:
    """Refuse a page that can't be made before anything is counted."""
    if path is not None:
        with refusals():
            try:
                for module in ("html", "svg"):
                    load(module, "--html")
            except ImportError as error:
                raise FileError(str(error)) from error
    return path


Html = Annotated[
    Path | None,
    typer.Option(
        metavar="PAGE.html",
        help="Write a web page of its own too.",
        callback=_page,
        rich_help_panel=IN_AND_OUT,
    ),
]
Seconds = Annotated[
    float,
    typer.Option(metavar="SECONDS", min=0.1, help="How long each process may take."),
]


class Result(Protocol):
    """What a command has found."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""

    def to_html(self, title: str = ...) -> str:
        """Return it as a web page."""


def choices(values: Sequence[str]) -> str:
    """Return options for a help text, the first being the default."""
    default, *others = values
    return ", ".join([f"{default} (default)", *others])


def numbers(texts: Sequence[str]) -> int | tuple[int, ...]:
    """Read every k that was given, in order.

    Raises
    ------
    MisfitError
        If one is not a whole number of at least 1.

    Examples
    --------
    >>> from accord.cli.output import numbers
    >>> numbers(["1,5", "3"])
    (1, 5, 3)
    """
    each: list[int] = []
    for text in texts:
        try:
            each += [int(number) for number in text.rstrip(",").split(",")]
        except ValueError:
            raise MisfitError(
                f"-k {text!r} is no list of whole numbers; pass e.g. -k 1,5"
            ) from None
    if (least := min(each)) < 1:
        raise MisfitError(f"-k {least} is below 1; pass whole numbers from 1, e.g. -k 1,5")
    first, *more = dict.fromkeys(each)
    return (first, *more) if more else first


@contextlib.contextmanager
def refusals() -> Iterator[dict[str, str]]:
    """End with status 2 and one line on stderr where input is refused.

    Yields
    ------
    dict
        What the user calls each array, to be filled; messages of the core are told in these.
    """
    names: dict[str, str] = {}
    try:
        yield names
    except (FileError, ValueError, TypeError, LookupError) as error:
        said = str(error.args[0]) if isinstance(error, KeyError) else str(error)
        said = said if isinstance(error, FileError) else in_options(said, names)
        typer.echo(f"error: {' '.join(said.split())}", err=True)
        raise typer.Exit(2) from None


def say(line: str) -> None:
    """Tell of progress on stderr, if that is a terminal."""
    console = Console(stderr=True)
    if console.is_terminal:
        console.print(line, style="dim", highlight=False, markup=False)


def show(result: Result, *, title: str, as_json: bool, html: Path | None) -> None:
    """Print a result, and write its page where one is asked for."""
    if html is not None:
        with refusals():
            try:
                html.write_text(result.to_html(title), encoding="utf-8")
            except OSError as error:
                raise FileError(f"{html} can't be written: {error.strerror}") from error
    console = Console()
    if as_json:
        typer.echo(json.dumps(result.to_dict(), indent=2, allow_nan=False))
    elif console.is_terminal:
        console.print(result)
    else:
        typer.echo(result)
