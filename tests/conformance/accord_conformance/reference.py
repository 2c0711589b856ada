"""The rules in plain Python, with sorting, sets and fractions; it shares no code with the core."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

Row = Sequence[Any]


def order(row: Row, prefer: Callable[[int], Any]) -> list[int]:
    """Return classes from best to worst: NaN first, then by value; ``prefer`` orders ties."""
    return sorted(
        range(len(row)),
        key=lambda j: (0, 0, prefer(j)) if math.isnan(row[j]) else (1, -row[j], prefer(j)),
    )


def credit(row: Row, label: int, k: int, ties: str) -> Fraction:
    """Return the credit of a sample at k (R5); 0 for a bad label or an own score of NaN."""
    if not 0 <= label < len(row) or math.isnan(row[label]):
        return Fraction(0)
    if ties == "expected":
        tied = [j for j in range(len(row)) if row[j] == row[label]]
        slots = [place for place, j in enumerate(order(row, int)) if j in tied]
        return Fraction(sum(place < k for place in slots), len(slots))
    prefer: dict[str, Callable[[int], Any]] = {
        "first": lambda j: j,
        "last": lambda j: -j,
        "optimistic": lambda j: j != label,
        "pessimistic": lambda j: j == label,
    }
    return Fraction(label in order(row, prefer[ties])[:k])


def standing(row: Row, label: int) -> tuple[int, int, int]:
    """Return the numbers of rivals ahead, tied before and tied after, found by sorting (R4)."""
    if not 0 <= label < len(row) or math.isnan(row[label]):
        return len(row), 0, 0
    ahead = order(row, lambda j: j != label).index(label)
    by_index = order(row, int).index(label)
    return ahead, by_index - ahead, order(row, lambda j: j == label).index(label) - by_index


def ranks(row: Row, label: int, ties: str) -> list[int]:
    """Return the ranks from 1 that a sample may have, equally likely; none if it is a miss (R26)."""
    if not 0 <= label < len(row) or math.isnan(row[label]):
        return []
    ahead, before, after = standing(row, label)
    return {
        "first": [1 + ahead + before],
        "last": [1 + ahead + after],
        "optimistic": [1 + ahead],
        "pessimistic": [1 + ahead + before + after],
        "expected": [1 + ahead + more for more in range(before + after + 1)],
    }[ties]


def rank_credit(row: Row, label: int, ties: str, worth: Callable[[int], float]) -> float:
    """Return the mean of what the ranks of a sample are worth (R26)."""
    found = [worth(rank) for rank in ranks(row, label, ties)]
    return sum(found) / len(found) if found else 0.0


def dense_label(row: Row) -> int:
    """Return the lowest index of the largest entry, or -1 if the row is an invalid label (R9)."""
    if any(math.isnan(value) for value in row) or max(row) <= 0:
        return -1
    return list(row).index(max(row))


def binary_credits(
    score: float, label: int, threshold: float, at: str
) -> tuple[Fraction, Fraction, Fraction]:
    """Return credit, floor and ceiling of a binary sample (R10)."""
    if label not in (0, 1) or math.isnan(score):
        return Fraction(0), Fraction(0), Fraction(0)
    if score == threshold:
        return Fraction((at == "positive") == bool(label)), Fraction(0), Fraction(1)
    right = Fraction((score > threshold) == bool(label))
    return right, right, right


def set_credit(predicted: set[int], true: set[int], labels: int, criteria: str) -> Fraction:
    """Return the credit of a predicted set (R11); for ``"hamming"``, the number of right labels."""
    union = predicted | true
    return Fraction(
        {
            "exact_match": predicted == true,
            "hamming": labels - len(predicted ^ true),
            "overlap": bool(predicted & true) or not union,
            "contain": predicted >= true,
            "belong": predicted <= true,
            "jaccard": Fraction(len(predicted & true), len(union)) if union else 1,
        }[criteria]
    )


def share(predicted: set[int], true: set[int], criteria: str) -> Fraction | None:
    """Return precision, recall or F1 of a predicted set, None where it is 0 / 0 (R27)."""
    part, whole = {
        "precision": (len(predicted & true), len(predicted)),
        "recall": (len(predicted & true), len(true)),
        "f1": (2 * len(predicted & true), len(predicted) + len(true)),
    }[criteria]
    return Fraction(part, whole) if whole else None


def threshold_sets(row: Row, threshold: float) -> list[set[int]]:
    """Return every possible predicted set, with some of the scores at the threshold; first: none."""
    sure = {j for j, score in enumerate(row) if score > threshold}
    at = [j for j, score in enumerate(row) if score == threshold]
    return [sure | set(some) for n in range(len(at) + 1) for some in itertools.combinations(at, n)]


def k_best_sets(row: Row, k: int) -> list[set[int]]:
    """Return every possible set of the k best labels, for all ways of breaking ties."""
    last = row[order(row, int)[k - 1]]
    sure = {j for j, score in enumerate(row) if score > last}
    at = [j for j, score in enumerate(row) if score == last]
    return [sure | set(some) for some in itertools.combinations(at, k - len(sure))]


def mean(credits_: Iterable[Fraction], weights: Iterable[Fraction]) -> float:
    """Return the weighted mean; NaN if there is no weight (R16)."""
    pairs = list(zip(credits_, weights, strict=True))
    whole = sum(weight for _, weight in pairs)
    return float(sum(part * weight for part, weight in pairs) / whole) if whole else math.nan


def by_class(
    credits_: Sequence[Fraction], weights: Sequence[Fraction], labels: Sequence[int], classes: int
) -> list[float]:
    """Return the accuracy of each class; NaN if it does not occur (R15)."""
    return [
        mean(
            [credit_ for credit_, label in zip(credits_, labels, strict=True) if label == c],
            [weight for weight, label in zip(weights, labels, strict=True) if label == c],
        )
        for c in range(classes)
    ]
