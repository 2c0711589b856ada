"""Peers beside their dialects: batches of every dtype, full of odd numbers, and the answers.

Each group of peers is asked once, in a process of its own.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
import pytest

import accord

CLASSES, SAMPLES = 5, 6
KS = (1, 2, 3, CLASSES, CLASSES + 2)

FLOATS = ("float32", "float16", "float64", "bfloat16")
INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
THRESHOLDS = (0.5, 0.7, 0.0, 0.1)


class Case(NamedTuple):
    """One call of a peer: labels, scores, k or the threshold, and the average."""

    truth: Any
    scores: Any
    how: float
    average: str = "micro"


def dtype_of(name: str) -> np.dtype[Any] | None:
    """Return a dtype; None for bfloat16 where ml_dtypes is not installed."""
    if name != "bfloat16":
        return np.dtype(name)
    try:
        import ml_dtypes
    except ImportError:
        return None
    found: np.dtype[Any] = np.dtype(ml_dtypes.bfloat16)
    return found


def finite(dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """Return numbers of a dtype that tie, or nearly, or are its extremes."""
    if dtype.kind == "b":
        return np.array([False, True])
    if dtype.kind in "iu":
        top = np.iinfo(dtype)
        whole = [0, 1, 2, -1, 100, 2**24, 2**24 + 1, 2**31 + 5, 2**32 + 1, 2**53, 2**53 + 1]
        ends = [top.min, top.min + 1, top.max - 1, top.max]
        return np.array([n for n in (*whole, *ends) if top.min <= n <= top.max], dtype)
    one = np.array([1], dtype)
    near = np.nextafter(one, 2 * one)
    odd = np.array([0.0, -0.0, 0.25, 0.5, 0.5, -1.0, 3.0, 1 + 1e-12, 1e-45, -1e-45], np.float64)
    small = np.array([1e-320, -1e-320, 1e-40, -1e-40, 6e-8, -6e-8, 2e-5, 7e-5], np.float64)
    return np.concatenate([one, near, odd.astype(dtype), small.astype(dtype)])


def numbers(dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """Return them with infinities and NaN of both signs, where the dtype has them."""
    if dtype.kind in "iub":
        return finite(dtype)
    odd = np.array([np.inf, -np.inf, np.nan, -np.nan], np.float64).astype(dtype)
    return np.concatenate([finite(dtype), odd])


def _batches(rng: np.random.Generator, dtype: np.dtype[Any], batches: int) -> list[Any]:
    made = []
    for at in range(batches):
        # Half of all have finite numbers alone, and one number is drawn more often, so that it ties.
        pool = numbers(dtype) if at % 2 else finite(dtype)
        scores = rng.choice(pool, (SAMPLES, CLASSES))
        scores = np.where(rng.random(scores.shape) < 0.3, rng.choice(pool), scores)
        made.append((rng.integers(0, CLASSES, SAMPLES), scores))
    return made


def ranked() -> list[Case]:
    """Return batches of scores by class, and single samples with bad labels."""
    rng = np.random.default_rng(7)
    cases = []
    for name in (*FLOATS, "bool", *INTEGERS):
        dtype = dtype_of(name)
        if dtype is None:
            continue
        plain = name == "float32"
        for truth, scores in _batches(rng, dtype, 24 if plain else 6):
            cases += [Case(truth, scores, k) for k in (KS if plain else KS[::2])]
        row = np.array([[4, 3, 2, 1, 0]]).astype(dtype)
        for label in (-1, -CLASSES, -CLASSES - 1, CLASSES, CLASSES + 3):
            cases += [Case(np.array([label]), row, k) for k in (1, 2)[: 1 + plain]]
    many = np.array([-1, 0, 1, 2, 3, 4, 9])  # more labels than classes
    cases.append(Case(many, np.eye(len(many), CLASSES, dtype=np.float32), 1))
    minus_nan = np.array([[1.0, -np.nan, np.nan, 2.0, -np.inf]], np.float32)
    cases += [Case(np.array([label]), minus_nan, k) for label in range(5) for k in (1, 2, 3)]
    cases += [Case(np.zeros(0, int), np.zeros((0, 5), np.float32), k) for k in (1, 2)]
    return cases + _many_classes()


def _many_classes() -> list[Case]:
    """Return rows whose label becomes another one in the dtype of the scores."""
    cases = []
    for name, best, label in (
        *(("bfloat16", 257, 256), ("bfloat16", 256, 257), ("float16", 2049, 2048)),
        *(("uint8", 300, 44), ("int8", 44, 300), ("bool", 3, 1), ("float32", 257, 256)),
    ):
        dtype = dtype_of(name)
        if dtype is not None:
            scores = np.zeros((1, 2100), dtype)
            scores[0, best] = 1
            cases.append(Case(np.array([label]), scores, 1))
    return cases


def averaged() -> list[Case]:
    """Return batches in which classes are missing, from labels or predictions or both."""
    rng = np.random.default_rng(8)
    cases = []
    for _ in range(20):
        scores = rng.integers(0, 4, (SAMPLES, CLASSES)).astype(np.float32)
        truth = rng.integers(0, 3, SAMPLES)
        cases += [Case(truth, scores, k, how) for k in (1, 2) for how in ("macro", "weighted")]
    for label in (-1, CLASSES):
        cases += [
            Case(np.array([0, 0, label]), np.eye(3, CLASSES, dtype=np.float32), k, "macro")
            for k in (1, 2)
        ]
    return cases


def binary() -> list[Case]:
    """Return batches of binary scores on, beside and between thresholds."""
    rng = np.random.default_rng(9)
    cases = []
    for name in (*FLOATS, "bool", *INTEGERS):
        dtype = dtype_of(name)
        if dtype is None:
            continue
        truth = rng.integers(0, 2, 6)
        for threshold in THRESHOLDS:
            if dtype.kind in "iub":
                cases.append(Case(truth, rng.choice(finite(dtype), 6), threshold))
                cases.append(Case(truth, rng.choice(finite(dtype)[:2], 6), threshold))
                continue
            edge = np.array([threshold], np.float64).astype(dtype)
            near = [edge, np.nextafter(edge, edge + 1), np.nextafter(edge, edge - 1)]
            for pool in ([0.0, 0.25, 1.0], [0.0, 1.0, np.nan], [-2.0, 3.0, 0.25], [1e-40, 1e-320]):
                scores = np.concatenate([*near, rng.choice(np.array(pool), 3).astype(dtype)])
                cases.append(Case(truth, scores, threshold))
                cases.append(Case(1 - truth, scores, threshold))
    return cases


# Peers that can share a process; Keras is of one backend in each.
TOGETHER = {
    "host": ["numpy-argsort", "sklearn", "sklearn-accuracy"],
    "torch": ["torch.topk", "imagenet-example", "vllm", "torchmetrics", "torcheval", "timm"],
    "jax": ["jax.lax.top_k"],
    "tensorflow": ["tensorflow", "keras-tensorflow", "keras-tensorflow-accuracy"],
    "keras-torch": ["keras-torch", "keras-torch-accuracy"],
    "keras-jax": ["keras-jax", "keras-jax-accuracy"],
    "keras-numpy": ["keras-numpy", "keras-numpy-accuracy"],
}
GROUP_OF = {name: group for group, names in TOGETHER.items() for name in names}

KINDS = {"ranked": ranked, "averaged": averaged, "binary": binary}

# Asks each peer for the figure of each batch; None is a refusal.
ASK = """
import json, pickle, sys, warnings
from importlib import import_module
from importlib.metadata import entry_points
warnings.simplefilter("ignore")
with open(sys.argv[1], "rb") as file:
    asked = pickle.load(file)
