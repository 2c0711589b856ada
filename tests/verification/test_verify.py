"""accord verify: one figure on every framework, and what becomes of those that fail."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import accord
from accord.backends import registry
from accord.cli import main
from accord.verification.reference import judge
from accord_conformance import reference as plain
from accord_conformance.drawn import NUMBERS, SCORES, labels, rows, tried
from accord_numpy import ADAPTER

EXAMPLE = Path(__file__).parents[2] / "examples" / "digits_forest.npz"
RUNS = (*ADAPTER.modes(), "streamed")  # of one framework, in order

# Adapters as third parties write them, each broken in its own way.
BROKEN = """
import os, signal, time
import numpy as np
from accord_numpy import NumpyAdapter, NumpyBackend

class Array(np.ndarray):
    pass

class Broken(NumpyBackend):
    def from_host(self, values, like=None, **how):
        return np.asarray(super().from_host(values, **how)).view(Array)

class Miscounting(Broken):
    def count_true(self, *flags):
        found = [np.array(each) for each in super().count_true(*flags)]
        for each in found:
            if each.size > 7:
                each[7] = 0
        return tuple(found)

class Raising(Broken):
    def count_true(self, *flags):
        raise RuntimeError("no such kernel")

class Crashing(Broken):
    def count_true(self, *flags):
        os.kill(os.getpid(), signal.SIGSEGV)

class Hanging(Broken):
    def count_true(self, *flags):
        time.sleep(600)

class Misadding(Broken):
    pass

class Adding(NumpyAdapter):
    def streamed(self, measure, batches):
        found = super().streamed(measure, batches)
        return found._replace(correct=found.correct + 1)
