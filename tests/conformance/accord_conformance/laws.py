"""Every law, in the order of the rules."""

from __future__ import annotations

from accord_conformance import (
    confusion_laws,
    group_laws,
    host_laws,
    loss_laws,
    measure_laws,
    own_measure_laws,
    precision_laws,
    ranking_laws,
    refusal_laws,
    retrieval_laws,
    sample_laws,
)
from accord_conformance.law import REGISTERED, Law


def _first_rule(law: Law) -> int:
    return int(law.rule.split()[0].removeprefix("R"))


__all__ = [
    "LAWS",
    "confusion_laws",
    "group_laws",
    "host_laws",
    "loss_laws",
    "measure_laws",
    "own_measure_laws",
    "precision_laws",
    "ranking_laws",
    "refusal_laws",
    "retrieval_laws",
    "sample_laws",
]

LAWS: list[Law] = sorted(REGISTERED, key=_first_rule)
