"""Stops AutoGraph from rewriting accord, whose control flow never depends on a tensor."""

from __future__ import annotations

import contextlib


def leave_alone(*packages: str) -> None:
    """Make AutoGraph call the functions of some packages without rewriting them.

    TensorFlow has no public way to do this for a package. If the private one is missing, nothing
    breaks: tracing takes longer, and TensorFlow logs functions whose source it could not read.
    """
    with contextlib.suppress(ImportError, AttributeError):
        from tensorflow.python.autograph.core import config

        rules = [config.DoNotConvert(package) for package in packages]
        config.CONVERSION_RULES = (*rules, *config.CONVERSION_RULES)
