"""Deliberately wrong adapters, each caught by the laws that its fault breaks."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
import pytest

import accord_conformance
from accord.backends import registry
from accord.backends.base import Numbers, Residence
from accord_numpy import NumpyAdapter, NumpyBackend


class TiesToTheLast(NumpyBackend):
    """Orders scores by rank, so that equal ones are no longer equal."""

    def sort_key(self, scores: Any) -> Any:
        return np.argsort(np.argsort(scores, axis=-1, kind="stable"), axis=-1)


class NanLowest(NumpyBackend):
    """Lets a NaN lose against every number."""

    def sort_key(self, scores: Any) -> Any:
        return np.where(np.isnan(scores), -np.inf, scores) if scores.dtype.kind == "f" else scores


class FlushesSubnormals(NumpyBackend):
    """Compares as a compiler that treats subnormals as zero."""

    def sort_key(self, scores: Any) -> Any:
        if scores.dtype.kind != "f":
            return scores
        smallest = np.finfo(scores.dtype).smallest_normal
        return np.where(np.abs(scores) < smallest, scores.dtype.type(0), scores)


class CastsScoresDown(NumpyBackend):
    """Compares everything in float32."""

    def sort_key(self, scores: Any) -> Any:
        return scores.astype(np.float32)


class WrappingNamespace:
    """NumPy, but for a cast to the counting dtype that goes through eight bits."""

    def __getattr__(self, name: str) -> Any:
        return getattr(NumpyBackend("numpy").namespace(), name)

    def astype(self, values: Any, dtype: Any, **_: Any) -> Any:
        if dtype == np.int64 and values.dtype.kind in "iu":
            values = values.astype(np.uint8)
        return values.astype(dtype)


class WrapsLabels(NumpyBackend):
    """Reads labels through eight bits, so that 257 is 1 and -1 is 255."""

    wrapping = WrappingNamespace()

    def namespace(self, array: Any = None) -> Any:
        return self.wrapping


class CountsInFloat32(NumpyBackend):
    """Keeps counters that stall at 2**24."""

    def numbers(self, array: Any) -> Numbers:
        return Numbers(np.float32, np.float32, np.float32)


class ForgetsTheLastClass(NumpyBackend):
    """Sums by class, but for the last class."""

    def segment_sum(self, values: Any, ids: Any, n: int) -> Any:
        sums = super().segment_sum(values, ids, n)
        sums[-1] = 0
        return sums


WRONG = {
    TiesToTheLast: {
        "six equal scores",
        "two equal best",
        "zeros of both signs are equal",
        "standings equal those found by sorting",
        "every tie rule gives the credit found by sorting",
        "floor and ceiling bound the credit of every rule",
        "many tied scores are counted alike",
    },
    NanLowest: {
        "a NaN outranks every number and is no hit itself",
        "two NaN fill the first two places",
        "a nan of either sign outranks every number",
        "standings equal those found by sorting",
    },
    FlushesSubnormals: {
        "a subnormal is above zero",
        "subnormals are distinct values",
        "subnormals of every float are distinct values",
        "the true class of a dense row is its lowest largest",
    },
    CastsScoresDown: {
        "every float is compared in its own precision",
        "every integer is compared in its own precision",
    },
    WrapsLabels: {
        "labels are never cast to the dtype of the scores",
        "a label out of range is refused or counted",
    },
    CountsInFloat32: {
        "counts are exact past the precision of float32",
        "the tally of a whole is the sum of its parts",
    },
    ForgetsTheLastClass: {
        "every measure of classes can be averaged over them",
        "weighted averages equal exact fractions",
        "a single sample needs no axis of samples",
    },
}


@pytest.fixture
def registered(request: pytest.FixtureRequest) -> Iterator[NumpyAdapter]:
    """Put a wrong adapter in NumPy's place."""
    right = registry.load("numpy")
    wrong = NumpyAdapter(request.param("numpy"))
    registry.register(wrong)
    yield wrong
    registry.register(right)


# This law none of the wrong adapters breaks: each is wrong in some things, not in all.
HELD = "arrays of two frameworks are refused"


def broken_laws(adapter: NumpyAdapter, among: Collection[str] | None = None) -> set[str]:
    broken = set()
    for law in accord_conformance.LAWS:
        if "eager" not in law.modes or (among is not None and law.name not in among):
            continue
        try:
            law.check(adapter)
        except (Exception, pytest.fail.Exception):  # noqa: BLE001  # any way to fail is a fault found
            broken.add(law.name)
    return broken


@pytest.mark.parametrize(
    ("registered", "expected"),
    WRONG.items(),
    indirect=["registered"],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_wrong_adapter_breaks_the_laws_its_fault_concerns(
    registered: NumpyAdapter, expected: set[str]
) -> None:
    assert broken_laws(registered, {HELD, *expected}) == expected


class Unreadable(NumpyBackend):
    """As right as NumPy's, but its values can't be read, as on an accelerator."""

    def residence(self, array: Any) -> Residence:
        return "device"


@pytest.mark.parametrize("registered", [NumpyBackend, Unreadable], indirect=True)
def test_a_right_adapter_breaks_none(registered: NumpyAdapter) -> None:
    assert broken_laws(registered) == set()
