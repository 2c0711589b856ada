"""Losses in the style of optax: logits first, ``where`` for a mask, and one loss for each sample.

`accord.losses` itself runs under ``jit``, ``vmap`` and ``grad`` too; these only change the order and
names of the arguments.
"""

from __future__ import annotations

from typing import Literal

import jax

from accord import losses


def list_mle_loss(
    logits: jax.Array,
    relevance: jax.Array,
    *,
    k: int | None = None,
    ties: Literal["first", "bound"] = "first",
    where: jax.Array | None = None,
    axis: int = -1,
) -> jax.Array:
    """Negative log-likelihood of the order by falling relevance, for each sample.

    Parameters
    ----------
    logits, relevance, k, ties, axis
        As `accord.losses.list_mle` takes them, the logits first.
    where : array of bool, optional
        The entries that take part, of the shape of ``logits``.

    Returns
    -------
    array
        Of the shape of ``logits`` without its class axis.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from accord_jax.losses import list_mle_loss
    >>> logits = jnp.log(jnp.array([[3.0, 1.0, 4.0]]))
    >>> round(float(list_mle_loss(logits, jnp.array([[2, 0, 1]]))[0]), 4)
    1.204
    """
    found: jax.Array = losses.list_mle(
        relevance, logits, k=k, ties=ties, mask=where, axis=axis, reduction="none"
    )
    return found


def smooth_top_k_loss(
    logits: jax.Array,
    labels: jax.Array,
    k: int,
    *,
    temperature: float = 1.0,
    where: jax.Array | None = None,
    axis: int = -1,
) -> jax.Array:
    """Smooth surrogate of the top-k error, for each sample.

    Parameters
    ----------
    logits, labels, k, temperature, axis
        As `accord.losses.smooth_top_k` takes them, the logits first.
    where : array of bool, optional
        The entries that take part, of the shape of ``logits``.

    Returns
    -------
    array
        Of the shape of ``labels``.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from accord_jax.losses import smooth_top_k_loss
    >>> logits = jnp.array([[4.0, 2.0, 1.0, 0.0]])
    >>> round(float(smooth_top_k_loss(logits, jnp.array([1]), 2)[0]), 4)
    1.1359
    """
    found: jax.Array = losses.smooth_top_k(
        labels, logits, k, temperature=temperature, mask=where, axis=axis, reduction="none"
    )
    return found


def top_k_distillation_loss(
    logits: jax.Array,
    teacher: jax.Array,
    k: int,
    *,
    temperature: float = 1.0,
    rest: Literal["other", "drop"] = "other",
    ties: Literal["first", "last"] = "first",
    where: jax.Array | None = None,
    axis: int = -1,
) -> jax.Array:
    """Divergence of a student from its teacher over the teacher's k best classes, for each sample.

    Parameters
    ----------
    logits, teacher, k, temperature, rest, ties, axis
        As `accord.losses.top_k_distillation` takes them, the student's logits first.
    where : array of bool, optional
        The entries that take part, of the shape of ``logits``.

    Returns
    -------
    array
        Of the shape of ``logits`` without its class axis.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from accord_jax.losses import top_k_distillation_loss
    >>> student, teacher = jnp.log(jnp.array([[[0.2, 0.3, 0.5]], [[0.5, 0.3, 0.2]]]))
    >>> round(float(top_k_distillation_loss(student, teacher, 1)[0]), 4)
    0.2231
    """
    found: jax.Array = losses.top_k_distillation(
        teacher,
        logits,
        k,
        temperature=temperature,
        rest=rest,
        ties=ties,
        mask=where,
        axis=axis,
        reduction="none",
    )
    return found
