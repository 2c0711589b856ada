"""A law: a statement that holds for every adapter, and how to try it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accord.registry import MODES, Adapter
from accord_conformance.subject import Subject

Check = Callable[[Subject], None]


@dataclass(frozen=True)
class Law:
    """A statement that every adapter must keep.

    Attributes
    ----------
    name : str
        The statement.
    rule : str
        The rules it holds, for instance ``"R5"`` or ``"R13 R14"``.
    trial : callable
        Raises AssertionError where the statement does not hold.
    modes : tuple of str
        The modes it says something about.
    """

    name: str
    rule: str
    trial: Check
    modes: tuple[str, ...] = MODES

    def check(self, adapter: Adapter, mode: str = "eager", device: Any = None) -> None:
        """Try the law on an adapter; an AssertionError says where it fails."""
        self.trial(Subject(adapter, mode, device))


REGISTERED: list[Law] = []
"""The laws of every module that was imported; `accord_conformance.laws` orders them all."""


def law(rule: str, *, modes: tuple[str, ...] = MODES) -> Callable[[Check], Check]:
    """Register a function as a law; its name is the statement."""

    def register(trial: Check) -> Check:
        REGISTERED.append(Law(trial.__name__.replace("_", " "), rule, trial, modes))
        return trial

    return register
