"""What the pages of the tools call a measure."""

from __future__ import annotations

from accord.measures.base import Measure
from accord.reporting.page import sentence_case


def measure_title(measure: Measure) -> str:
    """Return a measure as a title names it, with the rules that decide ties.

    Examples
    --------
    >>> import accord
    >>> from accord.verification.wording import measure_title
    >>> measure_title(accord.Multilabel("hamming"))
    'Multilabel accuracy, hamming, positive above 0.5'
    """
    title = sentence_case(measure.title)
    if criteria := measure.options().get("criteria"):
        title += f", {criteria.replace('_', ' ')}"
    if measure.label_kind in ("class", "dense"):
        return f"{title}, ties {measure.ties}"
    if measure.k is not None:
        return f"{title}, of the k best labels, ties {measure.ties}"
    border = "above" if measure.at_threshold == "negative" else "at or above"
    logits = ", scores are logits" if measure.from_logits else ""
    return f"{title}, positive {border} {measure.threshold:g}{logits}"


def has_k(measure: Measure) -> bool:
    """Tell whether the figures of a measure are by k."""
    return measure.k is not None
