"""How much of the proof runs: quick, usual and exhaustive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from accord.testing import Transform
from accord_conformance import LAWS, doors, strength
from accord_numpy import NumpyAdapter, NumpyBackend

RULES = {rule for law in LAWS for rule in law.rule.split()}


class WithASlowMode(NumpyAdapter):
    """NumPy's, whose compiled mode takes long to compile."""

    slow_modes = frozenset({"compiled-slow"})
    more: tuple[str, ...] = ("compiled-slow",)

    def modes(self) -> Mapping[str, Transform]:
        return {**super().modes(), **dict.fromkeys(self.more, lambda function: function)}


class WithAQuickerForm(WithASlowMode):
    """One whose slow mode has a quicker form."""

    slow_modes = frozenset({"compiled"})
    more = ("compiled", "compiled-quicker")


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = strength.chosen().name
    yield
    strength.choose(before)


def tried(name: str, mode: str, kind: type[WithASlowMode] = WithASlowMode) -> list[str]:
    strength.choose(name)
    ids = [str(case.id) for case in doors.cases(kind(NumpyBackend("numpy"))) if not case.marks]
    return [each for each in ids if each.startswith(f"numpy-{mode}-R")]


def in_mode(mode: str) -> int:
    return sum(mode in law.modes for law in LAWS)


def test_the_usual_proof_tries_one_law_of_each_rule_in_a_slow_mode() -> None:
    compiled = [law for law in LAWS if "compiled" in law.modes]
    rules = {rule for law in compiled for rule in law.rule.split()}
    found = tried("usual", "compiled-slow")
    assert len(found) < len(compiled)
    assert rules == {rule for each in found for rule in each.split("-")[3].split()}


def test_the_usual_proof_tries_every_law_elsewhere() -> None:
    assert len(tried("usual", "eager")) == in_mode("eager")


def test_the_usual_proof_tries_in_a_quicker_form_what_the_slow_mode_leaves_out() -> None:
    slow = tried("usual", "compiled", WithAQuickerForm)
    quicker = tried("usual", "compiled-quicker", WithAQuickerForm)
    assert len(slow) < len(quicker)
    laws = {each.partition("-R")[2] for each in (*slow, *quicker)}
    assert len(laws) == len(slow) + len(quicker) == in_mode("compiled")


def test_light_laws_stand_for_a_rule_before_heavy_ones() -> None:
    laws = [law for law in LAWS if "R11" in law.rule.split()]
    assert {law.heavy for law in laws} == {True, False}
    [*_, last] = sorted(laws, key=lambda law: not law.heavy)
    assert strength.one_of_each_rule([law for law in laws if law.heavy] + [last])[0] is last


def test_a_mode_that_no_law_knows_is_refused() -> None:
    class Misnamed(NumpyAdapter):
        def modes(self) -> Mapping[str, Transform]:
            return {"jitted": lambda function: function}

    with pytest.raises(ValueError, match="numpy declares a mode 'jitted', which no law knows"):
        doors.cases(Misnamed(NumpyBackend("numpy")))


def test_the_exhaustive_proof_tries_every_law_in_every_mode() -> None:
    assert len(tried("exhaustive", "eager")) == in_mode("eager")
    assert len(tried("exhaustive", "compiled-slow")) == in_mode("compiled")
    assert len(tried("exhaustive", "compiled-quicker", WithAQuickerForm)) == in_mode("compiled")


@pytest.mark.parametrize("mode", ["eager", "compiled-slow"])
def test_the_brief_proof_tries_one_law_of_each_rule_in_every_mode(mode: str) -> None:
    found = tried("brief", mode)
    rules = {
        rule for law in LAWS if mode.partition("-")[0] in law.modes for rule in law.rule.split()
    }
    assert {
        rule for each in found for rule in each.removeprefix(f"numpy-{mode}-").split("-")[0].split()
    } == rules
    assert len(found) < in_mode(mode.partition("-")[0])


def test_the_quick_proof_holds_every_rule_eagerly() -> None:
    found = tried("quick", "eager")
    assert {rule for each in found for rule in each.split("-")[2].split()} == RULES
    assert not tried("quick", "compiled-slow")


def test_laws_that_are_not_tried_are_skipped_with_the_way_to_run_them() -> None:
    strength.choose("usual")
    [skipped] = [
        mark.kwargs["reason"]
        for case in doors.cases(WithASlowMode(NumpyBackend("numpy")))
        for mark in case.marks
        if "more laws" in mark.kwargs["reason"]
    ]
    assert skipped.endswith("run with --laws exhaustive")
