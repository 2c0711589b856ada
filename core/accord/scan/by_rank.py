"""Sums by rank, as the scan counts them, to the credit at many k (R6)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def credit_at_each_k(
    sums: Floats, cuts: npt.NDArray[np.int64], worth: Floats | None, *, mean: bool
) -> Floats:
    """Return credit at each k under the rule, with all ties lost, with all won.

    Parameters
    ----------
    sums : array of shape (3R, G)
        What samples add at each of R ranks: under the rule, with all ties lost, with all won. It is
        overwritten.
    cuts : array of int
        Every k; empty for all from 1 to R.
    worth : array or None
        What each rank is worth; None where it is 1.
    mean : bool
        Whether the rule is the mean over all orders. Sums under the rule are then the changes from
        one rank to the next.

    Returns
    -------
    array of shape (3K, G)
    """
    by_rank = sums.reshape(3, -1, sums.shape[-1])
    if mean:
        np.cumsum(by_rank[0], axis=0, out=by_rank[0])
    if worth is not None:
        by_rank *= worth[: by_rank.shape[1], None]
    np.cumsum(by_rank, axis=1, out=by_rank)
    if mean:  # exact where ties decide nothing, whatever was rounded on the way
        np.clip(by_rank[0], by_rank[1], by_rank[2], out=by_rank[0])
    at_k = by_rank[:, cuts - 1] if cuts.size else by_rank
    return at_k.reshape(-1, sums.shape[-1])
