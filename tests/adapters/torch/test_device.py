"""A metric on a device without float64, as Apple's GPU is one; emulated on another's name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import pytest
import torch
import torchmetrics
from torch import Tensor
from torch.utils import _pytree as tree
from torch.utils._python_dispatch import TorchDispatchMode

import accord
from accord_torch import SparseCategoricalAccuracy, TopKAccuracy, backend, named_figures

GPU = torch.device("lazy")


class OnGpu(torch.Tensor):
    """A tensor that says it is on the device, and lies in host memory."""

    held: Tensor

    def __new__(cls, held: Tensor) -> Self:
        tensor: Self = torch.Tensor._make_wrapper_subclass(  # noqa: SLF001  # torch's own way
            cls, held.shape, dtype=held.dtype, device=GPU
        )
        tensor.held = held
        return tensor

    @classmethod
    def __torch_dispatch__(cls, *call: Any) -> Any:
        raise AssertionError("only within the mode below")


class Gpu(TorchDispatchMode):
    """Run what happens on that device, refusing float64 as it does."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        given = tree.tree_leaves((args, kwargs))
        there = any(isinstance(each, OnGpu) for each in given)
        wanted = kwargs.get("device")
        if wanted is not None:
            there = torch.device(wanted) == GPU
            kwargs["device"] = torch.device("cpu")
        else:
            mixed = [each for each in given if type(each) is Tensor and each.ndim]
            if there and mixed and "copy_" not in str(func):
                raise RuntimeError("Expected all tensors to be on the same device")
        args, kwargs = tree.tree_map_only(OnGpu, lambda each: each.held, (args, kwargs))
        found = func(*args, **kwargs)
        return tree.tree_map_only(Tensor, _put, found) if there else found


def _put(found: Tensor) -> Tensor:
    if found.dtype == torch.float64:
        raise TypeError("Cannot convert a MPS Tensor to float64 dtype")
    return OnGpu(found)


@pytest.fixture(autouse=True)
def gpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(backend, "NARROW", {GPU.type})
    with Gpu():  # type: ignore[no-untyped-call]  # torch has no types for it
        yield


SEEDED = torch.Generator().manual_seed(17)
SCORES = torch.randint(0, 5, (40, 6), generator=SEEDED) / 4
LABELS = torch.randint(0, 6, (40,), generator=SEEDED)
WEIGHTS = torch.rand(40, generator=SEEDED)


def test_the_emulated_device_has_no_float64() -> None:
    assert torch.ones(2).to(GPU).device == GPU
    with pytest.raises(TypeError, match="float64"):
        torch.ones(2, dtype=torch.float64).to(GPU)
    with pytest.raises(TypeError, match="float64"):
        torch.ones(2).to(GPU).double()


def test_a_metric_moves_with_its_model_r18() -> None:
    model: Any = torch.nn.ModuleDict({"metric": TopKAccuracy(3), "peer": torchmetrics.MeanMetric()})
    model["metric"].update(SCORES, LABELS)
    model.to(GPU)
    assert (model["metric"].counts.device, model["peer"].mean_value.device) == (GPU, GPU)
    model["metric"].update(SCORES.to(GPU), LABELS.to(GPU))
    assert model["metric"].tally.total == 80
    model.to("cpu")
    model["metric"].update(SCORES, LABELS)
    assert model["metric"].compute() == accord.top_k_accuracy(LABELS, SCORES, 3)


@pytest.mark.parametrize("average", ["micro", "macro"])
def test_a_metric_counts_there_exactly_r18(average: Any) -> None:
    metric = TopKAccuracy((1, 3), average=average).to(GPU)
    metric.update(SCORES.to(GPU), LABELS.to(GPU))
    metric.counts = metric.counts * 2**57
    metric.update(SCORES.to(GPU), LABELS.to(GPU))
    assert int(metric.tally.total.sum()) == 40 * (2**57 + 1)
    figure = metric.compute()
    assert figure.device == GPU
    expected = accord.top_k_accuracy(LABELS, SCORES, (1, 3), average=average)
    torch.testing.assert_close(figure.cpu(), expected)


@pytest.mark.parametrize("k", ["all", (6, 1, 2, 3, 3, 4, 5, 2)])
@pytest.mark.parametrize("ties", ["first", "expected"])
def test_many_k_are_counted_there_r6(k: Any, ties: Any) -> None:
    for kind in (accord.TopK, accord.NDCG):
        measure = kind(k, ties=ties)
        for weight in (torch.ones(40), WEIGHTS):
            there = LABELS.to(GPU), SCORES.to(GPU)
            found = measure.accuracy(*there, sample_weight=weight.to(GPU))
            assert found.device == GPU
            expected = measure.accuracy(LABELS, SCORES, sample_weight=weight)
            torch.testing.assert_close(found.cpu(), expected)
        found = measure.accuracy(*there)
        torch.testing.assert_close(found.cpu(), measure.accuracy(LABELS, SCORES))


def test_weights_are_summed_as_exactly_as_elsewhere_r18() -> None:
    metric = TopKAccuracy(3).to(GPU)
    metric.update(SCORES.to(GPU), LABELS.to(GPU))
    for _ in range(3):
        metric.update(SCORES.to(GPU), LABELS.to(GPU), sample_weight=WEIGHTS.to(GPU) * 2**25)
        metric.update(SCORES.to(GPU), LABELS.to(GPU), sample_weight=WEIGHTS.to(GPU))
    plain = TopKAccuracy(3)
    plain.update(SCORES, LABELS)
    for _ in range(3):
        plain.update(SCORES, LABELS, sample_weight=WEIGHTS * 2**25)
        plain.update(SCORES, LABELS, sample_weight=WEIGHTS)
    assert metric.tally.total == pytest.approx(plain.tally.total, rel=1e-6)
    assert metric.compute().cpu() == pytest.approx(plain.compute().item(), rel=1e-6)


def test_forward_and_reset_work_there() -> None:
    metric = SparseCategoricalAccuracy().to(GPU)
    expected = accord.top_k_accuracy(LABELS, SCORES, 1).item()
    assert metric(SCORES.to(GPU), LABELS.to(GPU)).item() == pytest.approx(expected)
    metric.reset()
    assert metric.counts.device == GPU
    metric.update(SCORES.to(GPU), LABELS.to(GPU))
    assert metric.compute().item() == pytest.approx(expected)


def test_a_state_is_loaded_onto_the_device_of_the_metric() -> None:
    saved = TopKAccuracy(3)
    saved.persistent(True)
    saved.update(SCORES, LABELS)
    metric = TopKAccuracy(3).to(GPU)
    metric.load_state_dict(saved.state_dict())
    metric.update(SCORES.to(GPU), LABELS.to(GPU))
    assert metric.tally.total == 80


def test_named_figures_move_too() -> None:
    metrics = named_figures(TopKAccuracy((1, 3))).to(GPU)
    metrics.update(SCORES.to(GPU), LABELS.to(GPU))
    found = [figure.item() for figure in metrics.compute().values()]
    assert found == pytest.approx(accord.top_k_accuracy(LABELS, SCORES, (1, 3)).tolist())
