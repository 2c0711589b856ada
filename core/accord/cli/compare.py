"""``accord compare``: is one set of scores a faithful port of another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from accord.cli.files import FileError, load
from accord.cli.output import (
    Html,
    Json,
    K,
    ScoreDtype,
    YScore,
    YTrue,
    choices,
    numbers,
    refusals,
    show,
)
from accord.verification.compare import compare as judge
from accord.verification.explain import TIES


def compare(
    a: Annotated[Path, typer.Argument(metavar="A.npz", help="Labels and scores.")],
    b: Annotated[Path, typer.Argument(metavar="B.npz", help="The same labels, other scores.")],
    *,
    k: K = None,
    ties: Annotated[
        str, typer.Option(metavar="RULE", help=f"Who wins among equal scores: {choices(TIES)}.")
    ] = "first",
    tolerance: Annotated[
        float | None,
        typer.Option(
            metavar="NUMBER",
            help="How far rounding may move a score. By default by dtype: 2.4e-5 of the largest"
            " score of the sample, for float32.",
        ),
    ] = None,
    as_json: Json = False,
    html: Html = None,
    y_true: YTrue = "y_true",
    y_score: YScore = "y_score",
    score_dtype: ScoreDtype = None,
) -> int:
    """Judge two sets of scores for the same samples: which flip, and is it more than rounding.

    The exit status is 0 if rounding explains every flip, 1 if not.
    """
    with refusals():
        truth, scores_a = load([a], y_true, y_score, score_dtype)
        truth_b, scores_b = load([b], y_true, y_score, score_dtype)
        _refuse_other_labels(a, b, truth, truth_b)
        found = judge(truth, scores_a, scores_b, numbers(k), ties=ties, tolerance=tolerance)
    show(found, title=f"{b.name} against {a.name}", as_json=as_json, html=html)
    return 0 if found.agrees else 1


def _refuse_other_labels(a: Path, b: Path, mine: np.ndarray, theirs: np.ndarray) -> None:
    if mine.shape != theirs.shape:
        raise FileError(
            f"{a} has labels of shape {mine.shape} and {b} {theirs.shape};"
            " pass scores of the same samples"
        )
    apart = np.flatnonzero(mine != theirs)
    if apart.size:
        at = int(apart[0])
        raise FileError(
            f"the labels of {a} and {b} differ in {apart.size} places, first at {at}:"
            f" {mine.flat[at]} and {theirs.flat[at]}; pass scores of the same samples"
        )
