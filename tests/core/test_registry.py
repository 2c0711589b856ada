"""Adapters are found by the root module of an array's type, and third parties can add theirs."""

from __future__ import annotations

from pathlib import Path

import array_api_strict
import numpy as np
import pytest

import accord
from accord.backends import registry
from accord.backends.base import Backend
from accord_numpy import NumpyBackend

THIRD_PARTY = """
import numpy as np
from accord_numpy import NumpyAdapter, NumpyBackend

class Array(np.ndarray):
    pass

class ThirdBackend(NumpyBackend):
    def from_host(self, values, like=None, **how):
        return np.asarray(super().from_host(values, **how)).view(Array)

ADAPTER = NumpyAdapter(ThirdBackend("accord_third"))
"""


def test_names_are_listed_without_importing() -> None:
    assert "numpy" in accord.adapters()
    assert accord.adapters() == tuple(sorted(accord.adapters()))


def test_an_unknown_name_is_an_error_that_lists_the_known() -> None:
    with pytest.raises(LookupError, match=r"no adapter is named 'nympy'; registered are .*numpy"):
        registry.load("nympy")


def test_numpy_arrays_scalars_and_memory_maps_are_numpy(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros(3))
    arrays = [np.zeros(3), np.float32(1), np.load(tmp_path / "a.npy", mmap_mode="r")]
    assert all(isinstance(registry.backend_of(array), NumpyBackend) for array in arrays)


def test_a_complete_array_api_needs_no_adapter() -> None:
    backend = registry.backend_of(array_api_strict.asarray([1]))
    assert type(backend) is Backend
    assert backend.name == "array_api_strict"


def test_a_third_party_is_found_by_its_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "accord_third.py").write_text(THIRD_PARTY)
    info = tmp_path / "accord_third-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: accord-third\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[accord.adapters]\naccord_third = accord_third:ADAPTER\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    forget = registry._entries.cache_clear  # noqa: SLF001  # entry points change in tests only
    forget()
    try:
        assert "accord_third" in accord.adapters()
        backend = registry.load("accord_third").backend
        scores = backend.from_host(np.array([[0.9, 0.1]]))
        assert registry.backend_of(scores) is backend
        assert accord.top_k_accuracy([0], scores, 1) == 1.0
    finally:
        forget()
