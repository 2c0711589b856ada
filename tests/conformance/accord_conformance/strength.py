"""How many laws to run: quick, brief, usual or exhaustive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from accord.testing import Adapter
from accord_conformance.law import Law


@dataclass(frozen=True)
class Strength:
    """How many laws to run, and on how many examples.

    Attributes
    ----------
    name : str
        The value of ``--laws``.
    only_eager : bool
        Whether only the mode ``"eager"`` is tried.
    sampled : {"all", "slow", "none"}
        Which modes run only one law of each rule.
    examples : int
        The factor by which each law's number of drawn examples is multiplied.
    """

    name: str
    only_eager: bool = False
    sampled: Literal["all", "slow", "none"] = "slow"
    examples: int = 1

    def laws(self, adapter: Adapter, mode: str, laws: Sequence[Law]) -> list[Law]:
        """Return which laws of a mode to try.

        A mode whose name is that of a slow one and a suffix is its quicker form: it does a part
        of the same work. Where the slow mode tries some laws, the quicker one tries the others.
        """
        if self.only_eager and mode != "eager":
            return []
        if self.sampled == "all" or (self.sampled == "slow" and mode in adapter.slow_modes):
            return one_of_each_rule(laws)
        if self.sampled == "slow" and mode.partition("-")[0] in adapter.slow_modes:
            tried = one_of_each_rule(laws)
            return [law for law in laws if law not in tried]
        return list(laws)


STRENGTHS = {
    each.name: each
    for each in (
        Strength("quick", only_eager=True, sampled="all"),
        Strength("brief", sampled="all"),
        Strength("usual"),
        Strength("exhaustive", sampled="none", examples=2),
    )
}

_chosen = STRENGTHS["usual"]


def chosen() -> Strength:
    """Return the strength of this process."""
    return _chosen


def choose(name: str) -> None:
    """Set the strength of this process, by its name in `STRENGTHS`."""
    global _chosen  # noqa: PLW0603  # one choice per process, from pytest's option
    _chosen = STRENGTHS[name]


def one_of_each_rule(laws: Sequence[Law]) -> list[Law]:
    """Return a law of each rule, heavy ones last; a law of several rules serves them all."""
    found, held = [], set[str]()
    for law in sorted(laws, key=lambda law: law.heavy):
        rules = set(law.rule.split())
        if not rules <= held:
            found.append(law)
            held |= rules
    return found
