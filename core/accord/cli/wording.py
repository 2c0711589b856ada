"""What the core says, in words of the command line: its options and files, not Python's names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from accord.cli.kinds import KINDS

_OPTIONS = (
    *("measure", "average", "ties", "threshold", "at_threshold", "criteria", "ignore_index"),
    *("axis", "tolerance", "seconds", "per_class", "from_logits"),
)
_ARRAYS = (
    *("y_true", "y_score", "scores_a", "scores_b", "mask", "sample_weight"),
    *("candidates", "groups"),
)

_SIMPLE: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"(?<![\w.-])k='all'", "-k all"),
    (r"k=range\(1, 6\)", "-k 1,2,3,4,5"),
    (r"k=\((\d[\d, ]*?),?\)", lambda found: "-k " + found[1].replace(" ", "")),
    (r"(?<![\w.-])k=(-?\d+)", r"-k \1"),
    (r"\bpass k between", "pass -k between"),
    (r"from_logits=False", "no --from-logits"),
    (r"(from_logits|per_class)=True", lambda found: _option(found[1])),
    (r"is (-?\d+)(, outside .*)pass it as ignore_index", r"is \1\2pass --ignore-index \1"),
    (r"ignore_index=(-?\d+)", r"--ignore-index \1"),
    (r"pass it as ignore_index", "pass it as --ignore-index"),
    (r"pass a Python float", "pass a number"),
    (r" \(pythons=\)", ""),
)


def in_options(text: str, names: Mapping[str, str]) -> str:
    """Return a message of the core in words of the command line.

    Parameters
    ----------
    text : str
        What the core says.
    names : mapping
        What the user calls each array: an option or a file.

    Examples
    --------
    >>> from accord.cli.wording import in_options
    >>> in_options("y_true[4] is 8, outside 0..7; pass ignore_index=8", {"y_true": "labels.npy"})
    'labels.npy[4] is 8, outside 0..7; pass --ignore-index 8'
    """
    for pattern, words in _SIMPLE:
        text = re.sub(pattern, words, text)
    for measure, kind in KINDS.items():
        for other in kind.in_python:
            text = re.sub(rf"\b(accord\.)?{other}(\(\))?(?![\w(])", f"--measure {measure}", text)
    for option in _OPTIONS:
        text = re.sub(rf"(?<![\w-]){option}=", f"{_option(option)} ", text)
        text = re.sub(rf"^{option}(?= needs\b)", _option(option), text)
    for array in _ARRAYS:
        called = names.get(array, _option(array))
        text = re.sub(rf"(?<![\w-]){array}\b", called.replace("\\", r"\\"), text)
    return text


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")
