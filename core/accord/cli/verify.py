"""``accord verify``: does every framework count the same."""

from __future__ import annotations

from typing import Annotated, cast

import typer

from accord.cli.files import load
from accord.cli.output import (
    Files,
    Html,
    Json,
    K,
    ScoreDtype,
    Seconds,
    YScore,
    YTrue,
    choices,
    numbers,
    refusals,
    say,
    show,
)
from accord.ties import RULES, Ties
from accord.verification import processes
from accord.verification.verify import verify as certify


def verify(
    files: Files,
    *,
    k: K = None,
    ties: Annotated[
        str, typer.Option(metavar="RULE", help=f"Who wins among equal scores: {choices(RULES)}.")
    ] = "first",
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
    as_json: Json = False,
    html: Html = None,
    y_true: YTrue = "y_true",
    y_score: YScore = "y_score",
    score_dtype: ScoreDtype = None,
) -> int:
    """Count the same samples on every framework, each in its own process, and compare.

    Every mode is run, and compared sample by sample with a reference that sorts. The exit status
    is 0 if all agree, 1 if some do not.
    """
    with refusals():
        truth, scores = load(files, y_true, y_score, score_dtype)
        found = certify(
            truth,
            scores,
            k=numbers(k),
            ties=cast("Ties", ties),
            backends=backends or None,
            pythons=pythons or (),
            seconds=seconds,
            progress=say,
        )
    show(found, title=f"Verification of {files[0].name}", as_json=as_json, html=html)
    return 0 if found.agrees else 1
