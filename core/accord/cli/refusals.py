"""How a command ends that refuses its input."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import typer

from accord.cli.files import FileError
from accord.cli.wording import in_options


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
