"""Real gloo groups: synced metrics, padded samplers, scores sharded over classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

import accord
from accord.counts.averages import Average
from accord_torch import sampler_mask

Ranks = Callable[[int], list[dict[str, Any]]]
SIZES = pytest.mark.parametrize("world_size", [2, 4])


def whole(name: str) -> tuple[list[Any], list[float]]:
    """Return tally and figure of all samples in one call, without a process group."""
    seeded = torch.Generator().manual_seed(7)
    scores = torch.randint(0, 6, (101, 23), generator=seeded) / 4 - 0.5
    labels = torch.randint(0, 23, (101,), generator=seeded)
    weights = torch.randint(0, 5, (101,), generator=seeded) / 4
    cases: dict[str, tuple[accord.Measure, Average, torch.Tensor | None]] = {
        "several k": (accord.TopK((1, 3, 5)), "micro", None),
        "macro": (accord.TopK((1, 3)), "macro", None),
        "each class": (accord.SparseCategorical(), "none", None),
        "expected": (accord.TopK(3, ties="expected"), "micro", weights),
    }
    measure, average, weight = cases[name]
    by_class = average != "micro"
    tally = measure.tally(labels, scores, sample_weight=weight, per_class=by_class)
    return [field.tolist() for field in tally], tally.accuracy(average).nan_to_num(-1).tolist()


@SIZES
@pytest.mark.parametrize("name", ["several k", "macro", "each class"])
def test_synced_counts_of_uneven_shards_are_those_of_one_process(
    ranks: Ranks, world_size: int, name: str
) -> None:
    tally, value = whole(name)
    for rank in ranks(world_size):
        assert rank["uneven"][name]["synced"] == tally
        assert rank["uneven"][name]["value"] == value


@SIZES
def test_synced_weighted_sums_are_those_of_one_process(ranks: Ranks, world_size: int) -> None:
    tally, value = whole("expected")
    for rank in ranks(world_size):
        for mine, theirs in zip(rank["uneven"]["expected"]["synced"], tally, strict=True):
            assert mine == pytest.approx(theirs, rel=1e-12)
        assert rank["uneven"]["expected"]["value"] == pytest.approx(value, rel=1e-6)


@SIZES
def test_a_sync_leaves_each_process_its_own_counts(ranks: Ranks, world_size: int) -> None:
    totals = [rank["uneven"]["several k"]["own"][3] for rank in ranks(world_size)]
    assert totals == {2: [101, 0], 4: [50, 0, 31, 20]}[world_size]


def test_a_padded_sampler_puts_torchmetrics_off_and_accord_not(ranks: Ranks) -> None:
    # 10 samples on 4 ranks: 0, 3, 6 and 9 are wrong, and the sampler repeats 0 and 1.
    for rank in ranks(4):
        assert rank["sampler"]["peer"] == pytest.approx(7 / 12)
        assert rank["sampler"]["tally"][0] == 6
        assert rank["sampler"]["tally"][3] == 10


def test_a_padded_sampler_of_two_is_masked_too(ranks: Ranks) -> None:
    # 9 samples on 2 ranks: 0, 3 and 6 are wrong, and the sampler repeats 0.
    for rank in ranks(2):
        assert rank["sampler"]["peer"] == pytest.approx(6 / 10)
        assert rank["sampler"]["tally"][0] == 6
        assert rank["sampler"]["tally"][3] == 9


@SIZES
def test_samples_that_a_loader_repeats_are_counted_once_by_their_ids(
    ranks: Ranks, world_size: int
) -> None:
    # Of 10 samples 0, 3, 6 and 9 are wrong; the first ones come again.
    for rank in ranks(world_size):
        found = rank["even"]
        assert found["figure"] == pytest.approx(6 / 10)
        assert (found["tally"][0], found["tally"][3]) == (6, 10)
        assert found["peer"] == pytest.approx({2: 7 / 12, 4: 10 / 16}[world_size])


@pytest.mark.parametrize("length", range(12))
@pytest.mark.parametrize("world_size", [1, 2, 4, 5])
def test_each_sample_is_kept_once_among_those_the_sampler_gives(
    length: int, world_size: int
) -> None:
    if length == 0:
        assert sampler_mask(0, world_size, 0).tolist() == []
        return
    seen = []
    for rank in range(world_size):
        data = torch.utils.data.TensorDataset(torch.arange(length))
        sampler: Any = torch.utils.data.DistributedSampler(data, world_size, rank, seed=3)
        mask = sampler_mask(length, world_size, rank).tolist()
        seen += [sample for sample, own in zip(sampler, mask, strict=True) if own]
    assert sorted(seen) == list(range(length))


def test_a_rank_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match=r"rank=4 is outside 0\.\.3"):
        sampler_mask(10, 4, 4)
    with pytest.raises(ValueError, match=r"world_size=0 do not describe a split dataset"):
        sampler_mask(10, 0, 0)
    with pytest.raises(TypeError, match=r"length=1\.5 is a float"):
        sampler_mask(1.5, 2, 0)  # type: ignore[arg-type]  # that is the fault


@SIZES
@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16", "float16", "int16", "bool"])
def test_sharded_classes_give_the_standing_of_the_whole_r4(
    ranks: Ranks, world_size: int, dtype: str
) -> None:
    for rank in ranks(world_size):
        found = rank["sharded"][dtype]
        assert found["sharded"] == found["whole"]
        assert sum(found["whole"][1]) > 0  # ties, across the borders of shards too


@SIZES
def test_a_label_that_is_no_class_stands_behind_every_class_r4(
    ranks: Ranks, world_size: int
) -> None:
    for rank in ranks(world_size):
        assert rank["sharded"]["float32"]["unknown"] == [[23] * 3, [0] * 3, [0] * 3]


@SIZES
def test_sharded_classes_give_the_tally_of_the_whole_r17(ranks: Ranks, world_size: int) -> None:
    for rank in ranks(world_size):
        assert rank["sharded"]["tally"] == rank["sharded"]["whole tally"]


@pytest.mark.parametrize("world_size", [2, 4])
def test_r25_sharded_candidates_rank_as_those_of_the_whole(ranks: Ranks, world_size: int) -> None:
    for rank in ranks(world_size):
        found = rank["sharded"]["candidates"]
        assert found["sharded"] == found["whole"]
        assert len(found["barred"]) > 20
        assert all(found["barred"])  # and none raised in one process, while the others wait


@SIZES
def test_a_dtensor_is_ranked_along_either_axis(ranks: Ranks, world_size: int) -> None:
    for rank in ranks(world_size):
        assert rank["dtensor"]["last"] == rank["dtensor"]["whole"]
        assert rank["dtensor"]["first"] == rank["dtensor"]["whole"]


def test_what_is_not_sharded_over_classes_is_refused_with_the_remedy_r23(ranks: Ranks) -> None:
    rows, function, block = ranks(2)[0]["dtensor"]["refusals"]
    assert "sharded along its class axis" in rows
    assert "full_tensor() of a DTensor" in function
    assert "offset and classes are missing" in block
