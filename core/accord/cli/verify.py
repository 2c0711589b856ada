"""``accord verify``: does every framework count the same."""

from __future__ import annotations

from typing import Annotated

import typer

from accord.cli.files import called
from accord.cli.grouped import grouped
from accord.cli.measures import load_for
from accord.cli.options import Files, InOut, MeasureOptions, Name, Seconds
from accord.cli.output import say, show
from accord.cli.refusals import refusals
from accord.verification import processes
from accord.verification.verify.run import verify as certify


@grouped
def verify(
    files: Files,
    *,
    measure: Name = "top-k",
    options: MeasureOptions,
    backends: Annotated[
        list[str] | None,
        typer.Option(
            "--backend", metavar="NAME", help="Run this one; repeatable. By default all installed."
        ),
    ] = None,
    pythons: Annotated[
        list[str] | None,
        typer.Option(
            "--python",
            metavar="PATH",
            help="Run also what this interpreter has, of which accord; repeatable.",
        ),
    ] = None,
    seconds: Seconds = processes.SECONDS,
    inout: InOut,
) -> int:
    """Count the same samples on every framework, each in its own process, and compare.

    Every mode is run, and compared sample by sample with a reference that sorts. The exit status
    is 0 if all agree, 1 if some do not.
    """
    with refusals() as names:
        counted, loaded = load_for(measure, options, files, inout, names)
        found = certify(
            loaded.truth,
            loaded.scores,
            measure=counted,
            backends=backends or None,
            pythons=pythons or (),
            seconds=seconds,
            progress=say,
        )
    title = f"Verification of {called(files[0], short=True)}"
    show(found, title, inout)
    return 0 if found.agrees else 1
