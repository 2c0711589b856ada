"""What the pages of the tools call a measure."""

from __future__ import annotations

from accord.measures import Binary, Multilabel, TopK, TopKCategorical
from accord.measures.base import Measure


def measure_title(measure: Measure) -> str:
    """Return a measure as a title names it, with the rules that decide ties.

    Examples
    --------
    >>> import accord
    >>> from accord.verification.wording import measure_title
    >>> measure_title(accord.Multilabel("hamming"))
    'Multilabel accuracy, hamming, positive above 0.5'
    """
    if isinstance(measure, Multilabel):
        criterion = measure.criteria.replace("_", " ")
        if measure.k is not None:
            return f"Multilabel accuracy, {criterion}, of the k best labels, ties {measure.ties}"
        return f"Multilabel accuracy, {criterion}, {_threshold(measure)}"
    if isinstance(measure, Binary):
        return f"Binary accuracy, {_threshold(measure)}"
    name = "Top-k" if isinstance(measure, TopK) else "Categorical"
    ties = f", ties {measure.ties}" if isinstance(measure, (TopK, TopKCategorical)) else ""
    return f"{name} accuracy{ties}"


def has_k(measure: Measure) -> bool:
    """Tell whether the figures of a measure are by k."""
    return getattr(measure, "k", None) is not None


def _threshold(measure: Binary | Multilabel) -> str:
    border = "above" if measure.at_threshold == "negative" else "at or above"
    logits = ", scores are logits" if measure.from_logits else ""
    return f"positive {border} {measure.threshold:g}{logits}"
