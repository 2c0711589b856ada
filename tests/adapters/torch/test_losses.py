"""Losses on tensors: their gradients, and PyTorch's own losses where they are the same."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn import functional

from accord.losses import list_mle, smooth_top_k, top_k_distillation

SEEDED = torch.Generator().manual_seed(18)
LOGITS = 3 * torch.randn(8, 6, generator=SEEDED, dtype=torch.float64)
TEACHER = torch.randn(8, 6, generator=SEEDED, dtype=torch.float64)
LABELS = torch.randint(0, 6, (8,), generator=SEEDED)
RELEVANCE = torch.randint(0, 3, (8, 6), generator=SEEDED)


def gradient(loss: Any, logits: torch.Tensor) -> torch.Tensor:
    """Return the gradient of a loss."""
    leaf = logits.clone().requires_grad_()
    loss(leaf).backward()
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

    def theirs(logits: torch.Tensor) -> torch.Tensor:
        softened = functional.log_softmax(logits / temperature, dim=-1)
        wanted = functional.softmax(TEACHER / temperature, dim=-1)
        return torch.nn.KLDivLoss(reduction="batchmean")(softened, wanted) * temperature**2

    torch.testing.assert_close(ours(LOGITS), theirs(LOGITS))
    torch.testing.assert_close(gradient(ours, LOGITS), gradient(theirs, LOGITS))


EACH = {
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
    torch.testing.assert_close(found.double(), expected, rtol=eps, atol=eps * expected.abs().max())


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
    top_k_distillation(teacher, LOGITS.clone().requires_grad_(), 2).backward()
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
    compiled = torch.compile(loss, fullgraph=True, backend="aot_eager")
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
            found.backward()
            optimiser.step()
            losses.append(found.item())
        assert losses[-1] < losses[0]
