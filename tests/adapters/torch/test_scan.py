"""The compiled row scan, called by graphs for the CPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

import accord
from accord import scan
from accord_torch import scan as operation

pytest.importorskip("numba")

SAMPLES, CLASSES = 2100, 250  # more scores than a call is worth


@pytest.fixture(autouse=True)
def _traced_anew() -> None:
    torch._dynamo.reset()  # noqa: SLF001  # the documented way to forget what was compiled


def tie_rich(dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    seeded = torch.Generator().manual_seed(0)
    scores = torch.randint(-3, 4, (SAMPLES, CLASSES), generator=seeded).to(dtype)
    if dtype.is_floating_point:
        scores[torch.rand(scores.shape, generator=seeded) < 0.001] = torch.nan
        scores[torch.rand(scores.shape, generator=seeded) < 0.01] = torch.inf
        scores[torch.rand(scores.shape, generator=seeded) < 0.01] = -0.0
    return torch.randint(0, CLASSES, (SAMPLES,), generator=seeded), scores


def count(labels: Tensor, scores: Tensor) -> Tensor:
    correct: Tensor = accord.TopK(5).tally(labels, scores).correct
    return correct


def calls_in(function: Callable[..., Any], *arrays: Tensor) -> tuple[Any, bool]:
    """Return a result by a compiled graph, and whether that called the scan."""
    graphs: list[str] = []

    def keep(graph: torch.fx.GraphModule, _: Any) -> Any:
        graphs.append(graph.code)
        return graph

    found = torch.compile(function, fullgraph=True, backend=keep)(*arrays)
    return found, any("accord.standings" in each for each in graphs)


@pytest.mark.parametrize(
    "dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int8]
)
def test_r20_a_compiled_graph_counts_by_the_scan_what_eager_code_counts_without(
    dtype: torch.dtype,
) -> None:
    labels, scores = tie_rich(dtype)
    labels[::50] = -1  # which a trace can't refuse, so it counts them (R22)
    good = labels >= 0
    for ties in ("first", "last", "optimistic", "pessimistic"):
        measure = accord.TopK((1, 40), ties=ties)
        tally, called = calls_in(measure.tally, labels, scores)
        assert called
        with scan.using(False):
            expected = measure.tally(labels[good], scores[good])
        assert tally.invalid == (~good).sum()
        assert tally.total == SAMPLES
        for field in ("correct", "floor", "ceiling", "undefined"):
            assert torch.equal(getattr(tally, field), getattr(expected, field))


def test_r4_standings_in_a_compiled_graph_are_of_whole_rows() -> None:
    labels, scores = tie_rich()
    found, called = calls_in(lambda y, s: tuple(accord.standing(y, s)), labels, scores)
    assert called
    with scan.using(False):
        expected = accord.standing(labels, scores)
    assert all(map(torch.equal, found, expected))


def test_r12_a_class_axis_elsewhere_and_more_axes_are_read_as_they_are() -> None:
    labels, scores = tie_rich()
    images = scores.reshape(30, 70, CLASSES).permute(0, 2, 1)
    found, called = calls_in(accord.TopK(5, axis=1).tally, labels.reshape(30, 70), images)
    assert called
    with scan.using(False):
        assert found.correct == accord.TopK(5).tally(labels, scores).correct


def test_inductor_and_vmap_run_the_call() -> None:
    labels, scores = tie_rich()
    both = torch.stack([labels, labels.flip(0)]), torch.stack([scores, scores])
    with scan.using(False):
        expected = [count(*each) for each in zip(*both, strict=True)]
    assert torch.compile(count, fullgraph=True)(labels, scores) == expected[0]
    for dims, args in (((0, 0), (both[1], both[0])), ((None, 0), (scores, both[0]))):
        found = torch.vmap(operation.rank_counts, (*dims, None), out_dims=1)(*args, CLASSES + 1)
        for place, each in enumerate(both[0]):
            assert torch.equal(found[:, place], torch.stack(accord.standing(each, scores)))


def test_the_call_is_an_operation_as_pytorch_wants_them() -> None:
    labels, scores = tie_rich()
    torch.library.opcheck(operation.rank_counts, (scores, labels, 5))


def test_few_scores_unwanted_scans_and_exported_programs_do_without_the_call() -> None:
    labels, scores = tie_rich()
    assert not calls_in(count, labels[:100], scores[:100])[1]

    class Model(torch.nn.Module):
        def forward(self, labels: Tensor, scores: Tensor) -> Tensor:
            return count(labels, scores)

    exported = torch.export.export(Model(), (labels, scores))
    assert "accord.standings" not in exported.graph_module.code
    assert exported.module()(labels, scores) == count(labels, scores)
    torch._dynamo.reset()  # noqa: SLF001  # as above
    with scan.using(False):
        assert not calls_in(count, labels, scores)[1]
