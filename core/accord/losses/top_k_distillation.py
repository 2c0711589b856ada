"""Distillation: how far a student is from its teacher, over the teacher's k best classes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from accord.backends.base import Array
from accord.credit.best_classes import best_classes
from accord.inputs import dtypes, options
from accord.inputs.batch import Batch
from accord.losses.inputs import (
    Reduction,
    above_zero,
    admit,
    logsumexp,
    one_k,
    reduced,
    refuse_option,
    without_inf,
)
from accord.shared_docs import documented

RESTS = ("other", "drop")
TIES = ("first", "last")


@documented
def top_k_distillation(
    teacher: Any,
    student: Array,
    k: int,
    *,
    temperature: float = 1.0,
    rest: Literal["other", "drop"] = "other",
    ties: Literal["first", "last"] = "first",
    mask: Any = None,
    sample_weight: Any = None,
    axis: int = -1,
    reduction: Reduction = "mean",
) -> Array:
    r"""Divergence of a student from its teacher over the teacher's k best classes.

    With p and q the probabilities of teacher and student, softmaxes of their logits divided by the
    temperature :math:`\tau`, and S the teacher's k best classes,

    .. math::
        L = \tau^2 \Bigl(\sum_{j \in S} p_j \log \frac{p_j}{q_j} + p_o \log \frac{p_o}{q_o}\Bigr)

    where :math:`p_o, q_o` are the probabilities of all other classes together. With
    ``rest="drop"`` that term is left out, and p and q are softmaxes over S alone. The factor keeps
    the size of gradients as the temperature changes. For ``k=C`` this is Hinton's distillation:
    PyTorch's ``KLDivLoss(reduction="batchmean")`` times :math:`\tau^2`.

    Parameters
    ----------
    teacher : array of float, shape (..., C)
        Logits; of a model that gives probabilities, their logarithms, -inf for 0. No gradient
        flows to it.
    student : array of float, shape (..., C)
        Logits of any framework with an adapter.
    k : int
        How many classes of the teacher count, 1 to C.
    temperature : float
        What logits are divided by, above 0.
    rest : {"other", "drop"}
        Whether the other classes are pooled into one, or dropped.
    ties : {"first", "last"}
        Which of the teacher's equal logits are among its k best: those of the lowest class index,
        or of the highest (R5).
    {entries}

    Returns
    -------
    array
        Of ``student``'s framework; float64 for float64 logits of the student, else float32, in
        which narrower ones are computed too. A sample without any entry is left out; the mean of no
        samples is NaN. With a NaN or ``inf`` among its logits, or with ``-inf`` for all of them, a
        sample's loss is NaN. A logit of ``-inf`` is a probability of 0: no term for the teacher,
        ``inf`` if the student alone has it.

    Raises
    ------
    ValueError
        If shapes differ, an option is unknown, k is not within 1 to C, the temperature is not
        above 0, or a bad weight can be read.
    TypeError
        If a dtype does not fit, or arrays are of two frameworks.

    References
    ----------
    Hinton, Vinyals, Dean: Distilling the knowledge in a neural network (2015), arXiv:1503.02531.

    Examples
    --------
    >>> import numpy as np
    >>> from accord.losses import top_k_distillation
    >>> teacher, student = np.log([[0.5, 0.3, 0.2]]), np.log([[0.2, 0.3, 0.5]])
    >>> round(float(top_k_distillation(teacher, student, k=1)), 4)  # of (.5, .5) and (.2, .8)
    0.2231
    >>> round(float(top_k_distillation(teacher, student, k=2, rest="drop")), 4)
    0.1027
    """
    refuse_option(reduction)
    options.one_of("rest", rest, RESTS)
    options.one_of("ties", ties, TIES)
    tau = above_zero(temperature)
    batch = admit(
        teacher,
        student,
        axis=axis,
        dense=True,
        sample_weight=sample_weight,
        mask=mask,
        names=("teacher", "student"),
    )
    ns = batch.ns
    if not dtypes.is_kind(ns, batch.truth, dtypes.FLOAT):
        raise TypeError(
            f"teacher has dtype {batch.truth.dtype}; it must hold logits as floats: of labels,"
            " use a loss that takes labels"
        )
    k = one_k(k, batch.classes, "student")
    (best,) = best_classes(replace(batch, scores=batch.truth), (k,), ties)
    losses = _divergence(batch, best, tau, rest)
    return reduced(batch, tau * tau * losses, reduction)


def _divergence(batch: Batch, best: Array, tau: float, rest: str) -> Array:
    """Return the Kullback-Leibler divergence of each sample."""
    ns, every = batch.ns, batch.candidates
    if every is None:
        every = best | ~best
    teacher = without_inf(ns, ns.astype(batch.truth, batch.scores.dtype, copy=False))
    sides = ns.where(every, teacher, ns.zeros_like(teacher)) / tau, batch.scores / tau
    normal = best if rest == "drop" else every
    norms = tuple(_norm(batch, side, normal) for side in sides)
    p, q = (side - norm[..., None] for side, norm in zip(sides, norms, strict=True))
    found = ns.sum(_terms(batch, p, q, best), axis=-1)
    if rest == "drop":
        return found
    others = every & ~best
    p, q = (_pooled(batch, side, others) - norm for side, norm in zip(sides, norms, strict=True))
    return found + _terms(batch, p, q, ns.any(others, axis=-1))


def _pooled(batch: Batch, logits: Array, there: Array) -> Array:
    """Return the logit of all classes that are there together."""
    return logsumexp(batch, logits, there & (logits != -float("inf")))


def _norm(batch: Batch, logits: Array, there: Array) -> Array:
    """Return what is taken from each logit; 0 for a sample of which the mask keeps nothing."""
    norm = _pooled(batch, logits, there)
    if batch.mask is None:
        return norm
    return batch.ns.where(batch.mask, norm, batch.ns.zeros_like(norm))


def _terms(batch: Batch, p: Array, q: Array, there: Array) -> Array:
    """Return ``p * log(p / q)`` from logarithms of both, 0 where p is 0."""
    ns = batch.ns
    nothing = ns.zeros_like(q)
    there = there & (p != -float("inf"))
    gap = ns.where(there, p, nothing) - ns.where(there, q, nothing)
    return ns.where(there, ns.exp(ns.where(there, p, nothing)), nothing) * gap
