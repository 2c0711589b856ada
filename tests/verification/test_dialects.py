"""Dialects beside the libraries they describe, sample by sample, on data full of ties and NaN."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import accord
from accord.verification.dialect import DialectError
from accord_conformance.drawn import CLASSES, NUMBERS, SCORES, labels, rows, tried

# Peers that can share a process; Keras is of one backend in each.
TOGETHER = {
    "host": ["numpy-argsort", "sklearn"],
    "torch": ["torch.topk", "imagenet-example", "vllm", "torchmetrics", "torcheval", "timm"],
    "jax": ["jax.lax.top_k"],
    "tensorflow": ["tensorflow", "keras-tensorflow"],
    "keras-torch": ["keras-torch"],
    "keras-jax": ["keras-jax"],
    "keras-numpy": ["keras-numpy"],
}
PLACES = [(group, name) for group, peers in TOGETHER.items() for name in peers]


def missing(name: str) -> list[str]:
    """Return what would have to be installed to run a peer."""
    return [module for module in accord.dialects[name].needs if not find_spec(module)]


# Asks each peer for one sample at a time: 1 for a hit, 0 for a miss, -1 for a refusal.
ASK = """
import json, sys, warnings
from importlib.metadata import entry_points
import numpy as np
warnings.simplefilter("ignore")
names = sys.argv[2:]
with np.load(sys.argv[1]) as file:
    scores, truth, ks = file["scores"], file["truth"], file["ks"].tolist()
found = {}
for name in names:
    [entry] = entry_points(group="accord.peers", name=name)
    peer, found[name] = entry.load(), []
    for row, label in zip(scores, truth):
        found[name].append([])
        for k in ks:
            try:
                hit = int(peer(np.array([label], np.int32), row[None], k) > 0)
            except Exception:
                hit = -1
            found[name][-1].append(hit)
print("FOUND", json.dumps(found))
"""
KS = (1, 2, 3, CLASSES, CLASSES + 2)


def drawn(examples: int = 25) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Draw rows that tie, half of them without anything but finite numbers, and labels."""
    tables: list[Any] = []
    finite = tuple(number for number in NUMBERS if np.isfinite(number))
    for values in (SCORES, NUMBERS, finite):
        tried(rows(values), labels(), examples=examples)(
            lambda table, truth: tables.append((table, truth))
        )
    scores = np.array([row for table, _ in tables for row in table], np.float32)
    truth = np.array([label for _, each in tables for label in each])
    return scores, truth


def with_odd_ones() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Add NaN with a sign bit, signed zeros, and labels that are no class."""
    scores, truth = drawn()
    odd = np.array(
        [
            *([-0.0, 0.0, -0.0, 0.0, -1.0],) * 5,
            *([1.0, -np.nan, np.nan, 2.0, -np.inf],) * 5,
            *([5.0, 4.0, 3.0, 2.0, 1.0],) * 6,
        ],
        np.float32,
    )
    odd_truth = [*range(5), *range(5), -1, -CLASSES, -CLASSES - 1, CLASSES, CLASSES + 3, 0]
    return np.concatenate([scores, odd]), np.concatenate([truth, odd_truth])


@pytest.fixture(scope="module")
def data() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    return with_odd_ones()


@pytest.fixture(scope="module")
def asked(
    data: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]], tmp_path_factory: Any
) -> Callable[[str], dict[str, Any]]:
    """Return a function that runs the peers of a group in one process, once."""
    file: Path = tmp_path_factory.mktemp("peers") / "data.npz"
    np.savez(file, scores=data[0], truth=data[1], ks=KS)
    answers: dict[str, dict[str, Any]] = {}

    def ask(group: str) -> dict[str, Any]:
        if group not in answers:
            names = [name for name in TOGETHER[group] if not missing(name)]
            environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
            run = subprocess.run(  # noqa: S603  # our own code
                [sys.executable, "-c", ASK, str(file), *names],
                capture_output=True,
                text=True,
                check=False,
                env=environment,
            )
            assert run.returncode == 0, run.stderr
            answers[group] = json.loads(run.stdout.partition("FOUND ")[2])
        return answers[group]

    return ask


def outcomes(dialect: Any, scores: Any, truth: Any) -> list[list[set[int]]]:
    """Return what the dialect allows for each sample and k; -1 is a refusal."""
    found: list[list[set[int]]] = []
    for row, label in zip(scores, truth, strict=True):
        found.append([])
        for k in KS:
            try:
                least, most = dialect.hits([label], row[None], k)
                found[-1].append({int(least[0]), int(most[0])})
            except DialectError:
                found[-1].append({-1})
    return found


@pytest.mark.parametrize(("group", "name"), PLACES, ids=[name for _, name in PLACES])
def test_the_peer_does_as_its_dialect_says(
    group: str,
    name: str,
    data: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]],
    asked: Callable[[str], dict[str, Any]],
) -> None:
    if absent := missing(name):
        pytest.skip(f"{name} can't be run beside its dialect without {', '.join(absent)}")
    scores, truth = data
    expected = outcomes(accord.dialects[name], scores, truth)
    wrong = [
        (row.tolist(), int(label), k, hit, allowed[at])
        for row, label, hits, allowed in zip(
            scores, truth, asked(group)[name], expected, strict=True
        )
        for at, (k, hit) in enumerate(zip(KS, hits, strict=True))
        if hit not in allowed[at]
    ]
    assert not wrong, wrong[:5]


def test_a_figure_that_is_not_promised_is_refused_with_its_bounds() -> None:
    with pytest.raises(ValueError, match=r"a figure from 0 to 100; use bounds\(\)"):
        accord.dialects["timm"].accuracy([0], np.zeros((1, 3)), k=1)


def test_a_peer_that_reports_percent_does_so_as_a_dialect() -> None:
    assert accord.dialects["timm"].accuracy([0, 1], np.eye(3)[:2], k=2) == 100


@pytest.mark.parametrize("ties", ["first", "last", "optimistic", "pessimistic"])
def test_accord_is_one_more_dialect(
    ties: Any, data: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]
) -> None:
    scores, truth = data
    good = (truth >= 0) & (truth < CLASSES)
    own = replace(accord.dialects["accord"], ties=ties)
    for k in (1, 2, 3, CLASSES):
        least, most = own.hits(truth[good], scores[good], k)
        assert np.array_equal(least, accord.in_top_k(truth[good], scores[good], k, ties=ties))
        assert np.array_equal(least, most)


def test_wide_scores_are_rounded_where_the_peer_rounds_them() -> None:
    scores = np.array([[1.0, 1.0 + 1e-12]])
    assert accord.dialects["accord"].accuracy([0], scores, k=1) == 0
    assert accord.dialects["jax.lax.top_k"].accuracy([0], scores, k=1) == 1


def test_another_dtype_is_refused_where_the_peer_refuses_it() -> None:
    with pytest.raises(ValueError, match="refuses float64 scores; pass float32"):
        accord.dialects["tensorflow"].accuracy([0], np.zeros((1, 3)), k=1)


def test_every_dialect_but_our_own_is_run_here() -> None:
    assert {name for _, name in PLACES} == {*accord.dialects} - {"accord"}


def test_an_unknown_dialect_is_an_error_that_lists_the_known() -> None:
    with pytest.raises(LookupError, match=r"no dialect is named 'skleran'; there are .*sklearn"):
        accord.dialects["skleran"]
