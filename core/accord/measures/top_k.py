"""Top-k accuracy and accuracy: the true class is among the best (R5, R8, R9)."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import ClassVar

from accord.inputs import options
from accord.inputs.options import K
from accord.measures.base import LabelKind
from accord.measures.rank import RankMeasure


@dataclass(frozen=True)
class _BestK(RankMeasure):
    """What the measures of this module share: credit 1 up to rank k."""

    ends_at_k: ClassVar[bool] = True
    k: K = 5

    def __post_init__(self) -> None:
        options.top(self.k, every=True)  # refuses None, which other rank measures take
        super().__post_init__()

    @property
    def title(self) -> str:
        """What pages call the measure."""
        return "top-k accuracy" if self.label_kind == "class" else "categorical accuracy"

    def credit_at(self, rank: int) -> float:
        """Return 1 up to rank k, then 0."""
        return float(rank <= self.k)  # type: ignore[operator]  # one k here

    def cuts(self) -> tuple[int, ...]:
        """Return every k; nothing for ``k="all"``."""
        return self.ks


@dataclass(frozen=True)
class TopK(_BestK):
    """Whether the true class is among the k best scores, for integer labels (R5, R8).

    Parameters
    ----------
    k : int, tuple of int, range or "all"
        How many classes may count, 1 to C; several are counted in one pass, and ``"all"`` is every
        k from 1 to C (R6).
    ties : {"first", "last", "optimistic", "pessimistic", "expected"}
        Who wins among equal scores (R5).
    axis : int
        The class axis of ``y_score`` (R12).
    ignore_index : int, optional
        A label that leaves its sample out (R13).

    Examples
    --------
    >>> import accord, numpy as np
    >>> measure = accord.TopK(k=(1, 2), ties="last")
    >>> measure.tally([0, 1], np.array([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]])).correct
    array([0, 2])
    """

    _: KW_ONLY
    ignore_index: int | None = None


@dataclass(frozen=True)
class SparseCategorical(TopK):
    """Whether the true class has the best score, for integer labels: `TopK` at k = 1 (R8).

    Parameters
    ----------
    ties, axis, ignore_index
        As in `TopK`.

    Examples
    --------
    >>> import accord, numpy as np
    >>> int(accord.SparseCategorical().tally([0, 1], np.array([[0.9, 0.1], [0.8, 0.2]])).correct)
    1
    """

    k: K = field(default=1, init=False, repr=False)


@dataclass(frozen=True)
class TopKCategorical(_BestK):
    """Whether the true class is among the k best scores, for one-hot or probability labels (R9).

    Parameters
    ----------
    k, ties, axis
        As in `TopK`; ``axis`` is the class axis of ``y_true`` too.

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.1, 0.6, 0.3], [0.4, 0.2, 0.4]])
    >>> int(accord.TopKCategorical(k=2).tally(np.eye(3)[[0, 2]], scores).correct)
    1
    """

    label_kind: ClassVar[LabelKind] = "dense"


@dataclass(frozen=True)
class Categorical(TopKCategorical):
    """Whether the true class has the best score, for one-hot or probability labels (R9).

    Parameters
    ----------
    ties, axis
        As in `TopK`; ``axis`` is the class axis of ``y_true`` too.

    Examples
    --------
    >>> import accord, numpy as np
    >>> int(accord.Categorical().tally([[0.1, 0.9]], np.array([[0.3, 0.7]])).correct)
    1
    """

    k: K = field(default=1, init=False, repr=False)