found = {}
for name, kind, where, cases in asked:
    if where is None:
        [entry] = entry_points(group="accord.peers", name=name)
        peer = entry.load()
    else:
        peer = getattr(import_module("accord_peers.binary"), where)
    answers = found[name + " " + kind] = []
    for truth, scores, how, average in cases:
        extra = {} if average == "micro" else {"average": average}
        try:
            answers.append(peer(truth, scores, how, **extra))
        except Exception:
            answers.append(None)
print("FOUND", json.dumps(found))
"""

BINARY = {
    "sklearn": "sklearn",
    "torchmetrics": "torchmetrics",
    "torcheval": "torcheval",
    "keras-tensorflow": "keras_on_tensorflow",
    "keras-torch": "keras_on_torch",
    "keras-jax": "keras_on_jax",
    "keras-numpy": "keras_on_numpy",
}


def missing(name: str) -> list[str]:
    """Return what would have to be installed to run a peer."""
    return [module for module in accord.dialects[name].needs if not find_spec(module)]


def registered(name: str) -> bool:
    """Tell whether the installed accord has a peer."""
    return bool(entry_points(group="accord.peers", name=name))


def kinds(name: str) -> list[str]:
    """Return what a peer can be asked."""
    averages = len(accord.dialects[name].averages) > 1
    return ["ranked", *(["averaged"] * averages), *(["binary"] * (name in BINARY))]


@pytest.fixture(scope="session")
def cases() -> dict[str, list[Case]]:
    """Return what peers are asked, by kind."""
    return {kind: make() for kind, make in KINDS.items()}


@pytest.fixture(scope="session")
def asked(
    cases: dict[str, list[Case]], tmp_path_factory: Any
) -> Callable[[str, str], list[tuple[Case, float | None]]]:
    """Return a function that asks a peer about all cases of a kind; None is a refusal."""
    answers: dict[str, dict[str, Any]] = {}

    def ask(name: str, kind: str) -> list[tuple[Case, float | None]]:
        if absent := missing(name):
            pytest.skip(f"{name} can't be run beside its dialect without {', '.join(absent)}")
        if not registered(name):
            pytest.fail(f"{name} is not among the peers of the installed accord; install it again")
        group = GROUP_OF[name]
        if group not in answers:
            there = [each for each in TOGETHER[group] if registered(each) and not missing(each)]
            wanted = [
                (each, what, BINARY[each] if what == "binary" else None, [*map(tuple, cases[what])])
                for each in there
                for what in kinds(each)
            ]
            file = tmp_path_factory.mktemp("peers") / "asked"
            file.write_bytes(pickle.dumps(wanted))
            environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
            run = subprocess.run(  # noqa: S603  # our own code
                [sys.executable, "-c", ASK, str(file)],
                capture_output=True,
                text=True,
                check=False,
                env=environment,
            )
            assert run.returncode == 0, run.stderr
            answers[group] = json.loads(run.stdout.partition("FOUND ")[2])
        return list(zip(cases[kind], answers[group][f"{name} {kind}"], strict=True))

    return ask
