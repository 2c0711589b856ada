"""The command line as a whole: its commands, one file each, and how every one of them ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer

from accord.cli.compare import compare
from accord.cli.explain import explain
from accord.cli.line import Command
from accord.cli.score import score
from accord.cli.verify import verify

app = typer.Typer(
    name="accord",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in (score, verify, explain, compare):
    app.command(cls=Command)(_command)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"accord {version('accord')}")
        raise typer.Exit


@app.callback()
def _accord(
    *,
    version: Annotated[  # its callback does the work
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Accuracy on which every array framework agrees: stated ties, exact counts."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line to the end and return its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = app(words or ["--help"], prog_name="accord", standalone_mode=False)
        sys.stdout.flush()  # so that a reader that has gone is met here
    except OSError as error:  # files that can't be read end earlier, so this is the output
        # What Python still flushes at its end must go somewhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            typer.echo(f"error: can't write the output: {error.strerror}", err=True)
        return 1
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except Exception as error:
        # Usage errors are click's; typer has come with a click of its own, or without.
        if not hasattr(error, "format_message"):
            raise
        typer.echo(f"error: {' '.join(error.format_message().split())}", err=True)
        return 2
    return status if isinstance(status, int) else 0
