"""Two sets of scores for the same samples: is one a faithful port of the other."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from accord import checks
from accord.reporting.evaluate import usual_k
from accord.small_floats import LIMITS
from accord.verification.causes import ours
from accord.verification.compared import AtK, Comparison
from accord.verification.explain import TIES
from accord.verification.handover import on_host
from accord.verification.rows import as_pairs, blocks
from accord.verification.samples import look_at

HostArray = npt.NDArray[Any]


def compare(
    y_true: Any,
    scores_a: Any,
    scores_b: Any,
    k: int | tuple[int, ...] | None = None,
    *,
    ties: str = "first",
    tolerance: float | None = None,
) -> Comparison:
    """Judge two sets of scores for the same samples, for instance of a model and its port.

    Parameters
    ----------
    y_true : array of int, shape (N,)
        True classes.
    scores_a, scores_b : array of real, shape (N, C)
        Scores of any framework with an adapter, each of its own, and of any dtype.
    k : int or tuple of int, optional
        How many classes may count (R6); by default as `accord.evaluate`.
    ties : {"first", "last", "optimistic", "pessimistic"}
        Who wins among equal scores (R5).
    tolerance : float, optional
        How far rounding may move a score. By default ``eps ** (2 / 3)`` of the coarser dtype, in
        units of the sample's largest score: 2.4e-5 for float32.

    Returns
    -------
    Comparison
        It prints as a table; ``agrees`` is the verdict: no flip that is more than rounding.

    Raises
    ------
    ValueError, TypeError
        For shapes, dtypes, labels and options that do not fit.

    Notes
    -----
    A flip is numerical where the margin at the boundary (own score against the rival it must beat)
    is within twice the tolerance in both, for both scores may move. It can't be judged by the
    largest difference found between A and B: every flip lies within twice the difference of its own
    sample, so no flip would ever be real.

    McNemar's exact test asks how likely so uneven a split of the flips is by chance: the two-sided
    binomial test of lost against gained, summed here (SciPy would be a large dependency for it).

    Examples
    --------
    >>> import accord, numpy as np
    >>> a = np.array([[0.6, 0.4], [0.5, 0.5], [0.1, 0.9]])
    >>> b = np.array([[0.6, 0.4], [0.5, 0.5 + 1e-13], [0.9, 0.1]])
    >>> found = accord.compare([0, 1, 1], a, b, k=1)
    >>> found.at[1].gained, found.at[1].lost, found.at[1].numerical, found.agrees
    ((1,), (2,), (1,), False)
    """
    truth, _ = on_host(y_true, "y_true")
    (a, a_dtype), (b, b_dtype) = on_host(scores_a, "scores_a"), on_host(scores_b, "scores_b")
    truth, a = as_pairs(truth, a)
    if a.shape != b.shape:
        raise ValueError(
            f"scores_a has shape {a.shape} and scores_b {b.shape}; pass scores of the same samples"
        )
    _, b = as_pairs(truth, b)
    checks.one_of("ties", ties, TIES)
    _refuse_labels(truth, a.shape[1])
    chosen = checks.top(usual_k(a) if k is None else k)
    each = chosen if isinstance(chosen, tuple) else (chosen,)
    checks.top_within(each, a.shape[1])
    share = None if tolerance is not None else _rounding((a, a_dtype), (b, b_dtype))
    reach = checks.finite("tolerance", tolerance) if share is None else share
    at = {
        one: _at(truth, a, b, one, ties=ties, reach=reach, absolute=share is None) for one in each
    }
    first = next(iter(at.values()))
    return Comparison(
        ties=ties,
        samples=len(truth),
        classes=a.shape[1],
        dtypes=(a_dtype or a.dtype.name, b_dtype or b.dtype.name),
        at=at,
        largest=_largest(a, b),
        tolerance=reach,
        relative=share is not None,
        in_a=look_at(truth, a, first.to_look_at, each[0]),
        in_b=look_at(truth, b, first.to_look_at, each[0]),
    )


def _refuse_labels(truth: HostArray, classes: int) -> None:
    bad = np.flatnonzero((truth < 0) | (truth >= classes))
    if bad.size:
        raise ValueError(
            f"y_true[{bad[0]}] is {truth[bad[0]]}, outside 0..{classes - 1};"
            " leave such samples out of both files"
        )


def _rounding(*scores: tuple[HostArray, str | None]) -> float:
    """Return how far rounding may move a score, relative to the largest of its sample."""
    coarse = 0.0
    for array, dtype in scores:
        if dtype is not None:
            coarse = max(coarse, LIMITS[dtype].eps)
        elif array.dtype.kind == "f":
            coarse = max(coarse, float(np.finfo(array.dtype).eps))
    return float(coarse ** (2 / 3))


def _at(
    truth: HostArray,
    a: HostArray,
    b: HostArray,
    k: int,
    *,
    ties: str,
    reach: float,
    absolute: bool,
) -> AtK:
    mine = ours(ties)  # type: ignore[arg-type]  # checked before
    hit_a, hit_b = mine.hits(truth, a, k).least, mine.hits(truth, b, k).least
    flips = np.flatnonzero(hit_a != hit_b)
    margins = [margin(truth[flips], scores[flips], k) for scores in (a, b)]
    widest = np.maximum(*margins)
    unit = 1.0 if absolute else np.maximum(_size(a[flips]), _size(b[flips]))
    near = widest <= 2 * reach * unit  # a NaN margin is never near
    order = np.lexsort((-np.nan_to_num(widest, nan=np.inf), near))
    lost, gained = flips[hit_a[flips]], flips[hit_b[flips]]
    return AtK(
        correct=(int(hit_a.sum()), int(hit_b.sum())),
        lost=tuple(lost.tolist()),
        gained=tuple(gained.tolist()),
        numerical=tuple(flips[near].tolist()),
        real=tuple(flips[~near].tolist()),
        to_look_at=tuple(flips[order].tolist()),
        p_value=mcnemar(len(lost), len(gained)),
    )


def margin(truth: HostArray, scores: HostArray, k: int) -> HostArray:
    """Return how far the own score is from the rival that it must beat, or be beaten by, at k."""
    if k >= scores.shape[1] or not len(truth):
        return np.full(len(truth), np.inf)
    values = scores.astype(np.float64)
    own = np.take_along_axis(values, truth[:, None].astype(np.int64), axis=1)[:, 0]
    np.put_along_axis(values, truth[:, None].astype(np.int64), -np.inf, axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(own - np.sort(values, axis=1)[:, -k]))


def _size(scores: HostArray) -> HostArray:
    finite = np.where(np.isfinite(scores), np.abs(scores.astype(np.float64)), 0)
    return np.asarray(finite.max(axis=1, initial=0))


def _largest(a: HostArray, b: HostArray) -> tuple[float, int, int] | None:
    """Return the largest difference between finite scores, with its sample and class."""
    found: tuple[float, int, int] | None = None
    for part in blocks(a):
        with np.errstate(invalid="ignore"):
            apart = np.abs(a[part].astype(np.float64) - b[part].astype(np.float64))
        apart = np.where(np.isfinite(apart), apart, -1)
        row, column = np.unravel_index(int(apart.argmax()), apart.shape)
        if found is None or apart[row, column] > found[0]:
            found = float(apart[row, column]), int(row) + part.start, int(column)
    return found if found is None or found[0] >= 0 else None


def mcnemar(lost: int, gained: int) -> float:
    """Return the two-sided p-value of McNemar's exact test.

    Examples
    --------
    >>> from accord.verification.compare import mcnemar
    >>> round(mcnemar(1, 5), 9)
    0.21875
    """
    n, fewer = lost + gained, min(lost, gained)
    if lost == gained:
        return 1.0
    log_of_half = n * math.log(2) - math.lgamma(n + 1)
    terms = (
        math.exp(-math.lgamma(i + 1) - math.lgamma(n - i + 1) - log_of_half)
        for i in range(fewer + 1)
    )
    return min(1.0, 2 * math.fsum(terms))
