"""Two sets of scores for the same samples: is one a faithful port of the other."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from accord.backends.small_floats import LIMITS
from accord.credit.ties import Ties
from accord.inputs import options
from accord.measures import RankMeasure
from accord.measures.base import Measure
from accord.measures.multilabel import SHARES
from accord.reporting.evaluate import usual_k
from accord.verification.by_k import ks_of, refuse_every_k
from accord.verification.compare.data import AtK
from accord.verification.compare.margins import Pair, Reach, near_ties, typical_size
from accord.verification.compare.result import Comparison
from accord.verification.dialects.rows import blocks
from accord.verification.handover import class_axis_last, in_dtype, measure_or, on_host
from accord.verification.samples import SHOWN, Looked, look, look_at_labels

HostArray = npt.NDArray[Any]


def compare(
    y_true: Any,
    scores_a: Any,
    scores_b: Any,
    k: int | tuple[int, ...] | None = None,
    *,
    ties: Ties = "first",
    tolerance: float | None = None,
    measure: Measure | None = None,
    names: tuple[str, str] = ("A", "B"),
) -> Comparison:
    """Judge two sets of scores for the same samples, for instance of a model and its port.

    Parameters
    ----------
    y_true : array
        True classes, shape (...), or what ``measure`` asks for.
    scores_a, scores_b : array of real, shape (..., C)
        Scores of any framework with an adapter, each of its own, and of any dtype.
    k : int or tuple of int, optional
        How many classes may count (R6); by default as `accord.evaluate`.
    ties : {"first", "last", "optimistic", "pessimistic", "expected"}
        Who wins among equal scores (R5).
    tolerance : float, optional
        How far rounding may move a score. By default ``eps ** (2 / 3)`` of the coarser dtype, in
        units of the sample's largest score: 2.4e-5 for float32.
    measure : Measure, optional
        Count this instead of top-k accuracy; it has its own k and ties.
    names : tuple of str
        What the result calls the two.

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
    A sample flips if its credit differs. The flip is numerical where the margin at the boundary
    (own score against the rival it must beat; or score against the threshold) is within twice the
    tolerance in both, because both scores may move. A multilabel flip is numerical if that is true
    of each label that A and B predict differently. The margin can't be judged by the largest
    difference found between A and B: the margin of every flip is within twice the difference of its
    own sample, so no flip would ever be real.

    A binary sample has a single score, which may be close to 0. Its tolerance is in units of that
    score or of the median size of all scores, whichever is larger.

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
    >>> accord.compare([1, 0], [0.6, 0.2], [0.4, 0.2], measure=accord.Binary()).at[1].lost
    (0,)
    """
    truth, _ = on_host(y_true, "y_true")
    (a, a_dtype), (b, b_dtype) = on_host(scores_a, "scores_a"), on_host(scores_b, "scores_b")
    if a.shape != b.shape:
        raise ValueError(
            f"scores_a has shape {a.shape} and scores_b {b.shape}; pass scores of the same samples"
        )
    chosen = measure_or(measure, k, ties, usual_k(a))
    refuse_every_k(chosen)
    if isinstance(chosen, RankMeasure) and chosen.cuts() is None:
        raise ValueError(
            f"{chosen!r} has another credit at each rank, and a flip is judged by the margin at one"
            " k; compare top-k accuracy at some k, for instance k=(1, 5)"
        )
    criteria = chosen.options().get("criteria")
    if criteria in SHARES:
        raise ValueError(
            f"criteria={criteria!r} leaves samples out by their scores, so samples of A and B are no"
            " pairs; pass criteria='jaccard', which counts every sample"
        )
    _, _, b = class_axis_last(chosen, truth, b)
    counted, truth, a = class_axis_last(chosen, truth, a)
    dtypes = a_dtype or a.dtype.name, b_dtype or b.dtype.name
    sides = in_dtype(counted, dtypes[0]), in_dtype(counted, dtypes[1])
    counted_credit = [
        _credit(side, truth, each, name)
        for side, each, name in zip(sides, (a, b), ("scores_a", "scores_b"), strict=True)
    ]
    kept = _kept(counted, truth)
    pair, classes = _rows(counted, truth, a, b)
    reach = _reach(tolerance, (a, a_dtype), (b, b_dtype))
    typical = typical_size(pair.a, pair.b) if counted.label_kind == "binary" else 0.0
    each = ks_of(counted)
    at = {
        one: _at(
            sides, pair, [credit[place] for credit in counted_credit], kept, one, reach, typical
        )
        for place, one in enumerate(each)
    }
    in_a, in_b = _looked_at(counted, pair, at[each[0]].to_look_at, each[0])
    samples = int(kept.sum())
    return Comparison(
        ties=_rule(counted),
        samples=samples,
        classes=classes,
        dtypes=dtypes,
        at=at,
        largest=_largest(pair),
        tolerance=reach.tolerance,
        relative=reach.relative,
        in_a=in_a,
        in_b=in_b,
        measure=chosen,
        names=names,
        total=samples * (classes if counted.unit == "labels" else 1),
    )


def _credit(measure: Measure, truth: HostArray, scores: HostArray, name: str) -> HostArray:
    """Return the credit of every sample, (K, N); what is refused is refused by its own name."""
    try:
        credit = np.asarray(measure.credit(truth, scores))
    except (ValueError, TypeError) as error:
        raise type(error)(str(error).replace("y_score", name)) from None
    lead = credit.shape[:1] if measure.several else (1,)
    return credit.reshape(*lead, -1)


def _kept(measure: Measure, truth: HostArray) -> HostArray:
    """Tell which samples count: those without the label that is left out."""
    index = measure.ignore_index
    if measure.dense:
        truth = truth[..., 0]
    return np.ones(truth.size, bool) if index is None else truth.reshape(-1) != index


def _rows(measure: Measure, truth: HostArray, a: HostArray, b: HostArray) -> tuple[Pair, int]:
    """Return one row a sample, with a class for it where the measure ranks; and how many classes."""
    if measure.label_kind == "binary":
        return Pair(truth.reshape(-1), a.reshape(-1), b.reshape(-1)), 2
    classes = a.shape[-1]
    a, b = a.reshape(-1, classes), b.reshape(-1, classes)
    if measure.label_kind == "set":
        return Pair(truth.reshape(a.shape), a, b), classes
    if measure.label_kind == "dense":
        return Pair(truth.reshape(a.shape).argmax(axis=1), a, b), classes
    return Pair(truth.reshape(-1).astype(np.int64), a, b), classes


def _rule(measure: Measure) -> str:
    """Return who wins a tie; of measures with a threshold, the side of a score at it."""
    return str(measure.at_threshold if measure.k is None else measure.ties)


def _reach(tolerance: float | None, *scores: tuple[HostArray, str | None]) -> Reach:
    """Return how far rounding may move a score, as asked or by the coarser dtype."""
    if tolerance is not None:
        absolute = options.finite("tolerance", tolerance)
        if absolute < 0:
            raise ValueError(f"tolerance={tolerance!r} is below 0; pass a number of at least 0")
        return Reach(absolute, relative=False)
    coarse = 0.0
    for array, dtype in scores:
        if dtype is not None:
            coarse = max(coarse, LIMITS[dtype].eps)
        elif array.dtype.kind == "f":
            coarse = max(coarse, float(np.finfo(array.dtype).eps))
    return Reach(float(coarse ** (2 / 3)), relative=True)


def _at(
    sides: tuple[Measure, Measure],
    pair: Pair,
    counted_credit: list[HostArray],
    kept: HostArray,
    k: int,
    reach: Reach,
    typical: float,
) -> AtK:
    credit_a, credit_b = counted_credit
    flips = np.flatnonzero((credit_a != credit_b) & kept)
    near, widest = near_ties(sides, pair.at(flips), k, reach, typical)
    order = np.lexsort((-widest, near))
    less = credit_b[flips] < credit_a[flips]
    lost, gained = flips[less], flips[~less]
    return AtK(
        correct=(credit_a[kept].sum().item(), credit_b[kept].sum().item()),
        lost=tuple(lost.tolist()),
        gained=tuple(gained.tolist()),
        numerical=tuple(flips[near].tolist()),
        real=tuple(flips[~near].tolist()),
        to_look_at=tuple(flips[order].tolist()),
        p_value=mcnemar(len(lost), len(gained)),
    )


def _looked_at(
    measure: Measure, pair: Pair, samples: Iterable[int], k: int
) -> tuple[tuple[Looked, ...], tuple[Looked, ...]]:
    """Return the first samples as A and as B have them."""
    first = list(samples)[:SHOWN]
    if measure.label_kind in ("binary", "set"):
        return look_at_labels(pair.truth, pair.a, pair.b, first)
    return (
        tuple(look(pair.truth, pair.a, at, k) for at in first),
        tuple(look(pair.truth, pair.b, at, k) for at in first),
    )


def _largest(pair: Pair) -> tuple[float, int, int] | None:
    """Return the largest difference between finite scores, with its sample and class."""
    a, b = (each if each.ndim > 1 else each[:, None] for each in (pair.a, pair.b))
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
    >>> from accord.verification.compare.run import mcnemar
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
