"""A law that fails says how to see it fail again, alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from math import inf, nan
from typing import Any

import numpy as np
import pytest

import accord
from accord.backends import registry
from accord.backends.base import Backend
from accord.credit.ties import RULES
from accord.testing import Adapter
from accord_conformance import Law, Subject, reproduce

NUMPY: Any = registry.load("numpy")
K = (1, 2)


def tallies(y_true: Any, y_score: Any) -> Any:
    return tuple(accord.TopK(k).tally(y_true, y_score) for k in K)


def failing(function: Callable[..., Any], *arrays: tuple[Any, str]) -> Law:
    def trial(subject: Subject) -> None:
        subject.run(function, *(subject.array(values, dtype) for values, dtype in arrays))
        pytest.fail("it does not hold")

    return Law("an example, and not a law", "R5", trial)


def note_of(law: Law, adapter: Adapter = NUMPY) -> str:
    with pytest.raises(pytest.fail.Exception) as caught:
        law.check(adapter)
    [note] = caught.value.__notes__
    return str(note)


def program_in(note: str) -> str:
    return note.partition("Its last call as a program:\n")[2]


def printed_by(source: str) -> str:
    done = subprocess.run(  # noqa: S603  # the program that was printed
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def host(*arrays: tuple[Any, str]) -> list[Any]:
    return [np.asarray(values, dtype) for values, dtype in arrays]


LABELS = ([1, 0, 2], "int64")
SCORES = ([[0.5, -0.0, 1e-45], [nan, inf, -nan], [0.1, 0.1, 0.1]], "float32")


def test_the_program_makes_the_last_call_again() -> None:
    law = failing(tallies, LABELS, SCORES)
    source = program_in(note_of(law)).replace(
        f"from {__name__} import K", "K = (1, 2)"
    )  # this file is in no package, unlike those of the laws
    found = Subject(NUMPY).run(tallies, *host(LABELS, SCORES))
    assert printed_by(source) == str(found)


def test_the_sign_of_a_nan_is_written_out() -> None:
    note = note_of(failing(tallies, LABELS, SCORES))
    assert "[nan, inf, -nan]" in note


def test_what_a_nested_function_takes_from_outside_is_written_out() -> None:
    measure, rules = accord.TopK(2, ties="last"), RULES

    def both(y_true: Any, y_score: Any) -> Any:
        first = accord.in_top_k(y_true, y_score, 1, ties=rules[0])
        return measure.tally(y_true, y_score), first

    note = note_of(failing(both, LABELS, SCORES))
    found = Subject(NUMPY).run(both, *host(LABELS, SCORES))
    assert printed_by(program_in(note)) == str(found)


def test_an_array_without_entries_keeps_its_shape() -> None:
    def shape(y_score: Any) -> Any:
        return np.asarray(y_score.shape)

    note = note_of(failing(shape, (np.zeros((0, 3)), "float64")))
    assert printed_by(program_in(note)) == "[0 3]"


def test_the_command_names_the_law_in_words_that_pytest_takes() -> None:
    note = note_of(failing(tallies, LABELS, SCORES))
    assert '--adapter numpy --laws exhaustive -k "eager and an and example and a and law"' in note


def test_a_library_without_an_adapter_is_named_as_its_namespace() -> None:
    note = note_of(failing(tallies, LABELS, SCORES), Adapter(Backend("array_api_strict")))
    assert "--namespace array_api_strict" in note
    assert "Subject(Adapter(Backend('array_api_strict')), 'eager')" in note


def test_a_call_too_large_to_write_out_leaves_the_command() -> None:
    large = np.zeros((1, reproduce.LONGEST + 1)), "float32"
    note = note_of(failing(tallies, ([0], "int64"), large))
    assert "--pyargs accord_conformance" in note
    assert "as a program" not in note
