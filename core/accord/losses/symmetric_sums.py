"""Elementary symmetric polynomials on logarithms, by divide and conquer."""

from __future__ import annotations

from accord.backends.base import Array, device_of
from accord.inputs.batch import Batch
from accord.losses.inputs import FAR, number


def log_symmetric_sums(batch: Batch, logs: Array, k: int) -> Array:
    """Return the logarithms of the sums of degree 0 to k of each row.

    The sum of degree d is over all sets of d entries, of the product of their exps: the coefficient
    of ``z**d`` in the product of all ``1 + exp(logs) * z``. An entry of `FAR` is in no set; where a
    set needs n of them, the sum is about ``n * FAR``. No term is negative, so nothing cancels, in
    gradients either.

    Parameters
    ----------
    logs : array of float, shape (..., C)
        Logarithms of the entries.

    Returns
    -------
    array of float, shape (k + 1, ...)
        The degree is the first axis, so that each step works on long rows.
    """
    ns = batch.ns
    factors = ns.stack([ns.zeros_like(logs), logs], axis=0)  # coefficients, ..., factors
    while factors.shape[-1] > 1:
        if factors.shape[-1] % 2:
            degree = ns.arange(factors.shape[0], dtype=factors.dtype, device=device_of(factors))
            degree = ns.reshape(degree, (-1, *(1,) * (factors.ndim - 1)))
            one = ns.zeros_like(factors[..., :1]) + degree * FAR  # the polynomial 1
            factors = ns.concat([factors, one], axis=-1)
        half = factors.shape[-1] // 2
        factors = _products(batch, factors[..., :half], factors[..., half:], k)
    return factors[: k + 1, ..., 0]


def _products(batch: Batch, one: Array, other: Array, k: int) -> Array:
    """Multiply polynomials pair by pair, to degree k: sums of products, as logs of sums of exps."""
    ns = batch.ns
    width, *rest = one.shape
    terms = one[:, None, ...] + other[None, ...]
    # Rows of 2 * width, read as rows of one less, are each shifted by one: what has one degree
    # is then below each other.
    nothing = ns.zeros_like(terms) + number(ns, terms, -float("inf"))
    wide = ns.reshape(ns.concat([terms, nothing], axis=1), (2 * width * width, *rest))
    skew = ns.reshape(wide[:-width, ...], (width, 2 * width - 1, *rest))
    skew = skew[:, : min(k + 1, 2 * width - 1), ...]
    most = batch.backend.constant(ns.max(skew, axis=0))
    return ns.log(ns.sum(ns.exp(skew - most[None, ...]), axis=0)) + most
