"""The smooth surrogate of the top-k error, by sums over subsets that are never written out."""

from __future__ import annotations

from typing import Any

from accord.backends.base import Array, indices
from accord.inputs.batch import Batch
from accord.inputs.labels import class_labels
from accord.losses.inputs import (
    FAR,
    Reduction,
    above_zero,
    admit,
    centred,
    number,
    one_k,
    reduced,
    refuse_option,
    taking_part,
)
from accord.losses.symmetric_sums import log_symmetric_sums
from accord.shared_docs import documented


@documented
def smooth_top_k(
    y_true: Any,
    y_score: Array,
    k: int,
    *,
    temperature: float = 1.0,
    mask: Any = None,
    sample_weight: Any = None,
    axis: int = -1,
    reduction: Reduction = "mean",
) -> Array:
    r"""Smooth surrogate of the top-k error (Berrada, Zisserman, Kumar 2018).

    Over the sets Y of k classes, with :math:`\Delta = 1` where the true class y is not in Y, else 0,

    .. math::
        L = \tau \log \sum_{Y} \exp\frac{\Delta + \frac1k \sum_{j \in Y} s_j}{\tau}
        - \tau \log \sum_{Y \ni y} \exp\frac{\frac1k \sum_{j \in Y} s_j}{\tau}

    With :math:`e_j = \exp(s_j / k\tau)` and :math:`\sigma_d` the sum over sets of d of the other
    classes of the product of their :math:`e_j`, this is

    .. math:: L = \tau \log\Bigl(1 + \frac{e^{1/\tau} \sigma_k}{e_y \sigma_{k-1}}\Bigr)

    The sums are coefficients of the product of all :math:`1 + e_j z`, which is multiplied pair by
    pair, on logarithms, in O(k C) steps. As the temperature falls, the loss tends to the hinge
    :math:`\max(0, 1 + (s_{[k]} - s_y) / k)`, where :math:`s_{[k]}` is the k-th largest of the
    others.

    Parameters
    ----------
    y_true : array of int, shape (...)
        True classes, 0 to C - 1, that take part in their samples.
    y_score : array of float, shape (..., C)
        Logits of any framework with an adapter.
    k : int
        How many classes may count, 1 to C. If no more than k take part, the loss is 0.
    temperature : float
        How smooth the loss is, above 0.
    {entries}

    Returns
    -------
    array
        Of ``y_score``'s framework; float64 for float64 scores, else float32, in which narrower
        ones are computed too. A sample without any entry is left out; the mean of no samples is
        NaN. With a NaN or ``inf`` among its logits a sample's loss is NaN. A class with ``-inf``
        is in no set; if it is the true class the loss is ``inf``.

    Raises
    ------
    ValueError
        If shapes differ, an option is unknown, k is not within 1 to C, the temperature is not
        above 0, or a bad label or weight can be read. Where it can't, a bad label makes the loss
        of its sample NaN.
    TypeError
        If a dtype does not fit, or arrays are of two frameworks.

    References
    ----------
    Berrada, Zisserman, Kumar: Smooth loss functions for deep top-k classification (ICLR 2018),
    arXiv:1802.07595.

    Examples
    --------
    >>> import numpy as np
    >>> from accord.losses import smooth_top_k
    >>> scores = np.array([[4.0, 2.0, 1.0, 0.0]])
    >>> round(float(smooth_top_k([1], scores, k=2)), 4)
    1.1359
    >>> float(smooth_top_k([1], scores, k=2, temperature=0.01))  # the hinge: 1 + (1 - 2) / 2
    0.5
    """
    refuse_option(reduction)
    tau = above_zero(temperature)
    batch = admit(y_true, y_score, axis=axis, dense=False, sample_weight=sample_weight, mask=mask)
    k = one_k(k, batch.classes)
    label, bad = _labels(batch)
    losses = _losses(batch, label, k, tau)
    return reduced(batch, losses, reduction, bad)


def _labels(batch: Batch) -> tuple[Array, Array | None]:
    """Return the true classes, and which samples have a bad one that could not be refused."""
    label, valid, kept, _ = class_labels(batch, None, ignorable=False)
    if batch.candidates is not None:
        out = ~batch.ns.take_along_axis(batch.candidates, label[..., None], axis=-1)[..., 0]
        out = out if kept.keep is None else out & kept.keep
        out = out if valid is None else out & valid
        allowed = "a class that the mask leaves out; keep it, or pass sample_weight with 0 for it"
        if not batch.refuse_any(out, "y_true", batch.truth, allowed):
            valid = ~out if valid is None else valid & ~out
    return label, None if valid is None else ~valid


def _losses(batch: Batch, label: Array, k: int, tau: float) -> Array:
    ns = batch.ns
    there = taking_part(batch)
    logs = centred(batch, there) / (k * tau)
    mine = indices(ns, label, batch.classes) == label[..., None]
    own = ns.sum(ns.where(mine, logs, ns.zeros_like(logs)), axis=-1)
    others = ns.where(there & ~mine, logs, number(ns, logs, FAR))
    sums = log_symmetric_sums(batch, others, k)
    odds = 1 / tau + sums[k, ...] - sums[k - 1, ...] - own
    above = odds > 0
    high = ns.where(above, odds, ns.zeros_like(odds))
    return tau * (high + ns.log1p(ns.exp(ns.where(above, -odds, odds))))
