"""What becomes of each sample: whether it is a hit, and where its true class stands."""

from __future__ import annotations

from typing import Any

from accord.backends.base import Array
from accord.credit.rank_counts import Standing, rank_all, standing_of
from accord.credit.ties import Ties
from accord.inputs import options
from accord.inputs.options import K
from accord.inputs.validate import validate
from accord.measures.top_k import TopK


def in_top_k(
    y_true: Any,
    y_score: Array,
    k: K = 5,
    *,
    ties: Ties = "first",
    axis: int = -1,
    mask: Any = None,
    candidates: Any = None,
    ignore_index: int | None = None,
) -> Array:
    """Tell for each sample whether its true class is among the k highest scores.

    Parameters
    ----------
    y_true, y_score, k, ties, axis, mask, candidates, ignore_index
        As `accord.top_k_accuracy` takes them.

    Returns
    -------
    array of bool, the shape of y_true
        False for samples that are left out. Of float for ``ties="expected"``, the chance of a hit;
        a tuple of k adds a leading axis.

    Raises
    ------
    ValueError, TypeError
        As `accord.top_k_accuracy`.

    Examples
    --------
    >>> import accord, numpy as np
    >>> accord.in_top_k([1, 1], np.array([[0.5, 0.5, 0.0], [0.2, 0.2, 0.6]]), k=2)
    array([ True, False])
    """
    measure = TopK(k, ties=ties, axis=axis, ignore_index=ignore_index)
    return measure.credit(y_true, y_score, mask=mask, candidates=candidates)


def standing(y_true: Any, y_score: Array, *, axis: int = -1, candidates: Any = None) -> Standing:
    """Return where each sample's true class stands among its rivals (R4).

    Parameters
    ----------
    y_true, y_score, axis, candidates
        As `accord.top_k_accuracy` takes them.

    Returns
    -------
    Standing
        ``ahead``, ``tied_before`` and ``tied_after``, integers of the shape of y_true.

    Raises
    ------
    ValueError, TypeError
        As `accord.top_k_accuracy`.

    Examples
    --------
    >>> import accord, numpy as np
    >>> where = accord.standing([1, 1], np.array([[0.5, 0.5, 0.0], [0.2, 0.2, 0.6]]))
    >>> where.ahead.tolist(), where.tied_before.tolist(), where.tied_after.tolist()
    ([0, 1], [1, 1], [0, 0])
    """
    axis = options.whole("axis", axis)
    batch = validate(y_true, y_score, axis=axis, candidates=candidates, masks=False, scans=True)
    return standing_of(batch.wrap(rank_all(batch, None)))
