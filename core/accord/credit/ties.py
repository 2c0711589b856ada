"""Tie rules: who wins among equal scores (R5)."""

from __future__ import annotations

from typing import Literal, get_args

Ties = Literal["first", "last", "optimistic", "pessimistic", "expected"]
RULES: tuple[Ties, ...] = get_args(Ties)

# Whether ties before, and ties after, the label count as ahead of it. "expected" is the mean over
# all orders instead.
AHEAD: dict[str, tuple[int, int]] = {
    "first": (1, 0),
    "last": (0, 1),
    "optimistic": (0, 0),
    "pessimistic": (1, 1),
}
