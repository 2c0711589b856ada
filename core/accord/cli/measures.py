"""The measure that a command line asks for, made for the scores at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from accord.cli.files import HostArray, Loaded, MisfitError, load
from accord.cli.fit import class_axis_last, refuse_misfit
from accord.cli.kinds import KINDS, SETS_BY_K, Kind
from accord.cli.options import InOut, MeasureOptions
from accord.inputs.options import ALL, K, is_all, one_of
from accord.measures.base import Measure
from accord.reporting.evaluate import usual_k


def load_for(
    measure: str | None,
    options: MeasureOptions,
    files: Sequence[Path],
    inout: InOut,
    names: dict[str, str],
    **more: str | None,
) -> tuple[Measure, Loaded]:
    """Read files, and make the measure that is asked for.

    Parameters
    ----------
    measure : str or None
        What ``--measure`` named; None is binary for scores of one axis, else top-k.
    options : MeasureOptions
        Its options.
    files : sequence of Path
        As `accord.cli.files.load` takes them.
    inout : InOut
        How arrays are named in files, and the float that scores are which NumPy saved as bytes.
    names : dict
        Filled with what the user calls each array, as messages name them.
    **more : str or None
        The names of arrays besides labels and scores.

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
    loaded = load(files, {**inout.wanted, **more}).seen_as(inout.score_dtype)
    names |= loaded.names
    if "by" in names:
        names["groups"] = names["by"]
    if measure is None:
        measure = "binary" if loaded.scores.ndim == 1 else "top-k"
    return fitted(measure, options, loaded)


def fitted(measure: str, options: MeasureOptions, loaded: Loaded) -> tuple[Measure, Loaded]:
    """Return the measure of that name and arrays that fit it, as `load_for` does."""
    given = options.given()
    _refuse_without_effect(measure, given)
    axis = given.pop("axis", None)
    kind = KINDS[measure]
    kind.measure(**{name: value for name, value in given.items() if name != "k"})
    loaded = class_axis_last(measure, loaded, axis)
    refuse_misfit(measure, loaded, axis=axis)
    return _made(kind, given, loaded.scores, loaded.names["y_score"]), loaded


def _refuse_without_effect(measure: str, given: Mapping[str, Any]) -> None:
    """Refuse an unknown measure, and options without an effect on it."""
    one_of("measure", measure, KINDS)
    by_k = measure == "multilabel" and "k" in given
    called, kind = ("multilabel with -k", SETS_BY_K) if by_k else (measure, KINDS[measure])
    for option in given:
        if option not in kind.takes:
            flag = "-k" if option == "k" else "--" + option.replace("_", "-")
            raise MisfitError(f"{flag} has no effect on {called}; leave it out")


def _made(kind: Kind, options: dict[str, Any], scores: HostArray, called: str) -> Measure:
    if "k" in options:
        found = numbers(options["k"])
        k: Any = 1 if is_all(found) else found
        classes = scores.shape[-1]
        most = max(k if isinstance(k, tuple) else (k,))
        if most > classes:
            raise MisfitError(
                f"-k {most} exceeds the {classes} classes of {called}; pass at most -k {classes}"
            )
        options["k"] = found
    elif kind.usual_k:
        options["k"] = usual_k(scores)
    return kind.measure(**options)


def numbers(texts: Sequence[str]) -> K:
    """Read every k that was given, in order; ``all`` stands for every k.

    Raises
    ------
    MisfitError
        If one is not a whole number of at least 1, or more is given than ``all``.

    Examples
    --------
    >>> from accord.cli.measures import numbers
    >>> numbers(["1,5", "3"])
    (1, 5, 3)
    """
    if ALL in texts:
        if len(texts) > 1:
            raise MisfitError("-k all has every k; pass it alone")
        return ALL
    each: list[int] = []
    for text in texts:
        try:
            each += [int(number) for number in text.rstrip(",").split(",")]
        except ValueError:
            raise MisfitError(
                f"-k {text!r} is not a list of whole numbers; pass e.g. -k 1,5 or -k all"
            ) from None
    if (least := min(each)) < 1:
        raise MisfitError(f"-k {least} is below 1; pass whole numbers from 1, e.g. -k 1,5")
    first, *more = dict.fromkeys(each)
    return (first, *more) if more else first
