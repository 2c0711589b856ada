"""Keeps AutoGraph from rewriting accord, whose control flow depends on no tensor of a graph."""

from __future__ import annotations

import contextlib


def leave_alone(*packages: str) -> None:
    """Have AutoGraph call the functions of some packages as they are.

    There is no public way to say so of a package. Where this one is missing nothing breaks:
    tracing takes longer, and TensorFlow logs the functions whose source it could not read.
    """
    with contextlib.suppress(ImportError, AttributeError):
        from tensorflow.python.autograph.core import config  # noqa: PLC0415  # what may be missing

        rules = [config.DoNotConvert(package) for package in packages]
        config.CONVERSION_RULES = (*rules, *config.CONVERSION_RULES)
