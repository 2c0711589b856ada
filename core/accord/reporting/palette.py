"""The colours of pages and charts, each for a light and for a dark page."""

from __future__ import annotations

from typing import NamedTuple


class Colour(NamedTuple):
    """One colour; no two of `COLOURS` have the same ``light``, by which an SVG names them."""

    light: str
    dark: str


COLOURS = {
    "ground": Colour("#fbfbf9", "#15171a"),
    "ink": Colour("#1c1e21", "#e8e8e4"),
    "faint": Colour("#6a6f76", "#9aa0a8"),
    "line": Colour("#dcdcd6", "#33373d"),
    "card": Colour("#ffffff", "#1c1f23"),
    "good": Colour("#1a7f4b", "#6fd19c"),
    "good-ground": Colour("#e3f4ea", "#17382a"),
    "bad": Colour("#b3261e", "#ff9a90"),
    "bad-ground": Colour("#fbe5e3", "#48201d"),
    "warn": Colour("#8a5a00", "#f0c674"),
    "warn-ground": Colour("#fbf0d9", "#3b3019"),
    "none-ground": Colour("#ecece7", "#2a2d32"),
    "one": Colour("#2b5fb8", "#82aef5"),
    "two": Colour("#b2560d", "#f0a468"),
    "three": Colour("#6b46a8", "#bda2f0"),
    "four": Colour("#17766e", "#68c9be"),
}

SERIES = ("one", "two", "three", "four")
"""The colours of lines, in order."""


def light(name: str) -> str:
    """Return a colour of the light page, by its name."""
    return COLOURS[name].light
