"""Errors for what is not an array, for dtypes and for values, each with a remedy to follow (R23)."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from accord.backends.small_floats import is_small, name_of

_ENCODED = (
    "class indices, for instance [list(classes).index(each) for each in y_true], with the classes"
    " in the order of the columns of y_score"
)

_IDS = "numpy.unique({0}, return_inverse=True)[1], the place of each among its groups"

# How numbers are made of a NumPy array, by the kind of its dtype.
_CALLS = {"c": "{0}.real or abs({0})", "M": "{0}.astype('int64')", "m": "{0}.astype('int64')"}

# How arrays are read from what has such a method: sparse arrays, lazy frames, iterators.
_READ = {
    "toarray": "{0}.toarray()",
    "todense": "{0}.todense()",
    "collect_schema": "{0}.collect().to_numpy()",
    "__next__": "numpy.asarray(list({0}))",
}

_JOIN = {"torch": ("torch.cat", "torch.stack")}  # by the library of the arrays of a list

SYMBOLS: dict[str, str] = {}
"""By the name of a type that stands for an array and has no values: what to pass instead.

Adapters add those of their libraries.
"""

_ARGUMENTS = (
    *("y_true", "y_score", "y_pred", "own_score", "mask", "sample_weight"),
    *("candidates", "groups"),
)

_FLAGS = ("mask", "candidates")

_NUMBERS = "pass an array of numbers"

_WHAT = {"y_true": "the true labels", "y_score": "the scores"}


@contextlib.contextmanager
def named(**theirs: str) -> Iterator[None]:
    """Let messages call arguments as the caller does, where a library has other names.

    Parameters
    ----------
    **theirs : str
        The name a message is to use, by accord's own.

    Examples
    --------
    >>> import accord
    >>> from accord.backends.refusals import named
    >>> with named(y_true="target", y_score="preds"):
    ...     accord.top_k_accuracy([0], None)
    Traceback (most recent call last):
    ...
    TypeError: preds is None; pass the scores as an array
    """
    try:
        yield
    except (TypeError, ValueError) as error:
        if len(error.args) == 1 and isinstance(error.args[0], str):
            words = "|".join(theirs)
            error.args = (re.sub(rf"\b({words})\b", lambda m: theirs[m[0]], error.args[0]),)
        raise


def no_array(name: str, values: Any) -> TypeError:
    """Return the error for what is not an array of a known framework."""
    if values is None:
        return TypeError(f"{name} is None; pass {_WHAT.get(name, 'it')} as an array")
    kind = type(values).__name__
    if kind in SYMBOLS:
        return TypeError(f"{name} is a {kind}, which has no values; {SYMBOLS[kind]}")
    return TypeError(
        f"{name} is a {kind}, which is not an array of a known framework; {_as_array(name, values)}"
    )


def _as_array(name: str, values: Any) -> str:
    """Say how to make an array of something else."""
    if isinstance(values, dict):
        keys = [key for key, each in values.items() if hasattr(each, "shape")]
        return f"pass one of its arrays, for instance {name}[{keys[0]!r}]" if keys else _NUMBERS
    if isinstance(values, (list, tuple)) and any(hasattr(each, "shape") for each in values):
        return _of_arrays(name, values)
    if hasattr(values, "to_numpy"):
        return _of_table(name, values)
    for method, call in _READ.items():
        if hasattr(values, method):
            return f"pass {call.format(name)}"
    return _of_object(name, values)


def _of_object(name: str, values: Any) -> str:
    """Say how to make an array of what NumPy may be able to read."""
    if _ragged(values):
        return "its rows differ in length; pass rows of one length"
    with contextlib.suppress(Exception):  # what an object raises that is no array
        kind = np.asarray(values).dtype.kind
        if kind in "biuf":
            return f"pass an array, for instance numpy.asarray({name})"
        if kind in "UST":
            return _of_text(name)
    return _NUMBERS


def _of_arrays(name: str, values: Any) -> str:
    """Say what to do with a list of arrays: outputs of a model, or batches."""
    shapes = [tuple(getattr(each, "shape", ())) for each in values]
    root = type(values[0]).__module__.partition(".")[0]
    join, stack = _JOIN.get(root, ("numpy.concatenate", "numpy.stack"))
    if len(set(shapes)) == 1 and len(shapes[0]) <= 1:
        return f"pass {stack}({name})"
    pairs = len(set(shapes)) == 1 and len(shapes[0]) == 2 and shapes[0][1] == 2
    if pairs and root == "numpy":
        return (
            "as predict_proba gives for several outputs; pass"
            f" numpy.stack([each[:, 1] for each in {name}], axis=1), the scores of the labels"
        )
    if len({shape[1:] for shape in shapes}) == 1:
        return f"pass {join}({name}) if these are batches, or one of them, {name}[0]"
    return f"its arrays differ in shape; pass one of them, {name}[0], at a time"


def _of_table(name: str, values: Any) -> str:
    """Say how to read a column or a table, which may have missing values or text."""
    ways: tuple[tuple[str, dict[str, Any]], ...] = (
        ("", {}),
        ("dtype=float, na_value=numpy.nan", {"dtype": float, "na_value": np.nan}),
    )
    for words, options in ways:
        with contextlib.suppress(Exception):  # what a column of another kind raises
            if np.asarray(values.to_numpy(**options)).dtype.kind in "biuf":
                return f"pass {name}.to_numpy({words})"
    return _of_text(name)


def _of_text(name: str) -> str:
    if name == "groups":
        return f"pass {_IDS.format(name)}"
    return f"pass {_ENCODED if name == 'y_true' else 'numbers'}"


def _ragged(values: Any) -> bool:
    try:
        np.asarray(values)
    except ValueError:
        return True
    except Exception:  # noqa: BLE001  # whatever an object raises that is no array
        return False
    return False


def refuse_other_than_arrays(name: str, array: Any, *, classes: bool, masks: bool) -> None:
    """Refuse subclasses of NumPy's array that count differently; all others are arrays.

    ``classes`` tells whether this array has a class axis, ``masks`` whether a mask may be passed.
    """
    if type(array) is np.ndarray or not isinstance(array, np.ndarray):
        return
    if isinstance(array, np.matrix):
        raise TypeError(f"{name} is a numpy.matrix; pass numpy.asarray({name})")
    if isinstance(array, np.ma.MaskedArray):
        mask = f"numpy.ma.getmaskarray({name})"
        remedy = f"{name}.data, and mask=~{mask} to leave out what is masked"
        if name == "classes":
            remedy = f"{name}.filled(-1), where -1 is no entry"
        elif name not in _ARGUMENTS:
            remedy = f"{name}.data"
        elif classes:
            remedy = f"{name}.astype(float).filled(-numpy.inf) to rank what is masked last"
        elif not masks:
            remedy = f"y_true.data[keep] and y_score[keep], where keep = ~{mask}"
        raise TypeError(f"{name} is a masked array; pass {remedy}")


def dtype(name: str, array: Any, wanted: str, *, call: str | None = None) -> TypeError:
    """Return the error for an array that holds no numbers, or not those that are wanted.

    ``call`` is how the array is made of what was passed, where that was no array.
    """
    host = isinstance(array, (np.ndarray, np.generic))
    remedy = (_cast if host else _cast_elsewhere)(name, call or name, array)
    remedy = f"; pass {remedy}" if remedy else ""
    return TypeError(f"{name} has dtype {name_of(array.dtype)}; it must hold {wanted}{remedy}")


def _cast_elsewhere(name: str, call: str, array: Any) -> str | None:
    if name in _FLAGS:
        return f"{call} != 0"
    if name == "classes" and "string" in str(array.dtype):
        return f"{call}.numpy().astype(str), and y_true likewise"
    return "its real part, or its absolute value" if "complex" in str(array.dtype) else None


def _cast(name: str, call: str, array: Any) -> str | None:
    """Return the call that makes numbers of a NumPy array, if there is one."""
    kind = array.dtype.kind
    if name == "groups":
        return _IDS.format(call)
    if name in _FLAGS and is_small(array.dtype):
        return f"{call} != 0"
    if kind in "biuf":  # numbers, but not of the kind that is wanted
        return f"{call} != 0" if name in _FLAGS else None
    if kind == "V":
        return _seen_as(call, array.dtype)
    return _CALLS[kind].format(call) if kind in _CALLS else _of_objects(name, call, array)


def _of_objects(name: str, call: str, array: Any) -> str:
    """Return the call that makes numbers of objects or text."""
    text = any(isinstance(each, (str, bytes)) for each in array.flat)
    if name == "y_true" and text:  # not by astype: '10' may be column 1, and '2' column 2
        return _ENCODED
    if name == "classes" and text:
        return f"{call}.astype(str), and y_true likewise"
    with contextlib.suppress(ValueError, TypeError):
        values = array.astype(float)
        whole = name == "y_true" and bool((values == np.floor(values)).all())
        return f"{call}.astype({'int' if whole else 'float'})"
    arrays = all(hasattr(each, "shape") and not isinstance(each, np.generic) for each in array.flat)
    return f"numpy.stack({name})" if arrays else "numbers"


def _seen_as(call: str, found: np.dtype[Any]) -> str:
    """Return how to read what NumPy has no numbers for: fields, and floats of ml_dtypes it saved."""
    if found.names:
        return f"numpy.lib.recfunctions.structured_to_unstructured({call})"
    if found.type is not np.void:  # of another package: ml_dtypes has integers of few bits
        return f"{call}.astype('int8')"
    several = {1: "float8_e4m3fn", 2: "bfloat16"}
    if found.itemsize not in several:
        return "numbers"
    return f"{call}.view(ml_dtypes.{several[found.itemsize]}) if that is what was saved"


def outside(value: Any, classes: int, *, ignorable: bool) -> str:
    """Say what is allowed in the place of a label outside the classes."""
    if classes == 1:
        return (
            "outside 0..0, for y_score has one class; if that is the positive class of two, drop"
            " its axis and use a binary measure"
        )
    if not ignorable:
        return f"outside 0..{classes - 1}; pass only samples whose label is one of these"
    return (
        f"outside 0..{classes - 1}; if it marks samples to leave out,"
        f" pass ignore_index={_index(value)}"
    )


def neither(value: Any, *, marks: str) -> str:
    """Say what is allowed in the place of a label that is neither 0 nor 1, and what it may mark."""
    index = _index(value)
    remedy = f"pass 1 where it is {index} and 0 elsewhere, if that is the positive class"
    if value != value and marks == "unknown labels":
        remedy = "if it marks an unknown label, pass a mask of y_true's shape that is False there"
    elif value != value:
        remedy = "pass only samples that have a label"
    elif value < 0:
        remedy = "pass 1 where it is above 0, and 0 elsewhere"
    elif not isinstance(index, int):
        remedy = "pass 1 where it is above 0.5, and 0 elsewhere"
    if isinstance(index, int):
        remedy += f"; if it marks {marks}, pass ignore_index={index}"
    return f"which is neither 0 nor 1; {remedy}"


def _index(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
