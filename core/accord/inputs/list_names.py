"""Names of classes in ranked lists: the classes to count, and classes that are text (R28)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from accord.inputs import options


class Numbered(NamedTuple):
    """Text as class indices, with the text of each for messages."""

    y_true: npt.NDArray[np.intp]
    classes: npt.NDArray[np.intp]
    labels: tuple[int, ...] | None
    names: npt.NDArray[Any]


def given(labels: Any) -> list[Any]:
    """Return the classes to count as a list of Python values, each once.

    Raises
    ------
    ValueError
        If there is none, or one is repeated.
    TypeError
        If they are traced, or are not a list.
    """
    fault = options.traced("labels", labels)
    if fault is not None:
        raise TypeError(fault)
    if isinstance(labels, (str, bytes)) or not hasattr(labels, "__iter__"):
        raise TypeError(f"labels={labels!r} is not a list of classes; pass labels=[{labels!r}]")
    values = labels.tolist() if hasattr(labels, "tolist") else list(labels)
    if not values:
        raise ValueError("labels is empty; pass at least one class, or leave it out")
    if any(isinstance(each, (list, tuple)) for each in values):
        raise ValueError("labels has rows; pass a list with one axis")
    first: dict[Any, int] = {}
    for at, each in enumerate(values):
        if first.setdefault(each, at) != at:
            raise ValueError(
                f"labels[{at}] is {each!r}, as labels[{first[each]}] is; pass each class once"
            )
    return values


def numbered(
    y_true: Any, classes: Any, labels: list[Any] | None, n_classes: int | None
) -> Numbered | None:
    """Return text as class indices in sorted order; None where there is no text.

    Raises
    ------
    TypeError
        If some of it is text and some is not.
    ValueError
        If the number of classes is passed as well, which text does not need.
    """
    arrays = {"y_true": y_true, "classes": classes}
    text = [name for name, values in arrays.items() if _is_text(name, values)]
    if labels is not None and any(isinstance(each, str) for each in labels):
        text.append("labels")
    if not text:
        return None
    if labels is not None:
        arrays["labels"] = np.asarray(labels)
    numbers = [name for name, each in arrays.items() if name not in text and np.size(each)]
    if numbers:
        raise TypeError(
            f"{text[0]} holds text and {numbers[0]} does not; pass both as text, or both as class"
            " indices"
        )
    if n_classes is not None:
        raise ValueError(
            f"n_classes={n_classes} is for classes that are numbers, and these are text; pass"
            " labels=, the list of them, instead"
        )
    parts = [np.asarray(each, str) for each in arrays.values()]
    names, ids = np.unique(np.concatenate([part.ravel() for part in parts]), return_inverse=True)
    ids = np.where(names == "", -1, np.arange(names.size))[ids.ravel()]
    ends = np.cumsum([part.size for part in parts])[:-1]
    several = [
        each.reshape(part.shape) for each, part in zip(np.split(ids, ends), parts, strict=True)
    ]
    shown = np.array([*map(repr, names.tolist()), "''"])
    chosen: tuple[int, ...] | None = None
    if labels is not None:
        chosen = tuple(map(int, several[2]))
    if chosen is not None and -1 in chosen:
        raise ValueError(f"labels[{chosen.index(-1)}] is '', which marks no entry; leave it out")
    return Numbered(several[0], several[1], chosen, shown)


def _is_text(name: str, values: Any) -> bool:
    """Tell whether an array holds text; objects must all be text, or none."""
    if not isinstance(values, np.ndarray):
        return False
    if values.dtype.kind != "O":
        return values.dtype.kind in "UT"
    flags = [isinstance(each, str) for each in values.flat]
    if any(flags) and not all(flags):
        place = np.unravel_index(flags.index(False), values.shape)
        where = ", ".join(str(int(at)) for at in place)
        remedy = "pass '' for no entry" if name == "classes" else "leave such samples out"
        raise TypeError(f"{name}[{where}] is {values[place]!r} beside text; {remedy}")
    return any(flags)
