"""``accord verify``: does every framework count the same."""

from __future__ import annotations

from typing import Annotated

import typer

from accord.cli.files import called
from accord.cli.measures import (
    AtThreshold,
    Axis,
    Criteria,
    FromLogits,
    IgnoreIndex,
    K,
    Name,
    ScoreDtype,
    Threshold,
    Ties,
    YScore,
    YTrue,
    load_for,
)
from accord.cli.output import Files, Html, Json, Seconds, refusals, say, show
from accord.verification import processes
from accord.verification.verify.run import verify as certify


def verify(
    files: Files,
    *,
    measure: Name = "top-k",
    ignore_index: IgnoreIndex = None,
    k: K = None,
    ties: Ties = None,
    axis: Axis = None,
    threshold: Threshold = None,
    at_threshold: AtThreshold = None,
    from_logits: FromLogits = None,
    criteria: Criteria = None,
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
    y_true: YTrue = None,
    y_score: YScore = None,
    score_dtype: ScoreDtype = None,
) -> int:
    """Count the same samples on every framework, each in its own process, and compare.

    Every mode is run, and compared sample by sample with a reference that sorts. The exit status
    is 0 if all agree, 1 if some do not.
    """
    options = {
        "k": k,
        "ties": ties,
        "axis": axis,
        "threshold": threshold,
        "at_threshold": at_threshold,
        "from_logits": from_logits,
        "criteria": criteria,
        "ignore_index": ignore_index,
    }
    with refusals() as names:
        wanted = {"y_true": y_true, "y_score": y_score}
        counted, loaded = load_for(measure, options, files, wanted, score_dtype, names)
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
    show(found, title=title, as_json=as_json, html=html)
    return 0 if found.agrees else 1
