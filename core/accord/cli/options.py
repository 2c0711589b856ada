"""The options that several commands take, and those that go together as one argument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from accord.cli.files import FileError
from accord.cli.kinds import KINDS
from accord.cli.refusals import refusals
from accord.credit.thresholds import SIDES
from accord.credit.ties import RULES
from accord.measures.multilabel import CRITERIA
from accord.reporting.extra import load

IN_AND_OUT = "Input and output"
RANKING = "Options of top-k, categorical, mrr, ndcg (and multilabel, for its k best labels)"
DIVIDING = "Options of binary and multilabel"


def choices(values: Sequence[str]) -> str:
    """Return options for a help text, the first being the default."""
    default, *others = values
    return ", ".join([f"{default} (default)", *others])


Name = Annotated[
    str,
    typer.Option("--measure", metavar="NAME", help=f"What to count: {', '.join(KINDS)}."),
]
K = Annotated[
    list[str] | None,
    typer.Option(
        "-k",
        metavar="K,...",
        help="How many classes may count: -k 1,5, -k 1 5 or -k 1 -k 5; -k all is every number, in"
        " accord score. By default 1,5; 1 alone for up to 5 classes; every rank for mrr and ndcg.",
        rich_help_panel=RANKING,
    ),
]
Ties = Annotated[
    str | None,
    typer.Option(
        metavar="RULE",
        help=f"Who wins among equal scores: {choices(RULES)}.",
        rich_help_panel=RANKING,
    ),
]
Axis = Annotated[
    int | None,
    typer.Option(
        metavar="AXIS",
        help="The class axis of the scores. By default the last.",
        rich_help_panel=RANKING,
    ),
]
IgnoreIndex = Annotated[
    int | None,
    typer.Option(
        metavar="LABEL",
        help="A label that leaves its sample out; for multilabel, one that marks an unknown label."
        " Not of categorical.",
    ),
]
Threshold = Annotated[
    float | None,
    typer.Option(
        metavar="NUMBER",
        help="Scores above it are positive. By default 0.5.",
        rich_help_panel=DIVIDING,
    ),
]
AtThreshold = Annotated[
    str | None,
    typer.Option(
        metavar="SIDE",
        help=f"What a score at the threshold is: {choices(SIDES)}.",
        rich_help_panel=DIVIDING,
    ),
]
FromLogits = Annotated[
    bool | None,
    typer.Option(
        "--from-logits",
        help="Scores are logits, of which the threshold is the probability.",
        rich_help_panel=DIVIDING,
    ),
]
Criteria = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help=f"When a multilabel sample is right: {choices(CRITERIA)}.",
        rich_help_panel=DIVIDING,
    ),
]
YTrue = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The labels' name in FILE.npz. By default y_true.",
        rich_help_panel=IN_AND_OUT,
    ),
]
YScore = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The scores' name in FILE.npz. By default y_score.",
        rich_help_panel=IN_AND_OUT,
    ),
]
ScoreDtype = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="bfloat16 or a float8: what scores are that NumPy has saved as bytes (|V2, |V1).",
        rich_help_panel=IN_AND_OUT,
    ),
]
Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILES",
        help="FILE.npz with labels and scores, or - for one on standard input;"
        " or SCORES.npy LABELS.npy.",
    ),
]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON object, not tables.", rich_help_panel=IN_AND_OUT),
]


def _page(path: Path | None) -> Path | None:
    """Refuse a page that can't be made before anything is counted."""
    if path is not None:
        with refusals():
            try:
                for module in ("html", "svg"):
                    load(module, "--html")
            except ImportError as error:
                raise FileError(str(error)) from error
    return path


Html = Annotated[
    Path | None,
    typer.Option(
        metavar="PAGE.html",
        help="Write a web page of its own too.",
        callback=_page,
        rich_help_panel=IN_AND_OUT,
    ),
]
Seconds = Annotated[
    float,
    typer.Option(metavar="SECONDS", min=0.1, help="How long each process may take."),
]


@dataclass(frozen=True)
class MeasureOptions:
    """The options of a measure; None and an empty list stand for those left out."""

    ignore_index: IgnoreIndex = None
    k: K = None
    ties: Ties = None
    axis: Axis = None
    threshold: Threshold = None
    at_threshold: AtThreshold = None
    from_logits: FromLogits = None
    criteria: Criteria = None

    def given(self) -> dict[str, Any]:
        """Return those that were not left out."""
        return {name: value for name, value in vars(self).items() if value not in (None, [])}


@dataclass(frozen=True)
class InOut:
    """How arrays are found in files, and what is written."""

    as_json: Json = False
    html: Html = None
    y_true: YTrue = None
    y_score: YScore = None
    score_dtype: ScoreDtype = None

    @property
    def wanted(self) -> dict[str, str | None]:
        """The names of labels and scores in FILE.npz, None if the user gave none."""
        return {"y_true": self.y_true, "y_score": self.y_score}
