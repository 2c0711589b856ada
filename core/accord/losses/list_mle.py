"""ListMLE: how likely the order by relevance is, in the Plackett-Luce model."""

from __future__ import annotations

from typing import Any, Literal

from accord.backends.base import Array, device_of
from accord.inputs import options
from accord.inputs.batch import Batch
from accord.inputs.dtypes import FLOAT, is_kind
from accord.inputs.labels import as_number
from accord.losses.inputs import (
    FAR,
    Reduction,
    admit,
    centred,
    number,
    one_k,
    reduced,
    refuse_option,
    taking_part,
)
from accord.shared_docs import documented

TIES = ("first", "bound")


@documented
def list_mle(
    relevance: Any,
    y_score: Array,
    *,
    k: int | None = None,
    ties: Literal["first", "bound"] = "first",
    mask: Any = None,
    sample_weight: Any = None,
    axis: int = -1,
    reduction: Reduction = "mean",
) -> Array:
    r"""Negative log-likelihood of the order by falling relevance, in the Plackett-Luce model.

    With :math:`\pi` the order of a sample's C entries by falling relevance,

    .. math:: L = \sum_{i=1}^{k} \Bigl(\log \sum_{j=i}^{C} e^{s_{\pi(j)}} - s_{\pi(i)}\Bigr)

    For one true class (a one-hot row) and ``k=1`` this is the cross-entropy of a softmax.

    Parameters
    ----------
    relevance : array of real, shape (..., C)
        Only its order within a row matters. Finite where the mask keeps an entry.
    y_score : array of float, shape (..., C)
        Logits of any framework with an adapter.
    k : int, optional
        How many of the first places count, 1 to C; by default all.
    ties : {"first", "bound"}
        Of equal relevance: ``"first"`` orders by class index. With ``"bound"`` all share one place:
        each has the sum that holds the whole group, as in Breslow's approximation of Cox'
        likelihood. It counts if fewer than k entries are more relevant. The loss is then at least
        that of every order of the ties.
    {entries}

    Returns
    -------
    array
        Of ``y_score``'s framework; float64 for float64 scores, else float32, in which narrower
        ones are computed too. A sample without any entry is left out; the mean of no samples is
        NaN. With a NaN or ``inf`` among its logits a sample's loss is NaN; with ``-inf`` at a place
        that counts it is ``inf``.

    Raises
    ------
    ValueError
        If shapes differ, an option is unknown, k is not within 1 to C, or a bad relevance or
        weight can be read. Where it can't, a bad relevance makes the loss of its sample NaN.
    TypeError
        If a dtype does not fit, or arrays are of two frameworks.

    References
    ----------
    Xia, Liu, Wang, Zhang, Li: Listwise approach to learning to rank (ICML 2008). Plackett: The
    analysis of permutations (1975). Breslow: Covariance analysis of censored survival data (1974).

    Examples
    --------
    >>> import numpy as np
    >>> from accord.losses import list_mle
    >>> scores = np.log([[3.0, 1.0, 4.0]])
    >>> round(float(list_mle([[2, 0, 1]], scores)), 4)  # -log(3/8 * 4/5)
    1.204
    >>> round(float(list_mle([[1, 0, 0]], scores, k=1)), 4)  # -log(3/8), the cross-entropy
    0.9808
    """
    refuse_option(reduction)
    options.one_of("ties", ties, TIES)
    batch = admit(
        relevance,
        y_score,
        axis=axis,
        dense=True,
        sample_weight=sample_weight,
        mask=mask,
        names=("relevance", "y_score"),
    )
    if k is not None:
        k = one_k(k, batch.classes)
    last = axis in (-1, batch.scores.ndim - 1)
    key, bad = _falling(batch, "relevance" if last else f"numpy.moveaxis(relevance, {axis}, -1)")
    losses = _losses(batch, key, batch.classes if k is None else k, ties)
    return reduced(batch, losses, reduction, bad)


def _falling(batch: Batch, name: str) -> tuple[Array, Array | None]:
    """Return what rises as relevance falls, masked entries last, and which rows have a bad one.

    Messages call the relevance, whose class axis is last here, by ``name``.
    """
    ns, bad = batch.ns, None
    relevance = as_number(batch, batch.truth)
    if is_kind(ns, relevance, FLOAT):
        wrong = ~ns.isfinite(relevance)
        if batch.candidates is not None:
            wrong = wrong & batch.candidates
        allowed = "which has no order; pass finite numbers, or leave the entry out by mask"
        if not batch.refuse_any(wrong, name, batch.truth, allowed):
            relevance = ns.where(wrong, ns.zeros_like(relevance), relevance)
            bad = ns.any(wrong, axis=-1)
    else:
        relevance = ns.astype(relevance, batch.numbers.count)
    key = -batch.backend.sort_key(relevance)
    if batch.candidates is not None:
        whole = not is_kind(ns, key, FLOAT)
        last = int(ns.iinfo(key.dtype).max) if whole else float("inf")
        key = ns.where(batch.candidates, key, ns.asarray(last, dtype=key.dtype))
    return key, bad


def _losses(batch: Batch, key: Array, k: int, ties: str) -> Array:
    """Sum over the first k places what their entries cost."""
    ns, backend = batch.ns, batch.backend
    order = ns.argsort(key, axis=-1, stable=True)
    there = taking_part(batch)
    scores = centred(batch, there)
    far = ns.where(there, scores, number(ns, scores, FAR))
    rest = backend.suffix_logsumexp(ns.take_along_axis(far, order, axis=-1))
    place = ns.arange(batch.classes, dtype=order.dtype, device=device_of(order))
    if ties == "bound":
        place = _shared(batch, ns.take_along_axis(key, order, axis=-1), place)
        rest = ns.take_along_axis(rest, place, axis=-1)
    cost = rest - ns.take_along_axis(scores, order, axis=-1)
    counted = place < k
    if batch.candidates is not None:
        counted = counted & ns.take_along_axis(batch.candidates, order, axis=-1)
    return ns.sum(ns.where(counted, cost, ns.zeros_like(cost)), axis=-1)


def _shared(batch: Batch, key: Array, place: Array) -> Array:
    """Return the first place of each group of equal keys, for keys in rising order."""
    ns = batch.ns
    new = key[..., 1:] != key[..., :-1]
    new = ns.concat([ns.ones_like(key[..., :1]) == 1, new], axis=-1)
    starts = ns.argsort(ns.astype(~new, ns.int32), axis=-1, stable=True)  # those of groups first
    group = ns.cumulative_sum(ns.astype(new, place.dtype), axis=-1) - 1
    return ns.take_along_axis(starts, group, axis=-1)
