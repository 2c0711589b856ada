"""Whether arrays have the shapes that a measure needs; if not, which option or file helps."""

from __future__ import annotations

import numpy as np

from accord.cli.files import HostArray, Loaded, MisfitError

_LOOKED_AT = 1000
"""Rows of labels that tell one-hot rows from sets of labels."""


def refuse_misfit(measure: str, loaded: Loaded, *, axis: int | None) -> None:
    """Refuse labels and scores that do not go together under a measure of that name.

    Parameters
    ----------
    measure : str
        One of the names of ``--measure``.
    loaded : Loaded
        Arrays whose class axis, if there is one, is the last of the scores.
    axis : int or None
        What ``--axis`` named.

    Raises
    ------
    MisfitError
        With a remedy in options of the command line.
    """
    truth, scores = loaded.truth, loaded.scores
    labels, values = loaded.names["y_true"], loaded.names["y_score"]
    samples = scores.shape if measure == "binary" else scores.shape[:-1]
    dense = measure in ("categorical", "multilabel")
    fault = f"{labels} has shape {truth.shape} and {values} {scores.shape}"
    if truth.dtype.kind not in "biuf":
        raise MisfitError(
            f"{labels} has dtype {truth.dtype}; save labels as numbers, for instance those of"
            " numpy.unique(labels, return_inverse=True)[1]"
        )
    if scores.dtype.kind in "OSUMmc":
        raise MisfitError(f"{values} has dtype {scores.dtype}; save scores as real numbers")
    if measure != "binary" and scores.ndim < 2:
        raise MisfitError(_without_classes(measure, loaded))
    if truth.shape == (scores.shape if dense else samples):
        _refuse_axes(loaded, samples, labels=measure == "multilabel")
        return
    if truth.shape[:-1] == scores.shape and truth.ndim > scores.ndim and truth.shape[-1] > 1:
        remedy: str | None = swapped(loaded)
    else:
        remedy = _remedy(measure, truth, scores, axis)
    if remedy is None and truth.shape == (*samples, 1):
        remedy = f"save {labels} without its last axis"
    raise MisfitError(f"{fault}; {remedy or 'pass labels and scores of the same samples'}")


def _refuse_axes(loaded: Loaded, samples: tuple[int, ...], *, labels: bool) -> None:
    """Refuse a mask, weights or groups that are not one for each sample, or other candidates.

    A mask may be one for each label of each sample, if it is of ``labels``.
    """
    candidates = loaded.arrays.get("candidates")
    if candidates is not None and candidates.shape != loaded.scores.shape:
        raise MisfitError(
            f"{loaded.names['candidates']} has shape {candidates.shape}, and"
            f" {loaded.names['y_score']} {loaded.scores.shape}; pass one entry for each score"
        )
    for name in ("mask", "sample_weight", "by"):
        array = loaded.arrays.get(name)
        if array is None:
            continue
        called = loaded.names[name]
        of_labels = labels and name == "mask"
        if array.shape != samples and not (of_labels and array.shape == loaded.scores.shape):
            raise MisfitError(
                f"{called} has shape {array.shape}, and the samples {samples}; pass one entry for"
                f" each sample{', or for each label of each sample' * of_labels}"
            )
        if name == "mask" and array.dtype != bool:
            raise MisfitError(
                f"{called} has dtype {array.dtype}; save it as bool, True where a sample counts"
            )


def _without_classes(measure: str, loaded: Loaded) -> str:
    scores = loaded.scores
    needed = "scores of shape (N, labels)" if measure == "multilabel" else "a score of each class"
    said = f"{loaded.names['y_score']} has shape {scores.shape}, and --measure {measure} needs {needed}"
    if loaded.truth.ndim > scores.ndim:
        return f"{said}; {swapped(loaded)}"
    if scores.dtype.kind in "iu" and not np.all((scores >= 0) & (scores <= 1)):
        return (
            f"{said}; it holds whole numbers, as predicted labels are: save the scores that they"
            " were found from"
        )
    return f"{said}; for binary scores pass --measure binary"


def _remedy(measure: str, truth: HostArray, scores: HostArray, axis: int | None) -> str | None:
    """Guess from the shapes which option was forgotten, or given for nothing."""
    by_class = truth.shape == scores.shape[:-1]
    if measure in ("categorical", "multilabel"):
        return f"for class numbers leave --measure {measure} out" if by_class else None
    if measure == "binary":
        return _for_sides(scores.shape[-1]) if by_class else None
    if truth.shape == scores.shape:
        return _for_rows(truth)
    for at in range(scores.ndim - 1):
        if axis is None and truth.shape == (*scores.shape[:at], *scores.shape[at + 1 :]):
            return f"if axis {at} is that of the classes, pass --axis {at}"
    return None


def _for_sides(columns: int) -> str:
    if columns == 1:
        return "save the scores without their last axis"
    if columns == 2:
        return (
            "save the second column of the scores alone, or leave --measure binary out, so that"
            " the larger of both wins"
        )
    return "for scores of classes leave --measure binary out"


def _for_rows(truth: HostArray) -> str:
    """Say what labels of the shape of the scores may be, by a look at the first of them."""
    rows = truth.reshape(-1, truth.shape[-1])[:_LOOKED_AT]
    flags = rows.dtype.kind in "biuf" and bool(np.all((rows == 0) | (rows == 1)))
    if flags and not np.all(rows.sum(axis=-1) == 1):
        return "for a set of labels in each row pass --measure multilabel"
    return "for one-hot rows or probabilities pass --measure categorical"


def swapped(loaded: Loaded) -> str:
    """Say how to exchange labels and scores."""
    if not loaded.inside:
        return "pass the scores first, then the labels"
    labels, scores = loaded.inside["y_true"], loaded.inside["y_score"]
    return f"if labels and scores are swapped, pass --y-true {scores} --y-score {labels}"


def class_axis_last(measure: str, loaded: Loaded, axis: int | None) -> Loaded:
    """Move the class axis that ``--axis`` named to the end, of dense labels too.

    Raises
    ------
    MisfitError
        If the scores have no such axis.
    """
    if axis is None:
        return loaded
    scores = loaded.scores
    if not -scores.ndim <= axis < scores.ndim:
        raise MisfitError(
            f"--axis {axis} is not an axis of {loaded.names['y_score']}, which has shape"
            f" {scores.shape}; pass one from {-scores.ndim} to {scores.ndim - 1}"
        )
    moved = {"y_score": np.moveaxis(scores, axis, -1)}
    for name in ("candidates", "mask"):
        array = loaded.arrays.get(name)
        if array is not None and array.shape == scores.shape:
            moved[name] = np.moveaxis(array, axis, -1)
    dense = measure in ("categorical", "multilabel")
    if dense and loaded.truth.ndim == scores.ndim:
        moved["y_true"] = np.moveaxis(loaded.truth, axis, -1)
    return Loaded({**loaded.arrays, **moved}, loaded.names)
