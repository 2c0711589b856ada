"""A law: a statement that holds for every adapter, and the code that checks it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from accord.testing import MODES, Adapter
from accord_conformance import reproduce
from accord_conformance.subject import Subject

_OPERATORS = {"and", "or", "not"}  # of pytest's -k

Check = Callable[[Subject], None]


@dataclass(frozen=True)
class Law:
    """A statement that must be true for every adapter.

    Attributes
    ----------
    name : str
        The statement.
    rule : str
        The rules it checks, for instance ``"R5"`` or ``"R13 R14"``.
    trial : callable
        Raises AssertionError if the statement is false.
    modes : tuple of str
        The modes in which it is checked.
    heavy : bool
        Whether it compiles many programs. Where one law of each rule is tried, others come first.
    """

    name: str
    rule: str
    trial: Check
    modes: tuple[str, ...] = MODES
    heavy: bool = False

    def check(self, adapter: Adapter, mode: str = "eager", device: Any = None) -> None:
        """Check the law on an adapter; an AssertionError says where it fails.

        A note of the error says how to run only this law, and gives its last call as a program,
        with the arrays written out.
        """
        subject = Subject(adapter, mode, device)
        try:
            self.trial(subject)
        except (Exception, pytest.fail.Exception) as error:
            error.add_note(self._note(subject))
            raise

    def _note(self, subject: Subject) -> str:
        adapter, mode = subject.adapter, subject.mode
        words = [word for word in re.findall(r"\w+", self.name) if word not in _OPERATORS]
        kind = "--namespace" if type(adapter) is Adapter else "--adapter"
        again = f"pytest --pyargs accord_conformance {kind} {adapter.name} --laws exhaustive"
        lines = [
            f"Law: {self.name} ({self.rule}), on {adapter.name}, mode {mode}. To run it alone:",
            f'{again} -k "{" and ".join([mode, *words])}"',
        ]
        source = reproduce.program(adapter, mode, subject.device, subject.last_call)
        if source is not None:
            lines += ["Its last call as a program:", "", source]
        return "\n".join(lines)


REGISTERED: list[Law] = []
"""The laws of all imported modules; `accord_conformance.laws` sorts them."""


def law(
    rule: str, *, modes: tuple[str, ...] = MODES, heavy: bool = False
) -> Callable[[Check], Check]:
    """Register a function as a law; its name is the statement."""

    def register(trial: Check) -> Check:
        REGISTERED.append(Law(trial.__name__.replace("_", " "), rule, trial, modes, heavy))
        return trial

    return register
