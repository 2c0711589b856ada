"""Reports: the figures of an evaluation, for a terminal, a notebook, a file or a program."""

from accord.reporting.evaluate import evaluate
from accord.reporting.report import Report

__all__ = ["Report", "evaluate"]
