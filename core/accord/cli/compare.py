"""``accord compare``: is one set of scores a faithful port of another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from accord.cli.files import STDIN, FileError, Loaded, called, is_archive, load
from accord.cli.grouped import grouped
from accord.cli.measures import fitted
from accord.cli.options import InOut, MeasureOptions, Name
from accord.cli.output import show
from accord.cli.refusals import refusals
from accord.verification.compare.run import compare as judge


@grouped
def compare(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILES",
            help="A.npz B.npz, each with the labels and its scores, or - for one of them on"
            " standard input; or A.npy B.npy LABELS.npy.",
        ),
    ],
    *,
    measure: Name = "top-k",
    options: MeasureOptions,
    tolerance: Annotated[
        float | None,
        typer.Option(
            metavar="NUMBER",
            help="How far rounding may move a score. By default by dtype: 2.4e-5 of the largest"
            " score of the sample, for float32.",
        ),
    ] = None,
    inout: InOut,
) -> int:
    """Judge two sets of scores for the same samples: which flip, and is it more than rounding.

    The exit status is 0 if rounding explains every flip, 1 if not.
    """
    with refusals() as names:
        a, b = _seen(_load(files, inout.wanted), inout.score_dtype)
        paths = called(files[0]), called(files[1])
        names |= {**a.names, "scores_a": paths[0], "scores_b": paths[1]}
        counted, loaded = fitted(measure, options, a)
        _refuse_other_shape(paths, a, b)
        _, other = fitted(measure, options, b)
        found = judge(
            loaded.truth,
            loaded.scores,
            other.scores,
            tolerance=tolerance,
            measure=counted,
            names=_apart(files[0], files[1]),
        )
    title = f"{called(files[1], short=True)} against {called(files[0], short=True)}"
    show(found, title, inout)
    return 0 if found.agrees else 1


def _seen(both: tuple[Loaded, Loaded], score_dtype: str | None) -> tuple[Loaded, Loaded]:
    """Read scores that were saved as bytes; those of one file may be ordinary floats."""
    ordinary = [each.scores.dtype.kind == "f" for each in both]
    if all(ordinary):
        ordinary = [False, False]  # to be refused
    a, b = (
        each if plain else each.seen_as(score_dtype)
        for each, plain in zip(both, ordinary, strict=True)
    )
    return a, b


def _load(files: list[Path], wanted: dict[str, str | None]) -> tuple[Loaded, Loaded]:
    """Return both scores, each with the labels."""
    if files[:2] == [STDIN, STDIN]:
        raise FileError("standard input holds one set of scores; name a file for the other")
    match files:
        case [a, b] if is_archive(a) and is_archive(b):
            first, second = (_named(load([each], wanted), each) for each in (a, b))
            _refuse_other_labels((called(a), called(b)), first.truth, second.truth)
            return first, second
        case [_, _]:
            raise FileError("got two files, not both .npz; pass A.npy B.npy LABELS.npy")
        case [a, b, labels]:
            return load([a, labels], wanted), load([b, labels], wanted)
    raise FileError(f"got {len(files)} files; pass A.npz B.npz, or A.npy B.npy LABELS.npy")


def _named(loaded: Loaded, path: Path) -> Loaded:
    """Name scores after their file, because there are two."""
    return replace(loaded, names={**loaded.names, "y_score": called(path)})


def _apart(a: Path, b: Path) -> tuple[str, str]:
    """Return short names of two files that are not the same."""
    short = called(a, short=True), called(b, short=True)
    if short[0] != short[1]:
        return short
    whole = called(a), called(b)
    return whole if whole[0] != whole[1] else ("A", "B")


def _refuse_other_shape(paths: tuple[str, str], a: Loaded, b: Loaded) -> None:
    if a.scores.shape != b.scores.shape:
        raise FileError(
            f"{paths[0]} has scores of shape {a.scores.shape} and {paths[1]} {b.scores.shape};"
            " pass scores of the same samples"
        )


def _refuse_other_labels(paths: tuple[str, str], mine: np.ndarray, theirs: np.ndarray) -> None:
    if mine.shape != theirs.shape:
        raise FileError(
            f"{paths[0]} has labels of shape {mine.shape} and {paths[1]} {theirs.shape};"
            " pass scores of the same samples"
        )
    apart = np.flatnonzero((mine != theirs) & ~((mine != mine) & (theirs != theirs)))
    if apart.size:
        at = int(apart[0])
        raise FileError(
            f"the labels of {paths[0]} and {paths[1]} differ in {apart.size} places, first at {at}:"
            f" {mine.flat[at]} and {theirs.flat[at]}; pass scores of the same samples"
        )
