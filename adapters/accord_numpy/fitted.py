"""Convert the scores and labels of a fitted classifier to arrays that accord can count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from numbers import Number
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]

# Attributes in which scikit-learn's meta-estimators hold the estimator whose scores they return.
_DELEGATES = ("best_estimator_", "final_estimator_", "estimator_")


class Truth(NamedTuple):
    """The column of each label; a label that the estimator was not fitted on has no column."""

    column: npt.NDArray[np.intp]
    known: npt.NDArray[np.bool_]
    unseen: npt.NDArray[np.intp]  # labels without a column, as a number for each label


def classes_of(estimator: Any) -> list[Any]:
    """Return the classes of a fitted classifier as Python objects, in the order of its columns.

    Raises
    ------
    ValueError
        If the estimator has several outputs with a list of classes each.
    """
    classes: list[Any] = as_array(estimator.classes_, "classes_").tolist()
    if any(isinstance(label, (list, np.ndarray)) for label in classes):
        raise ValueError(
            f"{_name(estimator)} was fitted on several labels per sample; use multilabel_scorer"
        )
    return classes


def columns(estimator: Any, classes: Sequence[Any], y: Any) -> Truth:
    """Return the column of each label, by equality: 1, 1.0 and True are one label.

    Raises
    ------
    ValueError
        If the labels do not have one axis.
    TypeError
        If a label has a type that no class has, or y is None (R23).
    """
    if y is None:
        raise TypeError("y is None; pass the label of each sample")
    array = as_array(y, "y")
    if array.ndim != 1:
        raise ValueError(
            f"y has shape {array.shape}; pass one label per sample, or numpy.ravel(y) for a column"
        )
    labels = array.tolist()
    column = _places(classes, labels)
    known = column >= 0
    unseen = _numbered(estimator, classes, labels, np.flatnonzero(~known))
    return Truth(np.maximum(column, 0), known, unseen)


def class_scores(estimator: Any, method: str, answer: Any, classes: Sequence[Any]) -> Floats:
    """Return the scores that a method of an estimator returned, with a column for each class.

    Raises
    ------
    ValueError
        If there is not one column for each class.
    """
    scores: Floats = np.asanyarray(answer)
    border = scores.ndim == 1 and len(classes) == 2
    if border and method == "decision_function":
        return np.stack([-scores, scores], axis=-1)
    if scores.ndim != 2 or scores.shape[1] != len(classes):
        raise ValueError(
            f"{method} of {_name(estimator)} returns the shape {scores.shape}, not a column for each"
            f" of its {len(classes)} classes{_pairs_remedy(estimator)}"
        )
    return scores


def refuse_other_margins(estimator: Any, X: Any, scores: Floats, classes: Sequence[Any]) -> None:
    """Refuse values of a `decision_function` that have the right shape and another meaning.

    Raises
    ------
    ValueError
        If three columns are pairs of three classes, or the border between two is not at 0.
    """
    if len(classes) == 3 and _is_of_pairs(estimator, X, scores, classes):
        raise ValueError(
            f"the three columns of {_name(estimator)}'s decision_function are the pairs of its"
            f" classes, not the classes{_pairs_remedy(estimator)}"
        )
    for part in _chain(estimator) if len(classes) == 2 else ():
        # If OneVsOneClassifier adds up probabilities, its border between two classes is 0.5.
        pairs = part.estimators_ if hasattr(part, "pairwise_indices_") else ()
        if pairs and not hasattr(pairs[0], "decision_function"):
            raise ValueError(
                f"OneVsOneClassifier of {_name(pairs[0])} does not have its border between two"
                f" classes at 0; use {_name(pairs[0])} without OneVsOneClassifier"
            )


def label_scores(estimator: Any, method: str, answer: Any) -> Floats:
    """Return the score of each label of each sample, from an array or one array per label.

    Raises
    ------
    ValueError
        If a label has other classes than 0 and 1, or the scores are for class 0.
    """
    stacked = any(hasattr(part, "final_estimator_") for part in _chain(estimator))
    if stacked and method == "predict_proba":
        raise ValueError(
            "predict_proba of StackingClassifier returns the probability of 0 where there are"
            " several labels per sample; use MultiOutputClassifier(StackingClassifier(...))"
        )
    if not isinstance(answer, (list, tuple)):
        return np.asanyarray(answer)
    each = zip(estimator.classes_, answer, strict=True)
    return np.stack([_of_one(label, *pair) for label, pair in enumerate(each)], axis=-1)


def as_array(values: Any, name: str) -> npt.NDArray[Any]:
    """Return labels as an array; NumPy would convert a list of mixed types to strings.

    Raises
    ------
    TypeError
        If it is a masked array (R21).
    """
    if isinstance(values, np.ma.MaskedArray):
        raise TypeError(
            f"{name} is a masked array; leave the masked samples out of X and {name},"
            f" and pass {name}.data"
        )
    return np.asarray(values, dtype=object if isinstance(values, (list, tuple)) else None)


def _of_one(label: int, classes: Any, answer: Any) -> Floats:
    """Return the probability of 1; a label that was constant in training has one column."""
    found, answer = as_array(classes, "classes_").tolist(), np.asanyarray(answer)
    if any(each not in {0, 1} for each in found):
        raise ValueError(
            f"label {label} has the classes {found}; multilabel_scorer needs 0 and 1, fit on those"
        )
    return answer[:, found.index(1)] if 1 in found else np.zeros(len(answer), answer.dtype)


def _chain(estimator: Any) -> Iterator[Any]:
    """Yield an estimator, then the inner estimators that compute its scores."""
    while estimator is not None:
        yield estimator
        steps = getattr(estimator, "steps", None)
        inner = (getattr(estimator, name) for name in _DELEGATES if hasattr(estimator, name))
        estimator = steps[-1][1] if steps else next(inner, None)


def _is_of_pairs(estimator: Any, X: Any, scores: Floats, classes: Sequence[Any]) -> bool:
    """Return whether three columns are one-vs-one, from the parameter or from the predictions."""
    parts = list(_chain(estimator))
    shapes = [part.decision_function_shape for part in parts if _has_shape(part)]
    if shapes:
        return bool(shapes[-1] == "ovo")
    own = any(not type(part).__module__.startswith("sklearn.") for part in parts)
    if not (own and hasattr(estimator, "predict")):
        return False
    # A user's estimator may contain such a model. Its predictions show it: they follow the votes of
    # the pairs for every sample, and contradict the scores for some. Ties do not show it.
    predicted = _places(classes, as_array(estimator.predict(X), "predicted").tolist())
    if (predicted < 0).any():
        return False
    one_two, one_three, two_three = scores.T > 0
    votes = np.stack(
        [one_two * 1 + one_three, ~one_two * 1 + two_three, ~one_three * 1 + ~two_three]
    )
    chosen = np.take_along_axis(scores, predicted[:, None], axis=1)[:, 0]
    return bool((votes.argmax(axis=0) == predicted).all() and (chosen < scores.max(axis=1)).any())


def _has_shape(part: Any) -> bool:
    return hasattr(part, "decision_function_shape")


def _pairs_remedy(estimator: Any) -> str:
    shapes = [part.decision_function_shape for part in _chain(estimator) if _has_shape(part)]
    if "ovo" in shapes:
        return "; pass decision_function_shape='ovr', which changes no prediction"
    return "; return one for each class, in the order of classes_"


def _places(classes: Sequence[Any], labels: Sequence[Any]) -> npt.NDArray[np.intp]:
    """Return the index of each label among the classes; -1 if it is not one of them.

    Raises
    ------
    TypeError
        If a label is a list of labels.
    """
    places = {label: place for place, label in enumerate(classes)}
    try:
        return np.asarray([places.get(label, -1) for label in labels], dtype=np.intp)
    except TypeError as error:
        raise TypeError(f"y has {error} among its labels; pass one label per sample") from None


def _numbered(
    estimator: Any, classes: Sequence[Any], labels: Sequence[Any], places: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """Give a number to each label that is not a class; all missing values are one label."""
    unseen = [None if _is_missing(labels[place]) else labels[place] for place in places]
    numbers = {label: number for number, label in enumerate(dict.fromkeys(unseen))}
    kinds = {type(None), *(_kind(label) for label in classes)} if numbers else ()
    for label in numbers:
        if _kind(label) not in kinds:
            raise TypeError(
                f"y[{places[unseen.index(label)]}] is {label!r}, of type {type(label).__name__},"
                f" and the classes of {_name(estimator)} are of type {type(classes[0]).__name__},"
                f" for instance {classes[0]!r}; pass labels of the type that it was fitted on"
            )
    return np.asarray([numbers[label] for label in unseen], dtype=np.intp)


def _kind(label: Any) -> type:
    """Return the widest type whose values can be equal to a label."""
    return next((kind for kind in (Number, str, bytes) if isinstance(label, kind)), type(label))


def _is_missing(label: Any) -> bool:
    try:
        return label is None or bool(label != label)
    except TypeError:  # pandas.NA: its comparisons have no truth value
        return True


def _name(estimator: Any) -> str:
    return type(estimator).__name__
