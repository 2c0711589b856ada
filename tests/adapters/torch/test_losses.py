"""Losses on tensors: their gradients, and PyTorch's own losses where they are the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.nn import functional

from accord.losses import list_mle, smooth_top_k, top_k_distillation
from accord_torch import ListMLELoss, SmoothTopKLoss, TopKDistillationLoss

SEEDED = torch.Generator().manual_seed(18)
LOGITS = 3 * torch.randn(8, 6, generator=SEEDED, dtype=torch.float64)
TEACHER = torch.randn(8, 6, generator=SEEDED, dtype=torch.float64)
LABELS = torch.randint(0, 6, (8,), generator=SEEDED)
RELEVANCE = torch.randint(0, 3, (8, 6), generator=SEEDED)


def gradient(loss: Any, logits: torch.Tensor) -> torch.Tensor:
    """Return the gradient of a loss."""
    leaf = logits.clone().requires_grad_()
    torch.autograd.backward(loss(leaf))
    assert leaf.grad is not None
    return leaf.grad


@pytest.mark.parametrize("ties", ["first", "bound"])
def test_list_mle_of_one_true_class_is_torchs_cross_entropy(ties: Any) -> None:
    def ours(logits: torch.Tensor) -> Any:
        return list_mle(functional.one_hot(LABELS, 6), logits, k=1, ties=ties)

    def theirs(logits: torch.Tensor) -> torch.Tensor:
        return functional.cross_entropy(logits, LABELS)

    torch.testing.assert_close(ours(LOGITS), theirs(LOGITS))
    torch.testing.assert_close(gradient(ours, LOGITS), gradient(theirs, LOGITS))


@pytest.mark.parametrize("rest", ["other", "drop"])
@pytest.mark.parametrize("temperature", [1.0, 4.0])
def test_distillation_of_all_classes_is_torchs_divergence(rest: Any, temperature: float) -> None:
    def ours(logits: torch.Tensor) -> Any:
        return top_k_distillation(TEACHER, logits, 6, temperature=temperature, rest=rest)

    def theirs(logits: torch.Tensor) -> Any:
        softened = functional.log_softmax(logits / temperature, dim=-1)
        wanted = functional.softmax(TEACHER / temperature, dim=-1)
        return torch.nn.KLDivLoss(reduction="batchmean")(softened, wanted) * temperature**2

    torch.testing.assert_close(ours(LOGITS), theirs(LOGITS))
    torch.testing.assert_close(gradient(ours, LOGITS), gradient(theirs, LOGITS))


EACH: dict[str, Callable[[torch.Tensor], Any]] = {
    "list_mle": lambda x: list_mle(RELEVANCE, x, k=4),
    "bound": lambda x: list_mle(RELEVANCE, x, ties="bound"),
    "smooth_top_k": lambda x: smooth_top_k(LABELS, x, 3, temperature=0.5),
    "other": lambda x: top_k_distillation(TEACHER, x, 2, temperature=2.0),
    "drop": lambda x: top_k_distillation(TEACHER, x, 2, rest="drop"),
}
each_loss = pytest.mark.parametrize("loss", EACH.values(), ids=EACH.keys())


@each_loss
def test_gradients_are_those_of_finite_differences_twice_over(loss: Any) -> None:
    leaf = LOGITS[:3].clone().requires_grad_()
    whole = {"RELEVANCE": RELEVANCE[:3], "LABELS": LABELS[:3], "TEACHER": TEACHER[:3]}
    own = type(loss)(loss.__code__, {**loss.__globals__, **whole})
    assert torch.autograd.gradcheck(own, (leaf,))
    assert torch.autograd.gradgradcheck(own, (leaf,))


@each_loss
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_a_gradient_has_the_dtype_of_the_logits(loss: Any, dtype: torch.dtype) -> None:
    narrow = LOGITS.to(dtype)
    assert loss(narrow).dtype == torch.float32
    found = gradient(loss, narrow)
    assert found.dtype == dtype
    expected = gradient(loss, narrow.double())
    eps = max(torch.finfo(dtype).eps, 1e-6)
    torch.testing.assert_close(
        found.double(), expected, rtol=eps, atol=eps * float(expected.abs().max())
    )


@each_loss
@pytest.mark.parametrize("far", [1e4, -1e4])
def test_gradients_far_from_zero_are_as_near_as_the_rounding_of_logits(
    loss: Any, far: float
) -> None:
    moved = (LOGITS + far).float()
    torch.testing.assert_close(gradient(loss, moved), gradient(loss, moved - far))
    spread = torch.where(LOGITS > 0, far, -far).float()
    found, expected = gradient(loss, spread), gradient(loss, spread.double())
    rounding = 2e4 * torch.finfo(torch.float32).eps
    torch.testing.assert_close(found.double(), expected, rtol=0, atol=rounding)


def test_no_gradient_flows_to_the_teacher() -> None:
    teacher = TEACHER.clone().requires_grad_()
    loss = top_k_distillation(teacher, LOGITS.clone().requires_grad_(), 2)
    torch.autograd.backward(loss)
    assert teacher.grad is None


@each_loss
def test_what_is_left_out_has_no_gradient(loss: Any) -> None:
    logits = LOGITS.clone()
    logits[0, 0] = torch.nan
    weight = torch.ones(8)
    weight[0] = 0
    with_weight = {
        name: (lambda *args, _own=own, **how: _own(*args, **how, sample_weight=weight))
        for name, own in (
            ("list_mle", list_mle),
            ("smooth_top_k", smooth_top_k),
            ("top_k_distillation", top_k_distillation),
        )
    }
    own = type(loss)(loss.__code__, {**loss.__globals__, **with_weight})
    found = gradient(own, logits)
    assert (found[0] == 0).all()
    torch.testing.assert_close(found[1:], gradient(loss, LOGITS)[1:] * 8 / 7)


@each_loss
def test_compiled_to_one_graph_nothing_changes(loss: Any) -> None:
    compiled: Any = torch.compile(loss, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(LOGITS), loss(LOGITS))
    torch.testing.assert_close(gradient(compiled, LOGITS), gradient(loss, LOGITS))


def test_a_bad_label_in_a_graph_makes_its_loss_nan() -> None:
    compiled = torch.compile(
        lambda labels, x: smooth_top_k(labels, x, 2, reduction="none"), backend="aot_eager"
    )
    labels = torch.tensor([0, 6, -1, 2])
    assert compiled(labels, LOGITS[:4]).isnan().tolist() == [False, True, True, False]


def test_parameters_of_a_model_learn_by_each_loss() -> None:
    for loss in EACH.values():
        torch.manual_seed(1)
        layer = torch.nn.Linear(4, 6, dtype=torch.float64)
        inputs = torch.randn(8, 4, dtype=torch.float64)
        optimiser = torch.optim.SGD(layer.parameters(), lr=0.02)
        losses = []
        for _ in range(20):
            optimiser.zero_grad()
            found = loss(layer(inputs))
            torch.autograd.backward(found)
            optimiser.step()
            losses.append(found.item())
        assert losses[-1] < losses[0]


def test_modules_are_the_functions_with_the_logits_first() -> None:
    mask, weight = LOGITS > -3, torch.arange(8.0)
    mask[torch.arange(8), LABELS] = True
    samples: dict[str, Any] = {"mask": mask, "sample_weight": weight}
    options: dict[str, Any] = {"temperature": 2.0, "reduction": "sum"}
    torch.testing.assert_close(
        ListMLELoss(k=3, ties="bound")(LOGITS, RELEVANCE, **samples),
        list_mle(RELEVANCE, LOGITS, k=3, ties="bound", **samples),
    )
    torch.testing.assert_close(
        SmoothTopKLoss(2, **options)(LOGITS, LABELS, **samples),
        smooth_top_k(LABELS, LOGITS, 2, **options, **samples),
    )
    torch.testing.assert_close(
        TopKDistillationLoss(2, rest="drop", **options)(LOGITS, TEACHER, **samples),
        top_k_distillation(TEACHER, LOGITS, 2, rest="drop", **options, **samples),
    )


MODULES = [
    (ListMLELoss(k=4), RELEVANCE),
    (SmoothTopKLoss(3, temperature=0.5), LABELS),
    (TopKDistillationLoss(2), TEACHER),
]


@pytest.mark.parametrize(("module", "target"), MODULES, ids=lambda each: type(each).__name__)
def test_a_module_compiles_to_one_graph_beside_its_model(module: Any, target: Any) -> None:
    layer = torch.nn.Linear(6, 6, dtype=torch.float64)

    def step(inputs: torch.Tensor, target: torch.Tensor) -> Any:
        return module(layer(inputs), target)

    compiled = torch.compile(step, fullgraph=True, backend="aot_eager")
    expected = step(LOGITS, target)
    found = compiled(LOGITS, target)
    torch.testing.assert_close(found, expected)
    wanted, got = (
        torch.autograd.grad(each, list(layer.parameters())) for each in (expected, found)
    )
    torch.testing.assert_close(got, wanted)


def test_a_module_says_what_it_computes_and_refuses_bad_options_when_it_is_made() -> None:
    expected = "SmoothTopKLoss(k=3, temperature=1.0, axis=-1, reduction='mean')"
    assert repr(SmoothTopKLoss(3)) == expected
    with pytest.raises(ValueError, match="k=0 is not a number of classes"):
        SmoothTopKLoss(0)
    with pytest.raises(ValueError, match="temperature=-1 is not above 0"):
        TopKDistillationLoss(2, temperature=-1)
    unknown: Any = "average"
    with pytest.raises(ValueError, match="reduction='average' is unknown"):
        ListMLELoss(reduction=unknown)
