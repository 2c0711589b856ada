"""Groups and candidates in torchmetrics classes: streamed, saved, merged and compiled (R24, R25)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torchmetrics

import accord
from accord_torch import MeanReciprocalRank, TopKAccuracy

SEEDED = torch.Generator().manual_seed(24)
SCORES = torch.randint(0, 5, (90, 6), generator=SEEDED) / 4
LABELS = torch.randint(0, 6, (90,), generator=SEEDED)
GROUPS = torch.randint(0, 3, (90,), generator=SEEDED)
THERE = torch.rand((90, 6), generator=SEEDED) < 0.7
THERE[torch.arange(90), LABELS] = True


def figures_of_parts(k: Any) -> np.ndarray[Any, Any]:
    """Return the accuracy of each group, from its own samples."""
    parts = [group == GROUPS for group in range(3)]
    return np.stack(
        [
            accord.top_k_accuracy(LABELS[own], SCORES[own], k, candidates=THERE[own]).numpy()
            for own in parts
        ],
        axis=-1,
    )


def streamed(metric: Any) -> Any:
    for part in torch.arange(90).split(25):
        metric.update(SCORES[part], LABELS[part], groups=GROUPS[part], candidates=THERE[part])
    return metric


@pytest.mark.parametrize("k", [2, (1, 3)])
def test_r24_a_metric_of_groups_has_the_figure_of_each(k: Any) -> None:
    metric = streamed(TopKAccuracy(k, average="none", n_groups=3))
    np.testing.assert_allclose(metric.compute().numpy(), figures_of_parts(k), rtol=1e-6)
    mean = streamed(TopKAccuracy(k, average="macro", n_groups=3)).compute().numpy()
    np.testing.assert_allclose(mean, figures_of_parts(k).mean(-1), rtol=1e-6)
    metric.reset()
    with pytest.warns(UserWarning, match="called before the ``update``"):
        assert metric.compute().isnan().all()


def test_r24_states_are_saved_merged_and_refused_where_groups_differ() -> None:
    metric = streamed(TopKAccuracy(2, average="none", n_groups=3))
    metric.persistent(mode=True)
    again = TopKAccuracy(2, average="none", n_groups=3)
    again.persistent(mode=True)
    again.load_state_dict(metric.state_dict())
    with pytest.warns(UserWarning, match="called before the ``update``"):
        assert torch.equal(again.compute(), metric.compute())
    again.merge_state(metric)
    assert again.tally.total.tolist() == [2 * each for each in metric.tally.total.tolist()]
    other = TopKAccuracy(2, average="none", n_groups=4)
    with pytest.raises(ValueError, match="by group of 3 but"):
        other.merge_state(metric)
    with pytest.raises(RuntimeError, match="by group of 3 but"):
        other.load_state_dict(metric.state_dict())


def test_r24_a_collection_shares_counts_of_equal_groups_alone() -> None:
    collection = torchmetrics.MetricCollection(
        {
            "by": TopKAccuracy(1, average="none", n_groups=3),
            "mean": TopKAccuracy(1, average="macro", n_groups=3),
            "rank": MeanReciprocalRank(average="none", n_groups=3),
        }
    )
    collection.update(SCORES, LABELS, groups=GROUPS)
    assert sorted(map(sorted, collection.compute_groups.values())) == [["by", "mean"], ["rank"]]
    found = collection.compute()
    expected = accord.mean_reciprocal_rank(
        LABELS, SCORES, groups=GROUPS, n_groups=3, average="none"
    )
    torch.testing.assert_close(found["rank"], expected)


def test_r24_update_compiles() -> None:
    metric = TopKAccuracy(2, average="none", n_groups=3)

    def step(scores: Any, labels: Any, groups: Any, there: Any) -> Any:
        metric.update(scores, labels, groups=groups, candidates=there)

    torch.compile(step, fullgraph=True)(SCORES, LABELS, GROUPS, THERE)
    np.testing.assert_allclose(metric.compute().numpy(), figures_of_parts(2), rtol=1e-6)


def test_r22_a_bad_group_is_refused_and_the_metric_unchanged() -> None:
    metric = streamed(TopKAccuracy(2, n_groups=3))
    before = metric.tally.total.tolist()
    with pytest.raises(ValueError, match=r"groups\[0\] is 3, outside the n_groups=3 groups"):
        metric.update(SCORES[:1], LABELS[:1], groups=torch.tensor([3]))
    with pytest.raises(ValueError, match="n_groups=3 needs the group of each sample"):
        metric.update(SCORES, LABELS)
    with pytest.raises(ValueError, match="pass n_groups=G"):
        TopKAccuracy(2).update(SCORES, LABELS, groups=GROUPS)
    assert metric.tally.total.tolist() == before
