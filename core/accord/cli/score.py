"""``accord score``: the accuracy of scores in files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, cast

import typer
from rich.console import Console
from rich.progress import Progress

from accord.cli.files import Loaded, called
from accord.cli.grouped import grouped
from accord.cli.measures import load_for
from accord.cli.options import IN_AND_OUT, Files, InOut, MeasureOptions, Name
from accord.cli.output import show
from accord.cli.refusals import refusals
from accord.measures.base import Measure
from accord.metric import Metric
from accord.reporting.evaluate import AVERAGES, OneAverage, counter, report_of
from accord.reporting.groups import encoded
from accord.reporting.report import Report

CHUNK = 1 << 22  # scores between two moves of the progress bar
LONG = 8  # chunks from which a bar is worth showing


@grouped
def score(
    files: Files,
    *,
    measure: Name = "top-k",
    average: Annotated[
        str, typer.Option(metavar="NAME", help=f"Over samples or classes: {', '.join(AVERAGES)}.")
    ] = "micro",
    options: MeasureOptions,
    per_class: Annotated[
        bool,
        typer.Option("--per-class", help="Report each class too.", rich_help_panel=IN_AND_OUT),
    ] = False,
    inout: InOut,
    mask: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="An array of bool in FILE.npz, or a .npy file; True keeps a sample, or for"
            " multilabel a label of a sample.",
            rich_help_panel=IN_AND_OUT,
        ),
    ] = None,
    sample_weight: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="An array of weights in FILE.npz, or a .npy file.",
            rich_help_panel=IN_AND_OUT,
        ),
    ] = None,
    candidates: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="An array of bool shaped as the scores, in FILE.npz, or a .npy file; True marks a"
            " class that takes part.",
            rich_help_panel=IN_AND_OUT,
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="An array with the group of each sample, numbers or text, in FILE.npz, or a .npy"
            " file; report each group too.",
            rich_help_panel=IN_AND_OUT,
        ),
    ] = None,
) -> None:
    """Report the accuracy of scores in files, with its tie bounds and 95 % interval.

    Labels are class numbers for top-k and 0 or 1 for binary. For categorical
    (one-hot rows) and multilabel (rows of 0 and 1), they are shaped as scores.
    Arrays of .npy files are read piece by piece.
    """
    with refusals() as names:
        counted, loaded = load_for(
            measure,
            options,
            files,
            inout,
            names,
            mask=mask,
            sample_weight=sample_weight,
            candidates=candidates,
            by=by,
        )
        report = _score(counted, loaded, cast("OneAverage", average), per_class=per_class)
    title = f"Accuracy of {called(files[0], short=True)}"
    show(report, title, inout)


def _score(measure: Measure, loaded: Loaded, average: OneAverage, *, per_class: bool) -> Report:
    arrays, labels = dict(loaded.arrays), None
    if "by" in arrays:
        labels, arrays["groups"] = encoded(arrays.pop("by"), arrays.get("mask"))
    metric = counter(measure, average, per_class=per_class, groups=labels)
    if loaded.scores.size <= CHUNK:
        metric.update(**arrays)
    else:
        _update_in_chunks(metric, arrays)
    return report_of(metric, loaded.scores, average, per_class=per_class, groups=labels)


def _update_in_chunks(metric: Metric, arrays: dict[str, Any]) -> None:
    """Count some rows at a time, moving a bar on stderr if that is a terminal and there is time."""
    rows = len(arrays["y_score"])
    step = max(1, CHUNK * rows // arrays["y_score"].size)
    console, starts = Console(stderr=True), range(0, rows, step)
    if not console.is_terminal or rows < LONG * step:
        _update_at(starts, metric, arrays, step)
        return
    with Progress(console=console, transient=True) as progress:
        _update_at(progress.track(starts, description="Scoring"), metric, arrays, step)


def _update_at(starts: Iterable[int], metric: Metric, arrays: dict[str, Any], step: int) -> None:
    for start in starts:
        part = slice(start, start + step)
        try:
            metric.update(**{name: array[part] for name, array in arrays.items()})
        except (ValueError, TypeError):
            whole = {name: array for name, array in arrays.items() if name != "groups"}
            metric.measure.tally(**whole)  # to name the place in the whole file
            raise
