"""How sure a share of samples is."""

from __future__ import annotations

import functools
import math
from statistics import NormalDist


@functools.cache
def _deviations(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson(correct: float, total: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval of a share.

    Parameters
    ----------
    correct, total : float
        How many of how many; ``total`` is above zero.
    confidence : float
        How often intervals so made hold the true share.

    Returns
    -------
    tuple of float
        The lower and the upper end, within [0, 1].

    Notes
    -----
    It is made for independent samples that are hits or misses, so not for weights, and not for
    credit in fractions, as the tie rule ``"expected"`` gives.

    Examples
    --------
    >>> from accord.reporting.intervals import wilson
    >>> [round(end, 4) for end in wilson(9, 10)]
    [0.5958, 0.9821]
    """
    z = _deviations(confidence)
    share, pull = correct / total, z * z / total
    middle = (share + pull / 2) / (1 + pull)
    reach = z * math.sqrt(share * (1 - share) / total + pull / total / 4) / (1 + pull)
    # The ends are exact for none and for all, where rounding would leave a trace beside 0 or 1.
    low = middle - reach if correct > 0 else 0.0
    high = middle + reach if correct < total else 1.0
    return low, high
