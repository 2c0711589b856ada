"""``accord explain``: what other libraries report for the same scores, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from accord.cli.files import MisfitError, called
from accord.cli.grouped import grouped
from accord.cli.kinds import KINDS
from accord.cli.measures import load_for
from accord.cli.options import Files, InOut, MeasureOptions, Seconds, choices
from accord.cli.output import say, show
from accord.cli.refusals import refusals
from accord.inputs.options import one_of
from accord.verification import processes
from accord.verification.dialects.dialect import AVERAGES
from accord.verification.explain.run import explain as account_for

EXPLAINED = [name for name, kind in KINDS.items() if kind.explained]


@grouped
def explain(
    files: Files,
    *,
    measure: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=f"What is counted: {', '.join(EXPLAINED)}. By default binary for scores of one axis,"
            " else top-k.",
        ),
    ] = None,
    average: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help=f"Over samples or classes; of top-k and categorical: {choices(AVERAGES)}.",
        ),
    ] = "micro",
    options: MeasureOptions,
    peers: Annotated[
        list[str] | None,
        typer.Option(
            "--peer",
            metavar="NAME",
            help="Run this library beside its rules; repeatable. By default all installed.",
        ),
    ] = None,
    rules_only: Annotated[
        bool, typer.Option("--rules-only", help="Run no library; go by its rules alone.")
    ] = False,
    seconds: Seconds = processes.SECONDS,
    inout: InOut,
) -> None:
    """Tell what each library reports for these scores, and which samples make the difference."""
    with refusals() as names:
        one_of("average", average, AVERAGES)
        if measure is not None:
            one_of("measure", measure, EXPLAINED)
        if rules_only and peers:
            raise MisfitError("--peer runs a library and --rules-only runs none; pass one of both")
        counted, loaded = load_for(measure, options, files, inout, names)
        if peers and counted.label_kind in ("binary", "set"):
            raise MisfitError(
                "--peer runs a library on scores by class, and these are explained by rules alone;"
                " leave --peer out"
            )
        if average != "micro" and counted.label_kind in ("binary", "set"):
            name = "binary" if counted.label_kind == "binary" else "multilabel"
            raise MisfitError(f"--average {average} has no effect on {name}; leave it out")
        found = account_for(
            loaded.truth,
            loaded.scores,
            measure=counted,
            average=average,
            peers=() if rules_only else peers or None,
            seconds=seconds,
            progress=say,
        )
    title = f"Why accuracies of {called(files[0], short=True)} differ"
    show(found, title, inout)
