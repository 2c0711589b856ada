"""Parameters that several functions share, documented once."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

SHARED = {
    "classes": """\
        y_true : array of int, shape (...)
            True classes, 0 to C - 1.""",
    "dense": """\
        y_true : array of real, shape (..., C)
            One-hot or probability labels; the lowest largest entry is the true class (R9).""",
    "scores": """\
        y_score : array of real, shape (..., C)
            Scores of any framework with an adapter; only their order matters (R2).""",
    "k": """\
        k : int, tuple of int, range or "all"
            How many classes may count, 1 to C. Several add a leading axis to the result, in one
            pass; ``"all"`` is every k from 1 to C (R6).""",
    "cut": """\
        k : int, tuple of int, range, "all" or None
            The last rank that has credit, 1 to C; None for no last one. Several add a leading
            axis to the result, in one pass; ``"all"`` is every k from 1 to C (R6).""",
    "ties": """\
        ties : {"first", "last", "optimistic", "pessimistic", "expected"}
            Who wins among equal scores (R5).""",
    "axis": """\
        axis : int
            The class axis of ``y_score`` (R12).""",
    "threshold": """\
        threshold : float
            Finite; rounded to the scores' dtype first.
        at_threshold : {"negative", "positive"}
            What a score equal to the threshold predicts.
        from_logits : bool
            Whether scores are logits; they are compared with the logit of the threshold.""",
    "average": """\
        average : {"micro", "macro", "weighted", "none", "adjusted"} or None
            Over samples, over classes, or by class; over or by groups where there are any.
            ``"adjusted"`` is over classes, so that guessing gives 0 (R15).""",
    "average_of_ranks": """\
        average : {"micro", "macro", "weighted", "none"} or None
            Over samples, over classes, or by class (R15); over or by groups where there are any.""",
    "candidates": """\
        candidates : array of bool, optional
            True marks a class that takes part in its sample, of the shape of y_score (R25).""",
    "groups": """\
        groups : array of int, optional
            The group of each sample, 0 to n_groups - 1 (R24).
        n_groups : int, optional
            How many groups there are.""",
    "samples": """\
        sample_weight : array of real, optional
            A weight of at least 0 for each sample (R14).
        mask : array of bool, optional
            True keeps a sample (R13).""",
    "ignore_index": """\
        ignore_index : int, optional
            A label that leaves its sample out (R13).""",
    "entries": """\
        mask : array of bool, optional
            True keeps an entry, of the shape of the logits; the others take no part.
        sample_weight : array of real, optional
            A weight of at least 0 for each sample; 0 leaves it out.
        axis : int
            The class axis.
        reduction : {"mean", "sum", "none"}
            The weighted mean over samples, their weighted sum, or one weighted loss for each.""",
    "result": """\
        Returns
        -------
        array in [0, 1]
            Of y_score's framework, device and default float type, 0-d or with the axes that a
            tuple of k and an average by class or group add; NaN for no samples (R16).

        Raises
        ------
        ValueError
            If shapes differ, an option is unknown, k is not within 1 to C, or a bad label, weight
            or group can be read (R22).
        TypeError
            If a dtype does not fit, or arrays are of two frameworks (R21).""",
}


def documented(function: Function) -> Function:
    """Put what `SHARED` says in the place of each ``{name}`` that is alone on a line.

    Parameters
    ----------
    function : function
        Its docstring is replaced.

    Returns
    -------
    function
        The same one.

    Examples
    --------
    >>> import accord
    >>> "ignore_index : int, optional" in accord.top_k_accuracy.__doc__
    True
    """

    def text(found: re.Match[str]) -> str:
        return textwrap.indent(textwrap.dedent(SHARED[found["name"]]), found["indent"])

    if function.__doc__ is not None:  # None under python -OO
        pattern = r"^(?P<indent> *)\{(?P<name>\w+)\}$"
        function.__doc__ = re.sub(pattern, text, function.__doc__, flags=re.MULTILINE)
    return function
