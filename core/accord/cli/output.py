"""How each result is shown, and how progress is told."""

from __future__ import annotations

import json
from typing import Any, Protocol

import typer
from rich.console import Console

from accord.cli.files import FileError
from accord.cli.options import InOut
from accord.cli.refusals import refusals


class Result(Protocol):
    """What a command has found."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""

    def to_html(self, title: str = ...) -> str:
        """Return it as a web page."""


def say(line: str) -> None:
    """Tell of progress on stderr, if that is a terminal."""
    console = Console(stderr=True)
    if console.is_terminal:
        console.print(line, style="dim", highlight=False, markup=False)


def show(result: Result, title: str, asked: InOut) -> None:
    """Print a result, and write its page where one is asked for."""
    if asked.html is not None:
        with refusals():
            try:
                asked.html.write_text(result.to_html(title), encoding="utf-8")
            except OSError as error:
                raise FileError(f"{asked.html} can't be written: {error.strerror}") from error
    console = Console()
    if asked.as_json:
        typer.echo(json.dumps(result.to_dict(), indent=2, allow_nan=False))
    elif console.is_terminal:
        console.print(result)
    else:
        typer.echo(result)
