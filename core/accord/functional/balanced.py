"""Balanced accuracy: every class counts alike (R15)."""

from __future__ import annotations

from typing import Any

from accord.backends.base import Array
from accord.credit.ties import Ties
from accord.inputs import options
from accord.measures import TopK
from accord.shared_docs import documented


@documented
def balanced_accuracy(
    y_true: Any,
    y_score: Array,
    k: int | tuple[int, ...] = 1,
    *,
    ties: Ties = "first",
    axis: int = -1,
    adjusted: bool = False,
    sample_weight: Any = None,
    mask: Any = None,
    candidates: Any = None,
    ignore_index: int | None = None,
) -> Array:
    """Mean over the classes of the share of their samples that are hits (R15).

    This is `top_k_accuracy` with ``average="macro"``, or with ``average="adjusted"``. For scores of
    the positive class of two, pass these averages to `binary_accuracy`.

    Parameters
    ----------
    {classes}
    {scores}
    {k}
    {ties}
    {axis}
    adjusted : bool
        Whether to return (share - chance) / (1 - chance), so that guessing gives 0 and all hits 1.
        Chance is k in n, with n the number of classes that occur in y_true. If n is not above k,
        the result is NaN.
    {samples}
    {candidates}
    {ignore_index}

    Returns
    -------
    array of at most 1
        Of y_score's framework, device and default float type, 0-d or with the axis that a tuple of
        k adds; NaN for no samples (R16).

    Raises
    ------
    ValueError
        If shapes differ, an option is unknown, k is not within 1 to C, or a bad label or weight
        can be read (R22).
    TypeError
        If a dtype does not fit, or arrays are of two frameworks (R21).

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.7, 0.3], [0.6, 0.4], [0.8, 0.2], [0.4, 0.6]])
    >>> accord.balanced_accuracy([0, 0, 0, 1], scores)
    np.float64(1.0)
    >>> accord.balanced_accuracy([0, 0, 1, 1], scores, adjusted=True)  # 0.75, and chance is 0.5
    np.float64(0.5)
    """
    measure = TopK(k, ties=ties, axis=axis, ignore_index=ignore_index)
    return measure.accuracy(
        y_true,
        y_score,
        average="adjusted" if options.flag("adjusted", adjusted) else "macro",
        sample_weight=sample_weight,
        mask=mask,
        candidates=candidates,
    )
