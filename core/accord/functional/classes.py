"""Accuracy by the rank of the true class, for integer and for dense labels."""

from __future__ import annotations

from typing import Any

from accord.backends.base import Array
from accord.counts.averages import Average
from accord.credit.ties import Ties
from accord.inputs.options import K
from accord.measures import Categorical, SparseCategorical, TopK, TopKCategorical
from accord.shared_docs import documented


@documented
def top_k_accuracy(
    y_true: Any,
    y_score: Array,
    k: K = 5,
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
    """Share of samples whose true class is among the k highest scores.

    Parameters
    ----------
    {classes}
    {scores}
    {k}
    {ties}
    {axis}
    {average}
    {samples}
    {candidates}
    {groups}
    {ignore_index}

    {result}

    Examples
    --------
    >>> import accord, numpy as np
    >>> accord.top_k_accuracy([2, 0], np.array([[0.1, 0.6, 0.3], [0.2, 0.2, 0.6]]), k=2)
    np.float64(1.0)
    """
    return TopK(k, ties=ties, axis=axis, ignore_index=ignore_index).accuracy(
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
def top_k_categorical_accuracy(
    y_true: Any,
    y_score: Array,
    k: K = 5,
    *,
    ties: Ties = "first",
    axis: int = -1,
    average: Average = "micro",
    sample_weight: Any = None,
    mask: Any = None,
    candidates: Any = None,
    groups: Any = None,
    n_groups: int | None = None,
) -> Array:
    """Share of samples whose true class is among the k highest scores, for dense labels.

    Parameters
    ----------
    {dense}
    {scores}
    {k}
    {ties}
    {axis}
    {average}
    {samples}
    {candidates}
    {groups}

    {result}

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.1, 0.6, 0.3], [0.2, 0.2, 0.6]])
    >>> accord.top_k_categorical_accuracy([[0, 0, 1], [0, 1, 0]], scores, k=2)
    np.float64(0.5)
    """
    return TopKCategorical(k, ties=ties, axis=axis).accuracy(
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
def sparse_categorical_accuracy(
    y_true: Any,
    y_score: Array,
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
    """Share of samples whose true class has the highest score: top-k at k = 1 (R8).

    Parameters
    ----------
    {classes}
    {scores}
    {ties}
    {axis}
    {average}
    {samples}
    {candidates}
    {groups}
    {ignore_index}

    {result}

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.5, 0.5, 0.0], [0.2, 0.2, 0.6]])
    >>> accord.sparse_categorical_accuracy([1, 2], scores)
    np.float64(0.5)
    >>> accord.sparse_categorical_accuracy([1, 2], scores, ties="optimistic")
    np.float64(1.0)
    """
    return SparseCategorical(ties=ties, axis=axis, ignore_index=ignore_index).accuracy(
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
def categorical_accuracy(
    y_true: Any,
    y_score: Array,
    *,
    ties: Ties = "first",
    axis: int = -1,
    average: Average = "micro",
    sample_weight: Any = None,
    mask: Any = None,
    candidates: Any = None,
    groups: Any = None,
    n_groups: int | None = None,
) -> Array:
    """Share of samples whose true class has the highest score, for dense labels (R9).

    Parameters
    ----------
    {dense}
    {scores}
    {ties}
    {axis}
    {average}
    {samples}
    {candidates}
    {groups}

    {result}

    Examples
    --------
    >>> import accord, numpy as np
    >>> accord.categorical_accuracy([[0.1, 0.9]], np.array([[0.3, 0.7]]))
    np.float64(1.0)
    """
    return Categorical(ties=ties, axis=axis).accuracy(
        y_true,
        y_score,
        average=average,
        sample_weight=sample_weight,
        mask=mask,
        candidates=candidates,
        groups=groups,
        n_groups=n_groups,
    )
