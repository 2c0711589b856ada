"""Collected by ``pytest --pyargs accord_conformance --adapter NAME``."""

from __future__ import annotations

from collections.abc import Callable


def test_the_chosen_adapter_keeps_the_law(check: Callable[[], None]) -> None:
    """The chosen adapter keeps every law in every mode it declares."""
    check()
