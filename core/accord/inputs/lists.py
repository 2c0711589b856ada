"""From ranked lists to a `Batch`: the m best classes of each sample, where no more were kept (R28)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from accord.backends.base import Array
from accord.backends.registry import backend_of
from accord.inputs import dtypes, list_names, options
from accord.inputs.batch import Batch
from accord.inputs.groups import group_count
from accord.inputs.shapes import Shape, fits
from accord.inputs.validate import validate


@dataclass(frozen=True)
class Known:
    """What is known of the classes of ranked lists.

    Attributes
    ----------
    n_classes : int or None
        How many there are.
    labels : tuple of int, or None
        Those to count, in the order of their figures; samples of others are left out.
    names : array of str, or None
        By class, what messages call it where classes came as text; last, a missing entry.
    """

    n_classes: int | None
    labels: tuple[int, ...] | None
    names: npt.NDArray[Any] | None = field(default=None, compare=False)

    @property
    def places(self) -> int | None:
        """How many classes counts by class have; None where it is not known."""
        return self.n_classes if self.labels is None else len(self.labels)


def admit(
    y_true: Any,
    classes: Any,
    scores: Any,
    *,
    n_classes: Any,
    labels: Any,
    groups: Any,
    n_groups: Any,
    **samples: Any,
) -> tuple[Batch, Known]:
    """Check everything that can be known of lists without reading a value (R21).

    Text is numbered in the order of NumPy's sort. A list of one entry may leave out its axis.

    Returns
    -------
    Batch
        The classes of the lists are in the place of the scores.
    Known
        What is known of the classes.

    Raises
    ------
    ValueError, TypeError
        As `accord.inputs.validate.validate`, and for names of classes that are not allowed.
    """
    if isinstance(y_true, (list, tuple, int, float, str)):
        y_true = dtypes.listed("y_true", y_true)
    if isinstance(classes, (list, tuple, int, float, str)):
        classes = _rows(classes)
    for name, values in (("y_true", y_true), ("classes", classes)):
        backend_of(values, name)  # refuses other things than arrays
    n_classes = None if n_classes is None else options.whole("n_classes", n_classes)
    if n_classes is not None and n_classes < 1:
        raise ValueError(f"n_classes={n_classes} is not allowed; pass at least 1")
    named = None if labels is None else list_names.given(labels)
    coded = list_names.numbered(y_true, classes, named, n_classes)
    if coded is None:
        known = Known(n_classes, _numbers(named, n_classes))
    else:
        known = Known(None, coded.labels, coded.names)
        y_true, classes = coded.y_true, coded.classes
    y_true, classes, scores = _with_entries(y_true, classes, scores)
    batch = validate(
        y_true,
        classes,
        axis=-1,
        ranked=False,
        name="classes",
        list_scores=scores,
        groups=groups,
        n_groups=group_count(groups, n_groups),
        **samples,
    )
    return batch, known


def _rows(classes: Any) -> Array:
    try:
        return np.asarray(classes)
    except ValueError as error:
        raise ValueError(
            "classes is a ragged list; make its rows as long as the longest by -1 at their ends, or"
            " by '' for text"
        ) from error


def _numbers(named: list[Any] | None, n_classes: int | None) -> tuple[int, ...] | None:
    """Return the classes to count as numbers, each once and among those that there are."""
    if named is None:
        return None
    numbers = tuple(
        # Labels are also floats that are whole, and bools (R3).
        int(each)
        if isinstance(each, bool) or (isinstance(each, float) and each.is_integer())
        else options.whole(f"labels[{at}]", each)
        for at, each in enumerate(named)
    )
    for at, each in enumerate(numbers):
        if each < 0:
            raise ValueError(f"labels[{at}] is {each}; pass class indices of at least 0")
        if n_classes is not None and each >= n_classes:
            raise ValueError(
                f"labels[{at}] is {each}, outside the n_classes={n_classes} classes; pass classes"
                f" from 0 to {n_classes - 1}, or a larger n_classes"
            )
    return numbers


def _with_entries(y_true: Any, classes: Any, scores: Any) -> tuple[Array, Array, Any]:
    """Return lists with an axis for their entries, which a list of one may leave out."""
    backend = backend_of(classes, "classes")
    classes = backend.as_dense("classes", classes)
    truth, lists = tuple(y_true.shape), tuple(classes.shape)
    if _is_k(scores) and np.shape(scores) != lists:
        raise TypeError(f"scores={scores!r} has no score for each class; pass k={scores!r} by name")
    if scores is not None and not isinstance(scores, (list, tuple, int, float)):
        backend_of(scores, "scores")
    if fits(truth, lists):
        if scores is not None:
            scores = np.asarray(scores) if isinstance(scores, (list, tuple)) else scores
            scores = scores[..., None] if len(np.shape(scores)) == len(truth) else scores
        classes, lists = classes[..., None], (*lists, 1)
    if not (lists and fits(truth, lists[:-1])):
        raise _mismatch(truth, lists)
    if not lists[-1]:
        how = "0; pass at least one class" if lists[-1] == 0 else "unknown; give it one to trace"
        raise ValueError(f"classes has shape {lists}: the length of its last axis is {how}")
    return y_true, classes, scores


def _is_k(scores: Any) -> bool:
    several = scores if isinstance(scores, tuple) and scores else (scores,)
    return all(isinstance(each, int) for each in several)


def _mismatch(truth: Shape, lists: Shape) -> ValueError:
    """Return the error for labels that do not match lists, with a guess at the mistake."""
    remedy = f"pass y_true of shape {lists[:-1]}, the true class of each list"
    if len(truth) > 1 and fits(truth[:-1], lists):
        remedy = "they seem to be swapped; pass each in the place of the other"
    elif truth[-1:] == (1,) and fits(truth[:-1], lists[:-1]):
        remedy = "drop the last axis of y_true"
    elif len(lists) > 1 and fits(truth, lists[1:]):
        remedy = "pass classes with each list along its last axis, perhaps transposed"
    return ValueError(f"y_true has shape {truth}, classes {lists}; {remedy}")


def refuse_k(ks: Iterable[int], entries: int) -> None:
    """Refuse a k that exceeds the length of the lists."""
    most = max(ks, default=0)
    if most <= entries:
        return
    remedy = "pass k=1 for predicted labels" if entries == 1 else f"pass k between 1 and {entries}"
    raise ValueError(
        f"k={most} exceeds the {entries} entries of a list in classes; {remedy}, or longer lists"
    )
