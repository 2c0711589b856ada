"""Lists and NumPy arrays beside tensors that are compiled (R21, R22)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch._dynamo.exc import Unsupported

import accord
from accord_torch import TopKAccuracy

SEEDED = torch.Generator().manual_seed(14)
SCORES = torch.randint(0, 5, (8, 6), generator=SEEDED) / 4
LABELS = torch.randint(0, 6, (8,), generator=SEEDED)
KNOWN = LABELS.tolist()
WEIGHTS = torch.randint(1, 9, (8,), generator=SEEDED) / 8

KINDS: dict[str, Callable[[Tensor], Any]] = {"list": Tensor.tolist, "NumPy": Tensor.numpy}
EACH = pytest.mark.parametrize("kind", KINDS)

Function = Callable[..., Any]
CALLS: dict[str, Function] = {
    "in top k": lambda y, s: accord.in_top_k(y, s, 2),
    "standing": lambda y, s: tuple(accord.standing(y, s)),
    "features": lambda y, s: accord.top_k_from_features(y, s, torch.eye(6), k=2, block=4),
    "weighted": lambda y, s: accord.top_k_accuracy(y, s, 2, sample_weight=y, average="macro"),
}


def compiled(function: Function) -> Function:
    torch._dynamo.reset()  # noqa: SLF001  # the documented way to forget what was compiled
    graph: Function = torch.compile(function, fullgraph=True, backend="eager")
    return graph


@EACH
@pytest.mark.parametrize("name", CALLS)
def test_host_labels_are_arguments_of_a_graph_r21(name: str, kind: str) -> None:
    labels = KINDS[kind](LABELS)
    found = compiled(CALLS[name])(labels, SCORES)
    torch.testing.assert_close(found, CALLS[name](LABELS, SCORES))


@EACH
def test_a_graph_serves_other_host_labels_r21(kind: str) -> None:
    graph = compiled(lambda y, s: accord.top_k_accuracy(y, s, 2))
    for shift in range(4):
        labels = (LABELS + shift) % 6
        expected = accord.top_k_accuracy(labels, SCORES, 2)
        assert graph(KINDS[kind](labels), SCORES) == expected


@EACH
def test_a_compiled_update_takes_host_arrays_r21(kind: str) -> None:
    graph, plain = TopKAccuracy(2), TopKAccuracy(2)
    wrap = KINDS[kind]
    compiled(graph.update)(
        SCORES, wrap(LABELS), sample_weight=wrap(WEIGHTS), mask=wrap(LABELS != 1)
    )
    plain.update(SCORES, LABELS, sample_weight=WEIGHTS, mask=LABELS != 1)
    assert graph.tally == plain.tally


def test_host_labels_are_constants_of_an_exported_module() -> None:
    class Fixed(torch.nn.Module):
        def forward(self, scores: Tensor) -> Any:
            return accord.top_k_accuracy(KNOWN, scores, 2)

    program = torch.export.export(Fixed(), (SCORES,), strict=True)
    assert program.module()(SCORES.flip(1)) == accord.top_k_accuracy(LABELS, SCORES.flip(1), 2)


def test_bad_host_labels_of_a_graph_are_counted_and_warned_of_r22() -> None:
    metric = TopKAccuracy(1)
    compiled(metric.update)(torch.tensor([[0.9, 0.1]] * 3), np.array([0, 9, -1]))
    with pytest.warns(RuntimeWarning, match="2 labels counted as misses"):
        assert metric.compute() == pytest.approx(1 / 3)


def test_bad_host_labels_beside_mapped_scores_are_counted_r22() -> None:
    found = torch.func.vmap(lambda s: accord.TopK(1).tally([0, 9, -1], s))(torch.ones(2, 3, 2))
    assert (found.correct.tolist(), found.invalid.tolist()) == ([1, 1], [2, 2])


def test_host_arrays_of_another_shape_or_dtype_are_refused_while_tracing_r21() -> None:
    def figure(y: Any, s: Tensor) -> Any:
        return accord.top_k_accuracy(y, s, 2)

    with pytest.raises(Unsupported, match=r"y_true has shape \(3,\)"):
        compiled(figure)([0, 1, 2], SCORES)
    with pytest.raises(Unsupported, match=r"y_true has dtype torch\.complex128"):
        compiled(figure)(np.zeros(8, np.complex128), SCORES)
