"""The conformance laws of accord, which prove that an adapter computes what the rules say.

There are three ways to run the laws: the test suite of accord; ``pytest --pyargs accord_conformance
--adapter NAME`` wherever accord is installed; and `parametrize` in an adapter's own test file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accord_conformance.doors import parametrize
    from accord_conformance.law import Law
    from accord_conformance.laws import LAWS
    from accord_conformance.subject import Subject

__all__ = ["LAWS", "Law", "Subject", "parametrize"]

_HOMES = {"LAWS": "laws", "Law": "law", "Subject": "subject", "parametrize": "doors"}


def __getattr__(name: str) -> Any:
    """Load a public name on first use: pytest imports this package for its plugin."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """List the public names, including those that are not loaded yet."""
    return sorted({*globals(), *__all__})
