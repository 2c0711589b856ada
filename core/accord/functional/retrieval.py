"""Mean credit by the rank of the true class, where every rank is worth something (R26)."""

from __future__ import annotations

from typing import Any

from accord.backends.base import Array
from accord.counts.averages import Average
from accord.credit.ties import Ties
from accord.inputs.options import K
from accord.measures import NDCG, ReciprocalRank
from accord.shared_docs import documented


@documented
def mean_reciprocal_rank(
    y_true: Any,
    y_score: Array,
    k: K | None = None,
    *,
    ties: Ties = "first",
    axis: int = -1,
    average: Average = "micro",
    sample_weight: Any = None,
    mask: Any = None,
    candidates: Any = None,
    groups: Any = None,
    n_groups: int | None = None,
    ignore_index: int | None = None,
) -> Array:
    """Mean over samples of 1 / rank of the true class (R26).

    Parameters
    ----------
    {classes}
    {scores}
    {cut}
    {ties}
    {axis}
    {average_of_ranks}
    {samples}
    {candidates}
    {groups}
    {ignore_index}

    {result}

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.1, 0.6, 0.3], [0.2, 0.3, 0.5]])
    >>> accord.mean_reciprocal_rank([2, 2], scores)
    np.float64(0.75)
    >>> accord.mean_reciprocal_rank([2, 2], scores, k=1)
    np.float64(0.5)
    """
    return ReciprocalRank(k, ties=ties, axis=axis, ignore_index=ignore_index).accuracy(
        y_true,
        y_score,
        average=average,
        sample_weight=sample_weight,
        mask=mask,
        candidates=candidates,
        groups=groups,
        n_groups=n_groups,
    )


@documented
def ndcg(
    y_true: Any,
    y_score: Array,
    k: K | None = None,
    *,
    ties: Ties = "first",
    axis: int = -1,
    average: Average = "micro",
    sample_weight: Any = None,
    mask: Any = None,
    candidates: Any = None,
    groups: Any = None,
    n_groups: int | None = None,
    ignore_index: int | None = None,
) -> Array:
    """Mean over samples of 1 / log2(1 + rank of the true class) (R26).

    This is the normalised discounted cumulative gain where each sample has one true class.

    Parameters
    ----------
    {classes}
    {scores}
    {cut}
    {ties}
    {axis}
    {average_of_ranks}
    {samples}
    {candidates}
    {groups}
    {ignore_index}

    {result}

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.1, 0.6, 0.2, 0.1], [0.2, 0.3, 0.4, 0.1]])
    >>> accord.ndcg([0, 2], scores)  # ranks 3 and 1
    np.float64(0.75)
    >>> accord.ndcg([0, 2], scores, k=2)
    np.float64(0.5)
    """
    return NDCG(k, ties=ties, axis=axis, ignore_index=ignore_index).accuracy(
        y_true,
        y_score,
        average=average,
        sample_weight=sample_weight,
        mask=mask,
        candidates=candidates,
        groups=groups,
        n_groups=n_groups,
    )
