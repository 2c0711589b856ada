"""The compiled row scan, called by graphs for the CPU."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor
from torch._dynamo.utils import counters

import accord
from accord import scan
from accord_torch import TopKAccuracy
from accord_torch import scan as operation

pytest.importorskip("numba")

SAMPLES, CLASSES = 2100, 50  # more scores than a call is worth


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


def calls_in(function: Callable[..., Any], *arrays: Any) -> tuple[Any, bool]:
    """Return a result by a compiled graph, and whether that called the scan."""
    graphs: list[str] = []

    def keep(graph: torch.fx.GraphModule, _: Any) -> Any:
        graphs.append(graph.code)
        return graph

    found = torch.compile(function, fullgraph=True, backend=keep)(*arrays)
    return found, any("accord.count" in each for each in graphs)


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


def test_r6_rows_are_read_until_they_are_misses_at_the_largest_of_several_k() -> None:
    scores = torch.rand((40, 2000), generator=torch.Generator().manual_seed(1))
    labels = scores.argsort(1, descending=True)[torch.arange(40), torch.arange(40) % 10]
    with scan.using(True):
        found, called = calls_in(lambda y, s: accord.in_top_k(y, s, (1, 5)), labels, scores)
    assert called
    assert found.sum(1).tolist() == [4, 20]


def test_r12_a_class_axis_elsewhere_and_more_axes_are_read_as_they_are() -> None:
    labels, scores = tie_rich()
    images = scores.reshape(30, 70, CLASSES).permute(0, 2, 1)
    found, called = calls_in(accord.TopK(5, axis=1).tally, labels.reshape(30, 70), images)
    assert called
    with scan.using(False):
        assert found.correct == accord.TopK(5).tally(labels, scores).correct


def test_inductor_runs_the_call() -> None:
    labels, scores = tie_rich()
    with scan.using(False):
        expected = count(labels, scores)
    assert torch.compile(count, fullgraph=True)(labels, scores) == expected


Call = Callable[[Tensor, Tensor, Tensor, Tensor], Any]

CALLS: dict[str, Call] = {
    "a tuple of k": lambda y, s, m, _: accord.TopK((1, 5)).tally(y, s, mask=m),
    "the mean over ties, weighted, by class": lambda y, s, m, w: accord.TopK(
        3, ties="expected", ignore_index=7
    ).tally(y, s, mask=m, sample_weight=w, per_class=True),
    "by class": lambda y, s, m, _: accord.SparseCategorical().tally(y, s, mask=m, per_class=True),
    "one's own measure": lambda y, s, m, w: ReciprocalRank().tally(y, s, mask=m, sample_weight=w),
    "rows of labels": lambda y, s, m, w: accord.TopKCategorical(2).tally(
        rows_of(y, s), s, mask=m, sample_weight=w
    ),
    "labels 0 and 1": lambda y, s, m, w: accord.Binary(
        0.0, ignore_index=3, at_threshold="positive"
    ).tally(y[:, None].expand(s.shape), s, mask=m[:, None].expand(s.shape), per_class=True),
    "labels 0 and 1, weighted": lambda y, s, m, w: accord.Binary(1.0).tally(
        y[:, None].expand(s.shape), s, sample_weight=w[:, None].expand(s.shape)
    ),
    "label sets": lambda y, s, m, w: accord.Multilabel("jaccard", threshold=1.0).tally(
        sets_of(y, s), s, mask=m, sample_weight=w
    ),
    "labels of sets": lambda y, s, m, _: accord.Multilabel("hamming", threshold=1.0).tally(
        sets_of(y, s), s, mask=m
    ),
    "the best of sets": lambda y, s, m, _: accord.Multilabel(
        "overlap", k=(2, 40), ties="last"
    ).tally(sets_of(y, s), s, mask=m),
    "standings": lambda y, s, m, w: accord.standing(y, s),
    "which are hits": lambda y, s, m, w: (accord.in_top_k(y, s, (1, 9), ties="expected"),),
    "the credit of rows": lambda y, s, m, w: (accord.TopKCategorical(2).credit(rows_of(y, s), s),),
}


def rows_of(labels: Tensor, scores: Tensor) -> Tensor:
    """Return a one-hot row for each label; a bad label gives a row of no class."""
    return (labels[:, None] == torch.arange(scores.shape[-1])).to(torch.float32)


def sets_of(labels: Tensor, scores: Tensor) -> Tensor:
    """Return a set of two labels for each label; a bad label gives one that is neither 0 nor 1."""
    rows = rows_of(labels, scores) + rows_of(labels + 1, scores)
    return torch.where(labels[:, None] < 0, 2 * rows, rows)


@pytest.mark.parametrize("name", CALLS)
def test_r20_r22_the_call_counts_what_the_graph_counts_itself(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels, scores = tie_rich()
    if "0 and 1" in name:
        labels %= 2
    mask, weight = torch.arange(SAMPLES) % 7 > 0, (torch.arange(SAMPLES) + 1) % 5 / 4
    bad_labels, bad_weight = labels.clone(), weight.clone()  # which a trace can't refuse
    bad_labels[::50], bad_labels[::90] = -1, CLASSES
    bad_weight[::60], bad_weight[::70] = -1.0, torch.nan
    batches = (labels, scores, mask, weight), (bad_labels, scores, mask, bad_weight)
    results, called = calls_in(lambda *some: [CALLS[name](*each) for each in some], *batches)
    assert called
    torch._dynamo.reset()  # noqa: SLF001  # as above
    monkeypatch.setattr(operation, "WORTH_A_CALL", 1 << 40)
    expected, called = calls_in(lambda *some: [CALLS[name](*each) for each in some], *batches)
    assert not called
    for found, counted in zip(results, expected, strict=True):
        for mine, theirs in zip(found, counted, strict=True):
            assert mine.dtype == theirs.dtype
            torch.testing.assert_close(mine, theirs, rtol=1e-12, atol=0)
    good, bad = results
    if isinstance(good, accord.Tally):
        assert good.invalid == 0
        assert bad.invalid > 0


def test_r20_a_scan_that_is_off_or_not_loaded_when_the_graph_runs_changes_no_count() -> None:
    labels, scores = tie_rich()
    labels[0] = -1
    compiled = torch.compile(accord.TopK(5).tally, fullgraph=True, backend="eager")
    scanned = compiled(labels, scores)
    with scan.using(False):
        assert all(map(torch.equal, compiled(labels, scores), scanned))


def test_one_graph_serves_every_batch_size_and_every_k() -> None:
    labels, scores = tie_rich()
    counters.clear()
    top = torch.compile(
        lambda y, s, k: accord.TopK(k).tally(y, s), fullgraph=True, backend="aot_eager"
    )
    for size in (SAMPLES, SAMPLES + 7, 2 * SAMPLES):
        batch = labels.repeat(2)[:size], scores.repeat(2, 1)[:size]
        for tensor in batch:
            torch._dynamo.maybe_mark_dynamic(tensor, 0)  # noqa: SLF001  # as the manual has it
        assert all(map(torch.equal, top(*batch, 5), accord.TopK(5).tally(*batch)))
    assert counters["stats"]["unique_graphs"] == 1
    for k in (2, 3, 40):  # a symbol from the second on
        assert top(*batch, k).correct == accord.TopK(k).tally(*batch).correct
    assert counters["stats"]["unique_graphs"] <= 2


@pytest.mark.parametrize(
    "measure",
    [
        accord.TopK(3),
        accord.TopKCategorical(2),
        accord.Multilabel("jaccard", k=3),
        accord.Binary(0.25),
    ],
    ids=repr,
)
def test_one_graph_serves_every_number_of_samples_and_classes(measure: accord.Measure) -> None:
    counters.clear()
    tally = torch.compile(
        lambda y, s: measure.tally(y, s, per_class=measure.by_class),
        fullgraph=True,
        dynamic=True,
        backend="aot_eager",
    )
    for shape in ((2000, 60), (3000, 40), (1000, 200)):
        scores = torch.rand(shape, generator=torch.Generator().manual_seed(1))
        labels = scores.argsort(-1) == 1
        labels = labels.long().argmax(-1) if measure.label_kind == "class" else labels
        expected = measure.tally(labels, scores, per_class=measure.by_class)
        assert all(map(torch.equal, tally(labels, scores), expected))
    assert counters["stats"]["unique_graphs"] == 1


@pytest.mark.parametrize("shared", [False, True])
def test_vmap_maps_the_call_over_batches(shared: bool) -> None:
    labels, scores = tie_rich()
    several, weights = torch.stack([labels, labels.flip(0)]), torch.rand(2, SAMPLES).double()
    every = scores if shared else torch.stack([scores, scores.flip(0)])

    def weighted(y: Tensor, s: Tensor, w: Tensor) -> Any:
        return accord.TopK((1, 5)).tally(y, s, sample_weight=w)

    mapped = torch.func.vmap(weighted, (0, None if shared else 0, 0))
    found, called = calls_in(mapped, several, every, weights)
    assert called
    for place in range(2):
        expected = weighted(several[place], scores if shared else every[place], weights[place])
        for mine, theirs in zip(found, expected, strict=True):
            torch.testing.assert_close(mine[place], theirs)


def test_vmaps_may_be_nested() -> None:
    labels, scores = tie_rich()
    each = torch.func.vmap(torch.func.vmap(count, (0, None)), (0, None))
    table = torch.stack([labels, labels.flip(0), labels.roll(1)]).expand(2, 3, SAMPLES)
    found, called = calls_in(each, table, scores)
    assert called
    assert found.tolist() == [[int(count(y, scores)) for y in row] for row in table]


@pytest.mark.parametrize("average", ["micro", "none"])
def test_a_compiled_update_of_many_scores_counts_the_same_integers(average: Any) -> None:
    labels, scores = tie_rich()
    compiled, plain = TopKAccuracy((1, 5), average=average), TopKAccuracy((1, 5), average=average)
    update = torch.compile(compiled.update, fullgraph=True, backend="aot_eager")
    for shift in range(3):
        update(scores, labels.roll(shift))
        plain.update(scores, labels.roll(shift))
    assert torch.equal(compiled.counts, plain.counts)


@dataclass(frozen=True)
class ReciprocalRank(accord.RankMeasure):
    """1 / rank of the true class."""

    def credit_at(self, rank: int) -> float:
        """Return what a rank is worth."""
        return 1 / rank


def halved() -> type[accord.RankMeasure]:
    """Return another measure of the same name."""

    @dataclass(frozen=True)
    class ReciprocalRank(accord.RankMeasure):
        def credit_at(self, rank: int) -> float:
            return 0.5 / rank

    ReciprocalRank.__qualname__ = "ReciprocalRank"
    return ReciprocalRank


def test_measures_of_one_name_are_told_apart() -> None:
    labels, scores = tie_rich()
    whole, called = calls_in(ReciprocalRank().tally, labels, scores)
    half, called_too = calls_in(halved()().tally, labels, scores)
    assert called
    assert called_too
    assert half.correct == whole.correct / 2


def test_a_measure_with_an_option_that_no_graph_can_hold_is_counted_by_the_graph() -> None:
    @dataclass(frozen=True)
    class ByTable(accord.RankMeasure):
        worth: Any = None

        def credit_at(self, rank: int) -> float:
            return float(self.worth["first"] if rank == 1 else 0)

    labels, scores = tie_rich()
    found, called = calls_in(ByTable(worth={"first": 0.5}).tally, labels, scores)
    assert not called
    assert found.correct == accord.SparseCategorical().tally(labels, scores).correct / 2


def test_the_call_is_an_operation_as_pytorch_wants_them() -> None:
    labels, scores = tie_rich()
    _, called = calls_in(accord.TopK((1, 5)).tally, labels, scores)
    assert called
    name = next(each for each in operation._works if "TopK(k=(1, 1)" in each)  # noqa: SLF001
    operator = torch.ops.accord.count.default
    for arrays in ((scores, labels), (scores.double()[::2], labels[::2])):
        torch.library.opcheck(operator, (*arrays, *[None] * 4, name, None, [1, 5], 1, 0))


def test_few_scores_unwanted_scans_and_exported_programs_do_without_the_call() -> None:
    labels, scores = tie_rich()
    assert not calls_in(count, labels[:100], scores[:100])[1]

    class Model(torch.nn.Module):
        def forward(self, labels: Tensor, scores: Tensor) -> Tensor:
            return count(labels, scores)

    exported = torch.export.export(Model(), (labels, scores))
    assert "accord.count" not in exported.graph_module.code
    assert exported.module()(labels, scores) == count(labels, scores)
    torch._dynamo.reset()  # noqa: SLF001  # as above
    with scan.using(False):
        assert not calls_in(count, labels, scores)[1]
