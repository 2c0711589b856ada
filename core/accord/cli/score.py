"""``accord score``: the accuracy of scores in files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich.console import Console
from rich.progress import Progress

from accord import checks
from accord.cli.files import HostArray, load
from accord.cli.output import (
    IN_AND_OUT,
    Html,
    Json,
    K,
    YScore,
    YTrue,
    choices,
    numbers,
    refusals,
    show,
)
from accord.measure import Measure
from accord.measures import Binary, Multilabel, TopK, TopKCategorical
from accord.metric import Metric
from accord.multilabel import CRITERIA
from accord.reporting.evaluate import AVERAGES, OneAverage, counter, report_of, usual_k
from accord.reporting.report import Report
from accord.thresholds import SIDES
from accord.ties import RULES

CHUNK = 1 << 22  # scores between two moves of the progress bar
LONG = 8  # chunks from which a bar is worth showing

_THRESHOLD = {"threshold", "at_threshold", "from_logits"}
_MEASURES: dict[str, tuple[type[Measure], set[str]]] = {
    "top-k": (TopK, {"k", "ties", "ignore_index"}),
    "categorical": (TopKCategorical, {"k", "ties"}),
    "binary": (Binary, {*_THRESHOLD, "ignore_index"}),
    "multilabel": (Multilabel, {"criteria", *_THRESHOLD}),
    "multilabel with -k": (Multilabel, {"criteria", "k", "ties"}),
}
_NAMES = ("top-k", "categorical", "binary", "multilabel")

_RANKING = "Options of top-k, categorical (and multilabel, for its k best labels)"
_DIVIDING = "Options of binary and multilabel"


def score(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILES",
            help="FILE.npz with labels and scores; or SCORES.npy LABELS.npy, read piece by piece.",
        ),
    ],
    *,
    measure: Annotated[
        str, typer.Option(metavar="NAME", help=f"What to count: {', '.join(_NAMES)}.")
    ] = "top-k",
    average: Annotated[
        str, typer.Option(metavar="NAME", help=f"Over samples or classes: {', '.join(AVERAGES)}.")
    ] = "micro",
    ignore_index: Annotated[
        int | None, typer.Option(metavar="LABEL", help="A label that leaves its sample out.")
    ] = None,
    k: K = None,
    ties: Annotated[
        str | None,
        typer.Option(
            metavar="RULE",
            help=f"Who wins among equal scores: {choices(RULES)}.",
            rich_help_panel=_RANKING,
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            metavar="NUMBER",
            help="Scores above it are positive. By default 0.5.",
            rich_help_panel=_DIVIDING,
        ),
    ] = None,
    at_threshold: Annotated[
        str | None,
        typer.Option(
            metavar="SIDE",
            help=f"What a score at the threshold is: {choices(SIDES)}.",
            rich_help_panel=_DIVIDING,
        ),
    ] = None,
    from_logits: Annotated[
        bool | None,
        typer.Option(
            "--from-logits",
            help="Scores are logits, of which the threshold is the probability.",
            rich_help_panel=_DIVIDING,
        ),
    ] = None,
    criteria: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=f"When a multilabel sample is right: {choices(CRITERIA)}.",
            rich_help_panel=_DIVIDING,
        ),
    ] = None,
    per_class: Annotated[
        bool,
        typer.Option("--per-class", help="Report each class too.", rich_help_panel=IN_AND_OUT),
    ] = False,
    as_json: Json = False,
    html: Html = None,
    y_true: YTrue = "y_true",
    y_score: YScore = "y_score",
) -> None:
    """Report the accuracy of scores in files, with its tie bounds and 95 % interval.

    Labels are class numbers for top-k and 0 or 1 for binary. For categorical
    (one-hot rows) and multilabel (rows of 0 and 1), they are shaped as scores.
    """
    options = {
        "k": k,
        "ties": ties,
        "threshold": threshold,
        "at_threshold": at_threshold,
        "from_logits": from_logits,
        "criteria": criteria,
        "ignore_index": ignore_index,
    }
    with refusals():
        given = {name: value for name, value in options.items() if value not in (None, [])}
        truth, scores = load(files, y_true, y_score)
        counted = _measure(measure, given, scores)
        report = _score(counted, truth, scores, cast("OneAverage", average), per_class=per_class)
    show(report, title=f"Accuracy of {files[0].name}", as_json=as_json, html=html)


def _measure(name: str, given: dict[str, Any], scores: HostArray) -> Measure:
    """Make the measure of that name, refusing options it would not heed."""
    checks.one_of("--measure", name, _NAMES)
    if name == "multilabel" and "k" in given:
        name = "multilabel with -k"
    kind, heeded = _MEASURES[name]
    for option in given:
        if option not in heeded:
            flag = "-k" if option == "k" else "--" + option.replace("_", "-")
            raise ValueError(f"{flag} has no effect on {name}; leave it out")
    if "k" in given:
        given = {**given, "k": numbers(given["k"])}
    elif "k" in heeded:
        given = {**given, "k": usual_k(scores)}
    return kind(**given)


def _score(
    measure: Measure,
    truth: HostArray,
    scores: HostArray,
    average: OneAverage,
    *,
    per_class: bool,
) -> Report:
    metric = counter(measure, average, per_class=per_class)
    if truth.ndim == 0 or scores.size <= CHUNK:
        metric.update(truth, scores)
    else:
        _update_in_chunks(metric, truth, scores)
    return report_of(metric, scores, average, per_class=per_class)


def _update_in_chunks(metric: Metric, truth: HostArray, scores: HostArray) -> None:
    """Count some rows at a time, moving a bar on stderr if that is a terminal and there is time."""
    rows = max(len(truth), len(scores))  # were one longer, its last chunk shows it
    step = max(1, CHUNK * len(scores) // scores.size)
    console = Console(stderr=True)
    idle = not console.is_terminal or rows < LONG * step
    with Progress(console=console, transient=True, disable=idle) as progress:
        for start in progress.track(range(0, rows, step), description="Scoring"):
            part = slice(start, start + step)
            try:
                metric.update(truth[part], scores[part])
            except (ValueError, TypeError):
                metric.measure.tally(truth, scores)  # to name the place in the whole file
                raise
