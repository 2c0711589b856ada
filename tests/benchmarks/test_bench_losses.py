"""The benchmark of losses: cross-entropy is what each is compared with."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

FOLDER = str(Path(__file__).parents[2] / "benchmarks")
sys.path.insert(0, FOLDER)  # scripts, which import each other by name
from bench_losses import CROSS_ENTROPY, LOSSES, measure  # noqa: E402  # found there

sys.path.remove(FOLDER)


@pytest.mark.slow
def test_every_loss_is_timed_beside_cross_entropy(capsys: pytest.CaptureFixture[str]) -> None:
    results = measure((6, 8), rounds=1)
    races = {each.race: [one for one in results if one.race == each.race] for each in results}
    assert [race.split(", ")[0] for race in races] == ["torch", "torch", "JAX", "JAX"]
    assert all("(6 x 8) float32, the" in race for race in races)
    for raced in races.values():
        assert {*LOSSES, CROSS_ENTROPY} <= {each.name for each in raced}
        assert [each.name for each in raced if each.limit] == [CROSS_ENTROPY]
        assert all(each.milliseconds > 0 and each.mebibytes is not None for each in raced)
    assert capsys.readouterr().out.count(CROSS_ENTROPY) == len(races)
