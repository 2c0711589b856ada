"""Under torch.compile, torch.export and torch.func."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch._dynamo.exc import Unsupported
from torch._dynamo.utils import counters

import accord
from accord_torch import TopKAccuracy

SEEDED = torch.Generator().manual_seed(4)


def batch(size: int) -> tuple[Tensor, Tensor]:
    scores = torch.randint(0, 5, (size, 6), generator=SEEDED) / 4
    return torch.randint(0, 6, (size,), generator=SEEDED), scores


CALLS: dict[str, Callable[[Tensor, Tensor], Any]] = {
    "top k": lambda y, s: accord.top_k_accuracy(y, s, (1, 3), average="macro"),
    "weighted": lambda y, s: accord.top_k_accuracy(
        y, s, 3, ties="expected", sample_weight=s.sum(-1), mask=y > 2, ignore_index=-100
    ),
    "standing": lambda y, s: tuple(accord.standing(y, s)),
    "categorical": lambda y, s: accord.categorical_accuracy(torch.nn.functional.one_hot(y, 6), s),
    "binary": lambda y, s: accord.binary_accuracy(y > 2, s[:, 0], average=None),
    "multilabel": lambda _, s: accord.multilabel_accuracy(s > 0.3, s, criteria="hamming"),
    "k best": lambda _, s: accord.multilabel_accuracy(s > 0.3, s, k=2),
    "pixels": lambda y, s: accord.top_k_accuracy(y[None], s.T[None], 2, axis=1),
}


@pytest.mark.parametrize("name", CALLS)
def test_one_graph_serves_every_batch_size_r20(name: str) -> None:
    torch._dynamo.reset()  # noqa: SLF001  # the documented way to forget what was compiled
    counters.clear()
    # What is asked here is how often it is traced; the laws run what inductor makes of it.
    compiled = torch.compile(CALLS[name], fullgraph=True, backend="eager")
    for size in (64, 2, 7, 31, 5):
        labels, scores = batch(size)
        for tensor in (labels, scores):
            torch._dynamo.maybe_mark_dynamic(tensor, 0)  # noqa: SLF001  # as the manual has it
        torch.testing.assert_close(
            compiled(labels, scores), CALLS[name](labels, scores), equal_nan=True
        )
    assert counters["stats"]["unique_graphs"] == 1


@pytest.mark.parametrize("average", ["micro", "macro"])
def test_a_compiled_update_counts_the_same_integers_r20(average: Any) -> None:
    torch._dynamo.reset()  # noqa: SLF001  # as above
    compiled, plain = TopKAccuracy((1, 3), average=average), TopKAccuracy((1, 3), average=average)
    update = torch.compile(compiled.update, fullgraph=True)
    for size in (64, 7, 31, 5, 64, 8, 9, 10, 11, 12, 13):  # more than dynamo recompiles
        labels, scores = batch(size)
        update(scores, labels)
        plain.update(scores, labels)
    assert torch.equal(compiled.counts, plain.counts)
    torch.testing.assert_close(compiled.compute(), plain.compute())


@pytest.mark.parametrize("size", [8, 1 << 16])
def test_r10_a_compiled_function_takes_another_threshold_at_each_call(size: int) -> None:
    torch._dynamo.reset()  # noqa: SLF001  # as above
    scores = torch.rand(size, generator=SEEDED)
    compiled = torch.compile(
        lambda y, s, t: accord.binary_accuracy(y, s, threshold=t), fullgraph=True, backend="eager"
    )
    for threshold in (0.25, 0.5, 0.75):  # a symbol from the second on
        found = compiled(scores > 0.4, scores, threshold)
        assert found == accord.binary_accuracy(scores > 0.4, scores, threshold=threshold)


def test_bad_labels_of_a_compiled_update_are_warned_of_r22() -> None:
    metric = TopKAccuracy(1)
    torch.compile(metric.update, fullgraph=True, backend="eager")(
        torch.tensor([[0.9, 0.1]] * 3), torch.tensor([0, 9, -1])
    )
    with pytest.warns(RuntimeWarning, match="2 labels counted as misses are not classes"):
        assert metric.compute() == pytest.approx(1 / 3)


def test_static_faults_are_refused_while_tracing_r21() -> None:
    labels, scores = batch(8)
    message = "k=7 exceeds the 6 classes in y_score"
    with pytest.raises(ValueError, match=message):
        torch.compile(lambda y, s: accord.top_k_accuracy(y, s, 7))(labels, scores)
    # torch wraps whatever is raised where no graph break is allowed.
    with pytest.raises(Unsupported, match=message):
        torch.compile(lambda y, s: accord.top_k_accuracy(y, s, 7), fullgraph=True)(labels, scores)


def test_a_first_call_may_be_a_compiled_one() -> None:
    program = """
import accord, sys, torch
assert "accord_torch" not in sys.modules
top = torch.compile(lambda y, s: accord.top_k_accuracy(y, s, 1), fullgraph=True, backend="eager")
print(top(torch.tensor([1]), torch.tensor([[0.2, 0.8]])).item())
"""
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout == "1.0\n"


class Scorer(torch.nn.Module):
    """A model that reports its own accuracy."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(4, 6)

    def forward(self, inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        scores = self.layer(inputs)
        return scores, accord.top_k_accuracy(labels, scores, 3)


@pytest.mark.parametrize("strict", [True, False])
def test_a_module_that_scores_itself_is_exported(strict: bool) -> None:
    model, size = Scorer(), torch.export.Dim("size", min=2)
    labels = batch(16)[0]
    program = torch.export.export(
        model,
        (torch.randn(16, 4), labels),
        dynamic_shapes=({0: size}, {0: size}),
        strict=strict,
    )
    inputs, labels = torch.randn(5, 4), labels[:5]
    assert program.module()(inputs, labels)[1] == model(inputs, labels)[1]


def test_vmap_and_grad_may_stand_around_a_figure() -> None:
    labels, scores = batch(12)
    mapped = torch.func.vmap(lambda y, s: accord.top_k_accuracy(y, s, 2))
    found = mapped(labels.reshape(3, 4), scores.reshape(3, 4, 6))
    each = [
        accord.top_k_accuracy(y, s, 2)
        for y, s in zip(labels.split(4), scores.split(4), strict=True)
    ]
    torch.testing.assert_close(found, torch.stack(each))

    def loss(s: Tensor) -> Any:
        return s.sum() + accord.top_k_accuracy(labels, s, 2)

    assert torch.equal(torch.func.grad(loss)(scores), torch.ones_like(scores))
