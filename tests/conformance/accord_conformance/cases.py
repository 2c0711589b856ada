"""Rows with their hits written out for each label: the worked rows of the rules, and more."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import inf, nan
from typing import Any

third, half = Fraction(1, 3), Fraction(1, 2)


@dataclass(frozen=True)
class Case:
    """One row of six scores, tried with each of its classes as the label.

    ``hits`` has a string for each tie rule, with one character per label: 1 is a hit. ``expected``
    holds the credits under ``"expected"``.
    """

    name: str
    rule: str
    scores: tuple[Any, ...]
    k: int
    hits: dict[str, str] = field(hash=False)
    expected: tuple[Fraction | int, ...]
    dtype: str | None = None


def _hits(first: str, last: str, optimistic: str, pessimistic: str) -> dict[str, str]:
    return {
        "first": first,
        "last": last,
        "optimistic": optimistic,
        "pessimistic": pessimistic,
    }


def _no_ties(hits: str) -> dict[str, str]:
    return _hits(hits, hits, hits, hits)


CASES = (
    Case(
        "six equal scores",
        "R5",
        (0.25,) * 6,
        2,
        _hits("110000", "000011", "111111", "000000"),
        (third,) * 6,
    ),
    Case(
        "a winner and a tie at the boundary",
        "R5",
        (0.5, 0.2, 0.2, 0.2, 0.1, 0.1),
        2,
        _hits("110000", "100100", "111100", "100000"),
        (1, third, third, third, 0, 0),
    ),
    Case(
        "two equal best",
        "R5",
        (0.4, 0.4, 0.1, 0.05, 0.05, 0),
        1,
        _hits("100000", "010000", "110000", "000000"),
        (half, half, 0, 0, 0, 0),
    ),
    Case(
        "a tie that fits below k",
        "R5",
        (0.4, 0.4, 0.1, 0.05, 0.05, 0),
        2,
        _no_ties("110000"),
        (1, 1, 0, 0, 0, 0),
    ),
    Case(
        "a NaN outranks every number and is no hit itself",
        "R2 R4",
        (nan, 0.5, 0.3, 0.2, 0.1, 0),
        2,
        _no_ties("010000"),
        (0, 1, 0, 0, 0, 0),
    ),
    Case("NaN everywhere", "R4", (nan,) * 6, 6, _no_ties("000000"), (0,) * 6),
    Case(
        "two NaN fill the first two places",
        "R2 R4",
        (0.1, nan, 0.5, nan, 0.5, -inf),
        3,
        _hits("001000", "000010", "001010", "000000"),
        (0, 0, half, 0, half, 0),
    ),
    Case(
        "infinities are ordinary extremes",
        "R2",
        (inf, 0.5, inf, 0.1, 0, 0),
        1,
        _hits("100000", "001000", "101000", "000000"),
        (half, 0, half, 0, 0, 0),
    ),
    Case(
        "minus infinity ties with itself only",
        "R2",
        (-inf, -inf, -3e38, 0, 1, inf),
        4,
        _no_ties("001111"),
        (0, 0, 1, 1, 1, 1),
    ),
    Case(
        "zeros of both signs are equal",
        "R2",
        (0.0, -0.0, -1, -1, -2, -3),
        1,
        _hits("100000", "010000", "110000", "000000"),
        (half, half, 0, 0, 0, 0),
    ),
    Case(
        "a zero of negative sign is above a negative number",
        "R2",
        (-1e-30, -0.0, -1, -2, -3, -4),
        1,
        _no_ties("010000"),
        (0, 1, 0, 0, 0, 0),
    ),
    Case(
        "a subnormal is above zero",
        "R2",
        (1e-45, 0, 0, 0, 0, 0),
        1,
        _no_ties("100000"),
        (1, 0, 0, 0, 0, 0),
    ),
    Case(
        "subnormals are distinct values",
        "R2",
        (-1e-45, 4e-45, 3e-45, 1e-45, 0, -4e-45),
        3,
        _no_ties("011100"),
        (0, 1, 1, 1, 0, 0),
    ),
    Case(
        "every k up to C is allowed",
        "R6",
        (0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
        6,
        _no_ties("111111"),
        (1,) * 6,
    ),
    Case(
        "scores far from probabilities",
        "R1",
        (-1e30, 1e30, -7, 12, 12, 0),
        2,
        _hits("010100", "010010", "010110", "010000"),
        (0, 1, 0, half, half, 0),
    ),
    Case(
        "integers",
        "R1",
        (3, -7, 3, 9, 0, 9),
        3,
        _hits("100101", "001101", "101101", "000101"),
        (half, 0, half, 1, 0, 1),
        dtype="int32",
    ),
    Case(
        "bools",
        "R1",
        (True, False, True, False, False, False),
        1,
        _hits("100000", "001000", "101000", "000000"),
        (half, 0, half, 0, 0, 0),
        dtype="bool",
    ),
    Case(
        "half precision ties what it can't tell apart",
        "R1",
        (2048, 2049, 2050, 1, 0, -1),
        1,
        _no_ties("001000"),
        (0, 0, 1, 0, 0, 0),
        dtype="float16",
    ),
)
