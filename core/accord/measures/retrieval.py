"""Measures by which every rank of the true class is worth something (R26)."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from accord.measures.rank import RankMeasure


@dataclass(frozen=True)
class ReciprocalRank(RankMeasure):
    """1 / rank of the true class, for integer labels: its mean is the MRR (R26).

    Parameters
    ----------
    k : int, tuple of int, range, "all" or None
        The last rank that has credit, 1 to C; None for no last one. Several are counted in one
        pass, and ``"all"`` is every k from 1 to C (R6).
    ties : {"first", "last", "optimistic", "pessimistic", "expected"}
        Who wins among equal scores (R5); ``"expected"`` is the mean over the tied ranks.
    axis : int
        The class axis of ``y_score`` (R12).
    ignore_index : int, optional
        A label that leaves its sample out (R13).

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.1, 0.6, 0.3], [0.2, 0.3, 0.5]])
    >>> accord.ReciprocalRank(k=(1, 2)).tally([2, 2], scores).correct
    array([1. , 1.5])
    """

    ends_at_k: ClassVar[bool] = True
    _: KW_ONLY
    ignore_index: int | None = None

    @property
    def figure(self) -> str:
        """What the mean of the credit is called."""
        return "mean reciprocal rank"

    def credit_at(self, rank: int) -> float:
        """Return 1 / rank up to rank k, then 0."""
        return 1 / rank if self.k is None or rank <= self.k else 0.0  # type: ignore[operator]  # one k here


@dataclass(frozen=True)
class NDCG(RankMeasure):
    """1 / log2(1 + rank) of the true class, for integer labels: NDCG for one true class (R26).

    Parameters
    ----------
    k, ties, axis, ignore_index
        As in `ReciprocalRank`.

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.1, 0.6, 0.2, 0.1], [0.2, 0.3, 0.4, 0.1]])
    >>> accord.NDCG().tally([0, 2], scores).correct
    np.float64(1.5)
    """

    ends_at_k: ClassVar[bool] = True
    _: KW_ONLY
    ignore_index: int | None = None

    @property
    def figure(self) -> str:
        """What the mean of the credit is called."""
        return "NDCG"

    def credit_at(self, rank: int) -> float:
        """Return 1 / log2(1 + rank) up to rank k, then 0."""
        return 1 / math.log2(1 + rank) if self.k is None or rank <= self.k else 0.0  # type: ignore[operator]  # one k here
