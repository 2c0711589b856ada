"""The modules of this folder that need a library which accord does not require."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_PACKAGES = {"jinja2": "Jinja2", "matplotlib": "matplotlib"}


def load(module: str, purpose: str) -> Any:
    """Import a module of `accord.reporting` whose library may be missing.

    Parameters
    ----------
    module : str
        The name of the module in this folder.
    purpose : str
        What the library is needed for; the error begins with it.

    Raises
    ------
    ModuleNotFoundError
        If Jinja2 or matplotlib is missing; the message says how to install it.

    Examples
    --------
    >>> from accord.reporting.extra import load
    >>> load("html", "a web page").__name__
    'accord.reporting.html'
    """
    try:
        return import_module(f"accord.reporting.{module}")
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _PACKAGES:
            raise
        raise ModuleNotFoundError(
            f'{purpose} needs {_PACKAGES[missing]}; run pip install "accord[report]"',
            name=missing,
        ) from None
