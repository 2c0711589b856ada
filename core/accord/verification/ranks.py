"""Ranks by real sorting, in plain NumPy: which classes are ahead (R4), and who wins a tie (R5).

It shares no code with the measures: they count in one read, this sorts every row. `verify` judges
every framework by it; dialects and `compare` take the same table of tie rules.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

HostArray = npt.NDArray[Any]


class RankCounts(NamedTuple):
    """How many classes are ahead of the true one, and how many equal it, by their number (R4)."""

    ahead: HostArray
    tied_before: HostArray
    tied_after: HostArray


def best_first(scores: HostArray, ties: str = "first") -> HostArray:
    """Return the classes of each row from best to worst, NaN first.

    Parameters
    ----------
    scores : array of real, shape (..., C)
        Scores.
    ties : {"first", "last"}
        Which of equal scores comes first: that of the lower class, or of the higher.

    Returns
    -------
    array of int, shape (..., C)

    Examples
    --------
    >>> import numpy as np
    >>> from accord.verification.ranks import best_first
    >>> best_first(np.array([0.2, 0.5, 0.5])), best_first(np.array([0.2, 0.5, 0.5]), "last")
    (array([1, 2, 0]), array([2, 1, 0]))
    """
    if ties == "last":
        return np.argsort(scores, axis=-1, kind="stable")[..., ::-1]
    # A stable sort of the mirrored row, mirrored back: descending, the lower class first.
    mirrored = np.argsort(scores[..., ::-1], axis=-1, kind="stable")[..., ::-1]
    return np.asarray(scores.shape[-1] - 1 - mirrored)


def k_best(order: HostArray, k: int) -> HostArray:
    """Return which classes are among the first k of `best_first`, by class."""
    return np.asarray(np.argsort(order, axis=-1, kind="stable") < k)


def rank_counts(scores: HostArray, labels: HostArray) -> RankCounts:
    """Sort rows of scores, (N, C), and find the true class of each; its own score is not NaN."""
    order = best_first(scores)
    ranked = np.take_along_axis(scores, order, axis=1)
    own = np.argmax(order == labels[:, None], axis=1)
    equal = ranked == np.take_along_axis(ranked, own[:, None], axis=1)
    first = np.argmax(equal, axis=1)
    last = scores.shape[1] - 1 - np.argmax(equal[:, ::-1], axis=1)
    return RankCounts(first, own - first, last - own)


# How many classes come before the true one, by who wins a tie (R5).
_BEFORE: dict[str, Callable[[RankCounts], HostArray]] = {
    "first": lambda counts: counts.ahead + counts.tied_before,
    "last": lambda counts: counts.ahead + counts.tied_after,
    "optimistic": lambda counts: counts.ahead,
    "pessimistic": lambda counts: counts.ahead + counts.tied_before + counts.tied_after,
}


def worth(counts: RankCounts, at_rank: HostArray, ties: str) -> HostArray:
    """Return the credit of each sample, where ``at_rank`` has the credit of ranks 1 to C (R26)."""
    if ties != "expected":
        return np.asarray(at_rank[_BEFORE[ties](counts)])
    whole = np.concatenate([[0.0], np.cumsum(at_rank)])
    tied = counts.tied_before + counts.tied_after + 1
    return np.asarray((whole[counts.ahead + tied] - whole[counts.ahead]) / tied)


def credit(counts: RankCounts, k: int, ties: str) -> HostArray:
    """Return the credit of each sample at k: bool, or a share of 1 under ``"expected"`` (R5)."""
    if ties == "expected":
        equal = counts.tied_before + counts.tied_after + 1
        return np.asarray(np.clip(k - counts.ahead, 0, equal) / equal)
    return np.asarray(_BEFORE[ties](counts) < k)
