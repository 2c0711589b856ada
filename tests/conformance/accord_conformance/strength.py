"""How much of the proof to run: a quick look, the usual proof, or every law at full strength."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accord.registry import Adapter
from accord_conformance.law import Law


@dataclass(frozen=True)
class Strength:
    """How much of the proof to run.

    Attributes
    ----------
    name : str
        What users call it.
    only_eager : bool
        Whether the mode ``"eager"`` alone is tried.
    sampled : bool
        Whether a slow mode tries one law of each rule, and not every law.
    examples : int
        How many times the usual number of drawn examples each law tries.
    """

    name: str
    only_eager: bool = False
    sampled: bool = True
    examples: int = 1

    def laws(self, adapter: Adapter, mode: str, laws: Sequence[Law]) -> list[Law]:
        """Return which laws of a mode to try."""
        if self.only_eager:
            return one_of_each_rule(laws) if mode == "eager" else []
        if self.sampled and mode in adapter.slow_modes:
            return one_of_each_rule(laws)
        return list(laws)


STRENGTHS = {
    each.name: each
    for each in (
        Strength("quick", only_eager=True),
        Strength("usual"),
        Strength("exhaustive", sampled=False, examples=10),
    )
}

_chosen = STRENGTHS["usual"]


def chosen() -> Strength:
    """Return the strength of this process."""
    return _chosen


def choose(name: str) -> None:
    """Set the strength of this process: ``"quick"``, ``"usual"`` or ``"exhaustive"``."""
    global _chosen  # noqa: PLW0603  # one choice a process, made by pytest's option
    _chosen = STRENGTHS[name]


def one_of_each_rule(laws: Sequence[Law]) -> list[Law]:
    """Return the first law of each rule, in order; a law of several rules serves them all."""
    found, held = [], set[str]()
    for law in laws:
        rules = set(law.rule.split())
        if not rules <= held:
            found.append(law)
            held |= rules
    return found
