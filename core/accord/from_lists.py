"""Top-k accuracy from ranked lists, and from predicted labels (R28)."""

from __future__ import annotations

from typing import Any

from accord.backends.base import Array
from accord.counts.averages import Average
from accord.credit.ties import Ties
from accord.measures import TopK
from accord.shared_docs import documented


@documented
def top_k_from_lists(
    y_true: Any,
    classes: Any,
    scores: Any = None,
    k: int | tuple[int, ...] = 5,
    *,
    ties: Ties = "first",
    average: Average = "micro",
    labels: Any = None,
    n_classes: int | None = None,
    sample_weight: Any = None,
    mask: Any = None,
    ignore_index: int | None = None,
    groups: Any = None,
    n_groups: int | None = None,
) -> Array:
    """Return the share of samples whose true class is among the first k of their list (R28).

    For samples of which only the m best classes were kept: by ``torch.topk`` or
    ``jax.lax.top_k``, an index of neighbours, or a recommender. Predicted labels are lists of one.

    Parameters
    ----------
    y_true : array of int or str, shape (...)
        True classes: 0 and above, or text.
    classes : array of int or str, shape (..., m)
        The classes of each sample, best first; -1, or an empty text, for no entry. A list of one
        entry, a predicted label, may leave out the last axis.
    scores : array of real, shape (..., m), optional
        Their scores, which must not increase. Without them, no entries tie.
    k : int or tuple of int
        How many entries may count, 1 to m. A tuple adds a leading axis to the result (R6).
    ties : {"first", "last", "optimistic", "pessimistic", "expected"}
        Who wins among entries of equal score, by class index (R5). A class that is not in its list
        is a miss, except that ``"optimistic"`` and ``"pessimistic"`` are the bounds of R28.
    average : {"micro", "macro", "weighted", "none"} or None
        Over samples, over classes, or by class (R15), which needs ``n_classes`` or ``labels``;
        over or by groups where there are any.
    labels : list of int or str, optional
        The classes to count, in the order of the figures; samples of other classes are left out,
        as in scikit-learn's ``recall_score``.
    n_classes : int, optional
        How many classes there are; a list that holds all of them has no ties outside of it.
    {samples}
    {ignore_index}
    {groups}

    Returns
    -------
    array in [0, 1]
        Of the framework of ``classes``, on their device, 0-d or with the axes that a tuple of k and
        an average by class or group add; NaN for no samples (R16).

    Raises
    ------
    ValueError
        If shapes differ, an option is unknown, k is not within 1 to m, or a bad value can be read
        (R22): a class out of range, a list that repeats a class or has one behind -1, scores that
        increase.
    TypeError
        If a dtype does not fit, or arrays are of two frameworks (R21).

    Examples
    --------
    >>> import accord, numpy as np
    >>> classes = np.array([[2, 0, 1], [4, 3, -1]])
    >>> accord.top_k_from_lists([0, 1], classes, k=(1, 2))
    array([0. , 0.5])
    >>> accord.top_k_from_lists(["cat", "dog"], ["dog", "dog"], k=1)
    np.float64(0.5)
    """
    measure = TopK(k, ties=ties, ignore_index=ignore_index)
    tally = measure.tally_from_lists(
        y_true,
        classes,
        scores,
        n_classes=n_classes,
        labels=labels,
        sample_weight=sample_weight,
        mask=mask,
        groups=groups,
        n_groups=n_groups,
        per_class=measure.needs_classes(average, grouped=groups is not None),
    )
    share: Array = measure.figures(tally, average)
    return share
