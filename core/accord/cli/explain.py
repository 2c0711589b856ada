"""``accord explain``: what other libraries report for the same scores, and why."""

from __future__ import annotations

from typing import Annotated

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
from accord.verification import processes
from accord.verification.explain import TIES
from accord.verification.explain import explain as account_for


def explain(
    files: Files,
    *,
    k: K = None,
    ties: Annotated[
        str, typer.Option(metavar="RULE", help=f"accord's tie rule: {choices(TIES)}.")
    ] = "first",
    threshold: Annotated[
        float, typer.Option(metavar="NUMBER", help="Of binary scores, which have one axis.")
    ] = 0.5,
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
    as_json: Json = False,
    html: Html = None,
    y_true: YTrue = "y_true",
    y_score: YScore = "y_score",
    score_dtype: ScoreDtype = None,
) -> None:
    """Tell what each library reports for these scores, and which samples make the difference."""
    with refusals():
        truth, scores = load(files, y_true, y_score, score_dtype)
        found = account_for(
            truth,
            scores,
            numbers(k),
            ties=ties,
            threshold=threshold,
            peers=() if rules_only else peers or None,
            seconds=seconds,
            progress=say,
        )
    show(found, title=f"Why accuracies of {files[0].name} differ", as_json=as_json, html=html)
