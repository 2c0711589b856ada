"""Errors for shapes that do not match, each with the mistake that would explain it (R23)."""

from __future__ import annotations

from typing import Any, NamedTuple

from accord.inputs.dtypes import INTEGRAL, is_kind, refuse_other

Shape = tuple[int | None, ...]

_OF_SAMPLES = ("y_score", "y_pred")  # what holds scores, and not one number made of them


def fits(shape: Shape, wanted: Shape) -> bool:
    """Tell whether a shape is the one that is wanted; None is a length not known while tracing."""
    return shape == wanted or (
        len(shape) == len(wanted)
        and all(
            mine == theirs or mine is None or theirs is None
            for mine, theirs in zip(shape, wanted, strict=True)
        )
    )


def differing(
    name: str, shape: Shape, beside: str, wanted: Shape, whole: Shape, *, remedy: str
) -> ValueError:
    """Return the error for an array of another shape than is wanted beside scores of a ``whole`` shape."""
    axes = "" if wanted == whole else " without its class axis"
    return ValueError(f"{name} has shape {shape}, {beside}{axes} {wanted}; {remedy}")


class Expected(NamedTuple):
    """The scores that other arrays are compared with.

    Attributes
    ----------
    ns, scores
        The scores as they were passed, and their namespace.
    name : str
        What messages call the scores.
    axis : int or None
        The class axis of the scores; None when every score is a sample.
    dense : bool
        Whether labels have the class axis too.
    """

    ns: Any
    scores: Any
    name: str
    axis: int | None
    dense: bool

    def refuse_other(self, name: str, array: Any, wanted: Shape) -> None:
        """Refuse an array of a name that has another kind of dtype, or shape, than is wanted."""
        refuse_other(self.ns, name, array)
        shape = tuple(array.shape)
        if fits(shape, wanted):
            return
        whole, integral = tuple(self.scores.shape), is_kind(self.ns, self.scores, INTEGRAL)
        found = name, self.name, shape, wanted, whole
        raise Mismatch(*found, self.axis, self.dense, integral).error()


def refuse_predicted_labels(ns: Any, scores: Any, name: str, *, dense: bool) -> None:
    """Refuse what looks like one predicted label a sample, for scores with the class axis last.

    A single sample needs no axis of samples (R12), so a row of floats is left to its labels.
    """
    alone, column = dense and scores.ndim == 1, scores.shape[-1] == 1
    if (dense and column) or ((alone or column) and is_kind(ns, scores, INTEGRAL)):
        shape = tuple(scores.shape)
        raise ValueError(f"{name} has shape {shape}; {predicted_labels(name, shape)}")


class Mismatch(NamedTuple):
    """Two shapes that do not match.

    Attributes
    ----------
    name, beside : str
        What messages call the array, and the scores.
    mine, wanted : tuple
        The shape that the array has, and the one that it should have.
    whole : tuple
        The shape of the scores, with their class axis.
    axis : int or None
        The class axis of the scores; None when every score is a sample.
    dense : bool
        Whether labels have the class axis too.
    integral : bool
        Whether the scores are integers or bools, as predicted labels are.
    """

    name: str
    beside: str
    mine: Shape
    wanted: Shape
    whole: Shape
    axis: int | None
    dense: bool
    integral: bool

    def error(self) -> ValueError:
        """Return the error to raise."""
        wanted = self.whole if self.dense else self.wanted
        shapes = self.mine, self.beside, wanted, self.whole
        return differing(self.name, *shapes, remedy=self._remedy())

    def _remedy(self) -> str:
        if self.name != "y_true":
            guess = self._of_extra()
        elif self.dense:
            guess = self._of_dense()
        else:
            guess = self._of_binary() if self.axis is None else self._of_classes()
        if guess is not None:
            return guess
        if self.mine == (*self.wanted, 1):
            return f"drop the last axis of {self.name}"
        if _long(self.mine) == _long(self.wanted):
            return f"reshape {self.name} to {self.wanted}"
        return f"pass {self.name} of shape {self.wanted}"

    def _of_classes(self) -> str | None:
        """Guess why labels do not match scores that have a class axis."""
        name, beside, mine, whole = self.name, self.beside, self.mine, self.whole
        if mine == whole:
            if len(whole) == 1 or self.integral or whole[-1] == 1:
                return predicted_labels(beside, whole)
            return (
                "for one-hot rows use categorical_accuracy or CategoricalAccuracy,"
                " or for the k best their top-k forms"
            )
        if len(mine) == len(whole) + 1 and whole in (mine[:-1], _without(mine, self.axis or 0)):
            return f"{name} and {beside} seem to be swapped; pass each in the place of the other"
        for other in range(len(whole)):
            if _without(whole, other) == mine:
                return f"pass axis={other} if that is the class axis of {beside}"
        return None

    def _of_dense(self) -> str | None:
        """Guess why one-hot rows do not match."""
        if self.mine[:-1] == self.whole:
            return predicted_labels(self.beside, self.whole)
        if len(self.mine) == len(self.whole) - 1:
            return (
                "pass one-hot rows or probabilities, or use the sparse or top-k measure for labels"
            )
        return None

    def _of_binary(self) -> str | None:
        """Guess why labels 0 and 1 do not match their scores."""
        name, beside, mine, whole = self.name, self.beside, self.mine, self.whole
        if beside in _OF_SAMPLES and len(whole) == len(mine) + 1:
            for at, place in ((-1, "..., "), (1, ":, ")):
                if len(whole) <= at or _without(whole, at) != mine:
                    continue
                if whole[at] == 1:
                    return f"pass {beside}[{place}0]"
                if whole[at] == 2:
                    return f"pass {beside}[{place}1], the scores of class 1"
                return f"for scores of {whole[at]} classes use a top-k measure"
        if mine == (*whole, 2):
            return f"pass {name}[..., 1] if its rows are one-hot"
        return None

    def _of_extra(self) -> str | None:
        """Guess why a mask or weights do not match the samples."""
        if self.name == "mask" and self.mine == self.whole != self.wanted:
            return "if it leaves classes of samples out, pass it as candidates"
        if self.name != "sample_weight" or self.axis is None:
            return None
        by_class = self.mine == (self.whole[self.axis],)
        return "if it has a weight for each class, pass sample_weight[y_true]" if by_class else None


def predicted_labels(beside: str, shape: Shape) -> str:
    """Say that scores are needed, for scores of such a shape."""
    samples = shape if len(shape) == 1 or shape[-1] != 1 else shape[:-1]
    wanted = ", ".join(str(n) for n in (*samples, "C"))
    return (
        f"predicted labels seem to have been passed for {beside}, where scores are needed: pass a"
        f" score for each class, of shape ({wanted}), or for scores of the positive class of two"
        " use a binary measure"
    )


def one_row(beside: str, shape: Shape) -> ValueError:
    """Return the error for labels of many samples in the place of the row of one."""
    return ValueError(
        f"y_true has shape {shape} and so has {beside}, so they are one sample, but y_true is no"
        f" one-hot row; {predicted_labels(beside, shape)}; for one sample with several true"
        f" classes pass y_true[None] and {beside}[None]"
    )


def _without(shape: Shape, axis: int) -> Shape:
    axis %= len(shape)
    return shape[:axis] + shape[axis + 1 :]


def _long(shape: Shape) -> list[int | None]:
    return [length for length in shape if length != 1]
