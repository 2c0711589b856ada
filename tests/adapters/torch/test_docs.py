"""The page for PyTorch users runs, and its table of ties is what the peers do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchmetrics

import accord
from accord.credit.ties import Ties

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.filterwarnings("ignore:.*is deprecated")
def test_the_page_for_pytorch_users_runs(run_page: Callable[[str], dict[str, Any]]) -> None:
    names = run_page("docs/torch.md")
    assert names["tally"].total == 6
    assert names["metric"].tally.total == 2


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated:DeprecationWarning")
def test_the_table_of_ties_is_what_each_does() -> None:
    from torcheval.metrics.functional import multiclass_accuracy as optimistic

    scores, labels = torch.full((6, 6), 0.25), torch.arange(6)

    def hits(judge: Callable[[torch.Tensor, torch.Tensor], Any]) -> list[int]:
        return [y for y in range(6) if judge(scores[y : y + 1], labels[y : y + 1]) > 0]

    peer = torchmetrics.Accuracy(task="multiclass", num_classes=6, top_k=2, average="micro")
    assert hits(lambda s, y: (s.topk(2).indices == y[:, None]).any().int()) == [3, 5]
    assert hits(peer) == [3, 5]
    assert hits(lambda s, y: optimistic(s, y, k=2)) == list(range(6))
    each: list[tuple[Ties, list[int]]] = [
        ("first", [0, 1]),
        ("last", [4, 5]),
        ("optimistic", list(range(6))),
        ("pessimistic", []),
    ]
    for ties, expected in each:
        measure = accord.TopK(2, ties=ties)
        assert hits(lambda s, y: measure.accuracy(y, s)) == expected  # noqa: B023  # used at once
    shares = accord.in_top_k(labels, scores, 2, ties="expected")
    torch.testing.assert_close(shares, torch.full((6,), 1 / 3, dtype=torch.float64))


def test_the_script_for_several_processes_counts_what_one_does() -> None:
    launch = ["--standalone", "--local-addr", "127.0.0.1", "--nproc-per-node", "2"]
    done = subprocess.run(  # noqa: S603  # our own example
        [sys.executable, "-m", "torch.distributed.run", *launch, EXAMPLES / "evaluate_ddp.py"],
        env={**os.environ, "GLOO_SOCKET_IFNAME": "lo", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with np.load(EXAMPLES / "digits_forest.npz") as arrays:
        votes, labels = arrays["y_score"].astype(np.float32), arrays["y_true"]
    hits = {k: int(accord.in_top_k(labels, votes, k).sum()) for k in (1, 3)}
    assert done.stdout.splitlines() == [
        f"top-{k} {hits[k] / 899:.4f} ({hits[k]} of 899)" for k in (1, 3)
    ]
    said = "\n".join(f"# {line}" for line in done.stdout.splitlines())
    assert said in (EXAMPLES.parent / "docs/torch.md").read_text(encoding="utf-8")
