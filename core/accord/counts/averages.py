"""Averages of counts, over samples and over classes (R15, R16)."""

from __future__ import annotations

from typing import Literal

import numpy as np

from accord.backends.base import Array, Backend, Namespace, answer
from accord.backends.registry import backend_of, load
from accord.inputs import options

Average = Literal["micro", "macro", "weighted", "none"] | None
AVERAGES: tuple[Average, ...] = ("micro", "macro", "weighted", "none", None)


def per_class(average: Average) -> bool:
    """Tell whether an average needs a tally by class, refusing unknown ones."""
    if average not in AVERAGES:
        options.one_of("average", average, AVERAGES)
    return average not in ("micro", "weighted")


def averaged(credit: Array, total: Array, invalid: Array, average: Average) -> Array:
    """Return credit over total, in the default float type of the counts' framework.

    A framework that lets NumPy count lets it divide, too: that is faster for a few numbers, and
    compiles nothing.
    """
    by_class = per_class(average)
    backend = backend_of(total)
    if backend.counts_in_numpy:
        views = [backend.host_view(each) for each in (credit, total, invalid)]
        if not any(view is None for view in views):
            numpy = load("numpy").backend
            share = _shares(*views, backend=numpy, average=average, by_class=by_class)
            return answer(backend, share, like=total)
    return _shares(credit, total, invalid, backend=backend, average=average, by_class=by_class)


def _shares(
    credit: Array,
    total: Array,
    invalid: Array,
    *,
    backend: Backend,
    average: Average,
    by_class: bool,
) -> Array:
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
    if has_classes and not by_class:
        credit, total = ns.sum(credit, axis=-1), ns.sum(total, axis=-1) + invalid
    if stacked and credit.ndim > total.ndim:  # k comes after the axes of the stack
        total = total[(*(slice(None),) * stacked, None, ...)]
    shares = ratio(ns, credit, total)
    if average == "macro":
        occurs = total > 0
        found = ns.where(occurs, shares, ns.zeros_like(shares))
        classes = ns.sum(ns.astype(occurs, dtypes.sum), axis=-1)
        shares = ratio(ns, ns.sum(found, axis=-1), classes)
    return shares if shares.dtype == dtypes.result else ns.astype(shares, dtypes.result)


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
