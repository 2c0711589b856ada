"""The measure that a command line asks for, made for the scores at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from accord.cli.files import HostArray, Loaded, MisfitError, load
from accord.cli.fit import class_axis_last, refuse_misfit
from accord.cli.output import IN_AND_OUT, choices, numbers
from accord.credit.thresholds import SIDES
from accord.credit.ties import RULES
from accord.inputs.options import one_of
from accord.measures import Binary, Multilabel, TopK, TopKCategorical
from accord.measures.base import Measure
from accord.measures.multilabel import CRITERIA
from accord.reporting.evaluate import usual_k

_THRESHOLD = {"threshold", "at_threshold", "from_logits"}
_MEASURES: dict[str, tuple[type[Measure], set[str]]] = {
    "top-k": (TopK, {"k", "ties", "axis", "ignore_index"}),
    "categorical": (TopKCategorical, {"k", "ties", "axis"}),
    "binary": (Binary, {*_THRESHOLD, "ignore_index"}),
    "multilabel": (Multilabel, {"criteria", "axis", *_THRESHOLD}),
    "multilabel with -k": (Multilabel, {"criteria", "axis", "k", "ties"}),
}
NAMES = ("top-k", "categorical", "binary", "multilabel")

RANKING = "Options of top-k, categorical (and multilabel, for its k best labels)"
DIVIDING = "Options of binary and multilabel"

Name = Annotated[
    str,
    typer.Option("--measure", metavar="NAME", help=f"What to count: {', '.join(NAMES)}."),
]
K = Annotated[
    list[str] | None,
    typer.Option(
        "-k",
        metavar="K,...",
        help="How many classes may count: -k 1,5, -k 1 5 or -k 1 -k 5. By default 1,5; 1 alone for"
        " up to 5 classes.",
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
    typer.Option(metavar="LABEL", help="A label that leaves its sample out; of top-k and binary."),
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


def load_for(
    measure: str | None,
    given: Mapping[str, Any],
    files: Sequence[Path],
    wanted: Mapping[str, str | None],
    score_dtype: str | None,
    names: dict[str, str],
) -> tuple[Measure, Loaded]:
    """Read files, and make the measure that is asked for.

    Parameters
    ----------
    measure : str or None
        What ``--measure`` named; None is binary for scores of one axis, else top-k.
    given : mapping
        Its options; None and an empty list stand for those left out.
    files, wanted
        As `accord.cli.files.load` takes them.
    score_dtype : str or None
        The float that scores are which NumPy saved as bytes.
    names : dict
        Gets what the user calls each array, for messages.

    Returns
    -------
    Measure
        With its class axis last.
    Loaded
        Arrays that fit it.

    Raises
    ------
    ValueError, FileError
        For options, files and shapes that do not fit.
    """
    loaded = load(files, wanted).seen_as(score_dtype)
    names |= loaded.names
    if measure is None:
        measure = "binary" if loaded.scores.ndim == 1 else "top-k"
    return fitted(measure, given, loaded)


def fitted(measure: str, given: Mapping[str, Any], loaded: Loaded) -> tuple[Measure, Loaded]:
    """Return the measure of that name and arrays that fit it, as `load_for` does."""
    options = _effective(measure, given)
    axis = options.pop("axis", None)
    _MEASURES[measure][0](**{name: value for name, value in options.items() if name != "k"})
    loaded = class_axis_last(measure, loaded, axis)
    refuse_misfit(measure, loaded, axis=axis)
    return _made(measure, options, loaded.scores, loaded.names["y_score"]), loaded


def _effective(measure: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were given, refusing those without an effect on the measure."""
    one_of("measure", measure, NAMES)
    options = {name: value for name, value in given.items() if value not in (None, [])}
    full = "multilabel with -k" if measure == "multilabel" and "k" in options else measure
    for option in options:
        if option not in _MEASURES[full][1]:
            flag = "-k" if option == "k" else "--" + option.replace("_", "-")
            raise MisfitError(f"{flag} has no effect on {full}; leave it out")
    return options


def _made(measure: str, options: dict[str, Any], scores: HostArray, called: str) -> Measure:
    kind, takes = _MEASURES[measure]
    if "k" in options:
        options["k"] = k = numbers(options["k"])
        classes = scores.shape[-1]
        most = max(k if isinstance(k, tuple) else (k,))
        if most > classes:
            raise MisfitError(
                f"-k {most} exceeds the {classes} classes of {called}; pass at most -k {classes}"
            )
    elif "k" in takes:
        options["k"] = usual_k(scores)
    return kind(**options)