"""
KINDS = ("miscounting", "raising", "crashing", "hanging", "misadding")


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install the broken adapters, through entry points, for this process and those it starts."""
    for kind in KINDS:
        (tmp_path / f"accord_{kind}.py").write_text(
            f"{BROKEN}\nkind = Adding if {kind == 'misadding'} else NumpyAdapter\n"
            f"ADAPTER = kind({kind.capitalize()}('accord_{kind}'))\n"
        )
    info = tmp_path / "broken-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
    entries = "\n".join(f"accord_{kind} = accord_{kind}:ADAPTER" for kind in KINDS)
    (info / "entry_points.txt").write_text(f"[accord.adapters]\n{entries}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    forget = registry._entries.cache_clear  # noqa: SLF001  # entry points change in tests only
    forget()
    yield
    forget()


@pytest.fixture
def digits() -> tuple[Any, Any]:
    with np.load(EXAMPLE) as file:
        return file["y_true"], file["y_score"]


def status(*words: object) -> int:
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    assert isinstance(end.value.code, int)
    return end.value.code


class TestAgreement:
    def test_the_example_agrees_in_every_mode(self, digits: tuple[Any, Any]) -> None:
        found = accord.verify(*digits, k=(1, 3, 5), backends=["numpy"])
        assert [(row.mode, row.agrees) for row in found.backends] == [(mode, True) for mode in RUNS]
        assert found.correct == found.backends[0].correct == {1: 842, 3: 881, 5: 893}
        assert (found.floor, found.ceiling) == ({1: 833, 3: 878, 5: 890}, {1: 860, 3: 890, 5: 899})

    @pytest.mark.parametrize(
        "measure",
        [
            accord.TopK((1, 2), ties="expected"),
            accord.TopK(2, ties="last", axis=0),
            accord.TopK(2, ignore_index=0),
            accord.SparseCategorical(ties="pessimistic"),
        ],
    )
    def test_other_measures_of_labels_agree(self, measure: accord.Measure) -> None:
        scores = np.random.default_rng(0).integers(0, 3, (40, 4)).astype(np.float64)
        truth = np.random.default_rng(1).integers(0, 4, 40)
        y_score = scores.T if getattr(measure, "axis", -1) == 0 else scores
        assert accord.verify(truth, y_score, measure=measure, backends=["numpy"]).agrees

    @pytest.mark.parametrize(
        "measure",
        [
            accord.Categorical(),
            accord.TopKCategorical((1, 2)),
            accord.Binary(0.5, at_threshold="positive"),
            accord.Binary(0.5, from_logits=True),
            accord.Multilabel("hamming"),
            accord.Multilabel("jaccard", k=(1, 2), ties="last"),
            accord.Multilabel("hamming", k=2),
            accord.Multilabel("overlap", at_threshold="positive"),
        ],
    )
    def test_measures_of_dense_labels_agree(self, measure: accord.Measure) -> None:
        scores = np.random.default_rng(0).integers(0, 3, (40, 4)) / 2
        scores[3, 1] = np.nan
        truth = np.random.default_rng(1).integers(0, 2, (40, 4))
        truth[:, 2] = 1
        found = accord.verify(truth, scores, measure=measure, backends=["numpy"])
        assert found.agrees, str(found)

    def test_no_samples_agree(self) -> None:  # R16
        found = accord.verify(np.zeros(0, int), np.zeros((0, 3)), backends=["numpy"])
        assert (found.agrees, found.samples, found.correct) == (True, 0, {1: 0})

    def test_no_binary_samples_agree(self) -> None:  # R16
        found = accord.verify(
            np.zeros(0, int), np.zeros(0), measure=accord.Binary(), backends=["numpy"]
        )
        assert (found.agrees, found.samples, found.correct) == (True, 0, {1: 0})

    def test_one_class_agrees(self) -> None:
        assert accord.verify([0, 0], np.zeros((2, 1)), backends=["numpy"]).correct == {1: 2}

    def test_scores_that_are_all_nan_agree_on_none(self) -> None:  # R4
        found = accord.verify([0, 1], np.full((2, 3), np.nan), backends=["numpy"])
        assert (found.agrees, found.correct) == (True, {1: 0})


def test_the_reference_is_that_of_plain_python() -> None:
    """Held to the plain reference, which sorts too and is far slower."""

    def holds(table: Any, truth: Any) -> None:
        scores = np.array(table, np.float32)
        for ties in ("first", "last", "optimistic", "pessimistic", "expected"):
            measure = accord.TopK((1, 2, 5), ties=ties)
            found = judge(measure, np.array(truth), scores).credit
            expected = [
                [
                    float(plain.credit(row, label, k, ties))
                    for row, label in zip(scores, truth, strict=True)
                ]
                for k in (1, 2, 5)
            ]
            assert found.tolist() == expected

    for values in (SCORES, NUMBERS):
        tried(rows(values), labels(), examples=40)(holds)


@pytest.mark.usefixtures("broken")
class TestBroken:
    def test_a_wrong_integer_is_caught_and_its_sample_named(self, digits: tuple[Any, Any]) -> None:
        found = accord.verify(*digits, k=1, backends=["numpy", "accord_miscounting"])
        wrong = [row for row in found.backends if not row.agrees]
        assert {row.name for row in wrong} == {"accord_miscounting"}
        eager = next(row for row in wrong if row.mode == "eager")
        assert eager.differs == (7,)
        assert found.looked_at[0].place == 7
        assert "1 differ: 7" in str(found)

    def test_counts_that_are_not_the_sum_of_samples_are_caught(
        self, digits: tuple[Any, Any]
    ) -> None:
        found = accord.verify(*digits, k=1, backends=["accord_misadding"])
        *eager, streamed = found.backends
        assert [row.agrees for row in found.backends] == [*[True] * len(eager), False]
        assert streamed.error == "its tally has correct=843 at k=1, where the samples give 842"

    def test_failures_are_rows_and_the_others_are_run(self, digits: tuple[Any, Any]) -> None:
        names = ["accord_raising", "accord_crashing", "accord_hanging", "numpy"]
        found = accord.verify(*digits, k=1, backends=names, seconds=5)
        said = {row.name: str(row.error) for row in found.backends if row.mode == "eager"}
        assert said["accord_raising"] == "RuntimeError: no such kernel"
        assert said["accord_crashing"].startswith("crashed with SIGSEGV")
        assert said["accord_hanging"] == "took longer than 5 s and was ended"
        assert all(row.agrees for row in found.backends if row.name == "numpy")

    def test_the_command_ends_with_status_1(self, capsys: pytest.CaptureFixture[str]) -> None:
        words = ["verify", EXAMPLE, "-k", "1", "--backend", "accord_miscounting", "--json"]
        assert status(*words) == 1
        found = json.loads(capsys.readouterr().out)
        assert found["agrees"] is False
        assert found["backends"][0]["differs"] == [7]

    def test_an_interrupt_leaves_no_process_behind(self) -> None:
        code = "from accord.cli import main; main()"
        words = ["verify", str(EXAMPLE), "--backend", "accord_hanging"]
        command = [sys.executable, "-c", code, *words]
        with subprocess.Popen(command, start_new_session=True) as run:  # noqa: S603  # our own
            workers = _wait_for(run.pid)
            os.kill(run.pid, signal.SIGINT)
            assert run.wait(30) == 130
        assert not [pid for pid in workers if _is_alive(pid)]

    def test_a_killed_parent_leaves_no_process_behind(self) -> None:
        code = "from accord.cli import main; main()"
        words = ["verify", str(EXAMPLE), "--backend", "accord_hanging"]
        command = [sys.executable, "-c", code, *words]
        with subprocess.Popen(command, start_new_session=True) as run:  # noqa: S603  # our own
            workers = _wait_for(run.pid)
            run.kill()
        for _ in range(100):
            if not any(map(_is_alive, workers)):
                return
            time.sleep(0.1)
        pytest.fail("a worker outlives its parent")


def _wait_for(parent: int) -> list[int]:
    """Return the processes that a process has started, once it has and they count."""
    for _ in range(200):
        found = [
            int(pid)
            for task in Path(f"/proc/{parent}/task").glob("*/children")
            for pid in task.read_text().split()
        ]
        if found:
            time.sleep(1)
            return found
        time.sleep(0.1)
    pytest.fail("no worker was started")


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class TestUsage:
    def test_a_backend_that_is_not_installed_is_an_error_that_says_how(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr("accord.verification.worker.find_spec", lambda _: None)
        assert status("verify", EXAMPLE, "--backend", "numpy") == 2
        assert 'run pip install "accord[numpy]"' in capsys.readouterr().err

    def test_an_unknown_backend_is_an_error_that_lists_the_known(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert status("verify", EXAMPLE, "--backend", "nympy") == 2
        assert "no backend is named 'nympy'; there are" in capsys.readouterr().err

    def test_an_interpreter_without_accord_is_an_error(self, tmp_path: Path) -> None:
        bare = tmp_path / "python"
        bare.write_text("#!/bin/sh\necho 'No module named accord' >&2; exit 1\n")
        bare.chmod(0o755)
        with pytest.raises(LookupError, match=r"has no accord that can be run.*No module named"):
            accord.verify([0], np.eye(2)[:1], pythons=[str(bare)], backends=["numpy"])

    def test_another_interpreter_is_run_too(self, tmp_path: Path) -> None:
        other = tmp_path / "bin" / "python"
        other.parent.mkdir()
        other.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        other.chmod(0o755)
        found = accord.verify([0], np.eye(2)[:1], pythons=[str(other)], backends=["numpy"])
        assert [row.python for row in found.backends] == [
            python for python in (sys.executable, str(other)) for _ in RUNS
        ]
        assert found.agrees

    def test_a_bad_label_is_refused_before_anything_is_run(self) -> None:  # R22
        with pytest.raises(ValueError, match=r"y_true\[1\] is 7, outside 0\.\.2"):
            accord.verify([0, 7], np.zeros((2, 3)))

    def test_the_json_has_these_keys(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert status("verify", EXAMPLE, "-k", "1", "--backend", "numpy", "--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert found["reference"] == {
            "correct": {"1": 842},
            "floor": {"1": 833},
            "ceiling": {"1": 860},
        }
        assert set(found["backends"][0]) >= {
            *("name", "version", "mode", "device", "agrees", "correct", "differs", "error"),
            "seconds",
        }
