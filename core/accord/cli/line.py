"""Reading a command line: several k, and options that would replace each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from typer.core import TyperCommand

from accord.cli.files import MisfitError
from accord.cli.refusals import refusals

_NUMBERS = re.compile(r"\d+(,\d+)*,?")
_K = re.compile(r"-k\d+(,\d+)*,?")


class Command(TyperCommand):
    """A command that takes ``-k 1 3``, and refuses an option that would replace an earlier one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words of the command line, in a context of typer's.

        Raises
        ------
        typer.Exit
            With status 2, after one line on stderr, if a word would be lost.
        """
        with refusals():
            args = joined(args)
            _, _, order = self.make_parser(ctx).parse_args(args=list(args))
            _refuse_twice(order)
        return super().parse_args(ctx, args)


def joined(words: Sequence[str]) -> list[str]:
    """Return the words with the numbers that follow a ``-k`` in one, as in ``-k 1,3``.

    Raises
    ------
    MisfitError
        If one of the numbers is a file too.

    Examples
    --------
    >>> from accord.cli.line import joined
    >>> joined(["-k", "1", "3", "scores.npz"])
    ['-k', '1,3', 'scores.npz']
    """
    found: list[str] = []
    joins = False  # whether the last word found is a list of k
    for at, word in enumerate(words):
        if word == "--":
            return [*found, *words[at:]]
        number = _NUMBERS.fullmatch(word) is not None
        if number and joins:
            before = found[-1].rstrip(",")
            if Path(word).exists():
                raise MisfitError(
                    f"{word} after -k may be a number or the file of that name;"
                    f" pass -k {before.removeprefix('-k')},{word}, or ./{word}"
                )
            found[-1] = f"{before},{word}"
            continue
        joins = (number and found[-1:] == ["-k"]) or _K.fullmatch(word) is not None
        found.append(word)
    return found


def _refuse_twice(order: Sequence[Any]) -> None:
    """Refuse an option that is given twice and has room for one value."""
    seen = set()
    for each in order:
        single = each.param_type_name == "option" and not (each.multiple or each.is_flag)
        if single and each.name in seen:
            raise MisfitError(f"{each.opts[0]} is given twice; pass it once")
        seen.add(each.name)
