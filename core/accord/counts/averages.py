"""Averages of counts, over samples and over classes (R15, R16)."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from accord.backends.base import Array, Backend, Namespace, answer
from accord.backends.registry import backend_of, load
from accord.inputs import options

Average = Literal["micro", "macro", "weighted", "none", "adjusted"] | None
AVERAGES: tuple[Average, ...] = ("micro", "macro", "weighted", "none", None, "adjusted")
K = int | tuple[int, ...]


def per_class(average: Average) -> bool:
    """Tell whether an average needs a tally by class, refusing unknown ones.

    ``"weighted"`` needs one only where `Measure.needs_classes` says so.
    """
    if average not in AVERAGES:
        options.one_of("average", average, AVERAGES)
    return average not in ("micro", "weighted")


def averaged(
    credit: Array,
    total: Array,
    invalid: Array,
    average: Average,
    *,
    k: K = 1,
    support: Array | None = None,
) -> Array:
    """Return credit over total, in the default float type of the counts' framework.

    ``k`` is that of the credit, for ``"adjusted"``. With ``support``, ``"weighted"`` weighs each
    class by it, and not by its total.
    A framework that lets NumPy count lets it divide, too: that is faster for a few numbers, and
    compiles nothing.
    """
    how = _How(average, per_class(average), k)
    backend = backend_of(total)
    given = [credit, total, invalid, *([] if support is None else [support])]
    if backend.counts_in_numpy:
        views = [backend.host_view(each) for each in given]
        if not any(view is None for view in views):
            share = _shares(*views, backend=load("numpy").backend, how=how)
            return answer(backend, share, like=total)
    return _shares(*given, backend=backend, how=how)


class _How(NamedTuple):
    """An average, whether it needs classes, and the k of what is averaged."""

    average: Average
    by_class: bool
    k: K


def _shares(
    credit: Array,
    total: Array,
    invalid: Array,
    support: Array | None = None,
    *,
    backend: Backend,
    how: _How,
) -> Array:
    average, by_class, k = how
    ns, dtypes = backend.namespace(total), backend.numbers(total)
    stacked = invalid.ndim  # a single count, with the leading axes of a stack alone
    has_classes = total.ndim > stacked
    if by_class and not has_classes:
        raise ValueError(
            f"average={average!r} needs counts by class; make the tally with per_class=True"
        )
    if not isinstance(credit, (np.ndarray, np.generic)):  # NumPy divides integers in float64
        credit, total, invalid = (
            ns.astype(each, dtypes.sum, copy=False) for each in (credit, total, invalid)
        )
    weigh = has_classes and average == "weighted" and support is not None
    if has_classes and not (by_class or weigh):
        credit, total = ns.sum(credit, axis=-1), ns.sum(total, axis=-1) + invalid
    several = credit.ndim > total.ndim
    if stacked and several:  # k comes after the axes of the stack
        place = (*(slice(None),) * stacked, None, ...)
        total, invalid = total[place], invalid[..., None]
        support = None if support is None else support[place]
    shares = ratio(ns, credit, total)
    if weigh:
        weight = ns.astype(support, dtypes.sum, copy=False)
        part = ns.sum(ns.where(total > 0, shares, ns.zeros_like(shares)) * weight, axis=-1)
        shares = ratio(ns, part, ns.sum(weight, axis=-1) + invalid)
    if average in ("macro", "adjusted"):
        occurs = total > 0
        found = ns.where(occurs, shares, ns.zeros_like(shares))
        classes = ns.sum(ns.astype(occurs, dtypes.sum), axis=-1)
        shares = ratio(ns, ns.sum(found, axis=-1), classes)
        if average == "adjusted":
            shares = _adjusted(ns, shares, classes, k, several=several)
    return shares if shares.dtype == dtypes.result else ns.astype(shares, dtypes.result)


def _adjusted(ns: Namespace, shares: Array, classes: Array, k: K, *, several: bool) -> Array:
    """Return (share - chance) / (1 - chance), where guessing among n classes hits k of n (R15).

    Raises
    ------
    ValueError
        If ``k`` is not that of each share.
    """
    if several != isinstance(k, tuple) or (isinstance(k, tuple) and len(k) != shares.shape[-1]):
        found = f"{shares.shape[-1]} values of k" if several else "one k"
        raise ValueError(
            f"average='adjusted' depends on k, and k={k!r} does not fit a tally at {found}; pass"
            " the k of the measure"
        )

    def at(share: Array, n: Array, k: int) -> Array:
        room = n - k
        return (share * n - k) / ns.where(room > 0, room, room * float("nan"))

    if not isinstance(k, tuple):
        return at(shares, classes, k)
    n = classes + ns.zeros_like(shares)
    return ns.stack([at(shares[..., i], n[..., i], each) for i, each in enumerate(k)], axis=-1)


def ratio(ns: Namespace, part: Array, whole: Array) -> Array:
    """Divide; nothing by nothing is NaN (R16), without a warning."""
    if isinstance(part, (np.ndarray, np.generic)):
        if not whole.ndim and whole:  # no warning to switch off, which takes longer than dividing
            return part / whole
        with np.errstate(invalid="ignore"):
            return part / whole
    some = whole > 0
    one = ns.ones_like(whole)
    nan = ns.where(some, one, one * float("nan"))
    return part / ns.where(some, whole, one) * nan
