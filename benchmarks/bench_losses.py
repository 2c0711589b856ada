"""The losses of accord beside cross-entropy, on PyTorch and JAX: values, and with gradients."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import optax
import torch
from harness import Contender, Result, main, race, raised_peak, show
from torch.nn.functional import cross_entropy, kl_div, log_softmax

from accord.losses import list_mle, smooth_top_k, top_k_distillation

SHAPE, K = (4096, 1000), 5
CROSS_ENTROPY = "cross-entropy"

Loss = Callable[[Any, Any, Any], Any]  # of labels, a teacher's logits and a student's

LOSSES: dict[str, Loss] = {
    f"accord, list_mle, k={K}": lambda _, teacher, logits: list_mle(teacher, logits, k=K),
    "accord, list_mle": lambda _, teacher, logits: list_mle(teacher, logits),
    f"accord, smooth_top_k, k={K}": lambda labels, _, logits: smooth_top_k(labels, logits, K),
    f"accord, top_k_distillation, k={K}": lambda _, teacher, logits: top_k_distillation(
        teacher, logits, K
    ),
}


def raced(title: str, runs: Mapping[str, Callable[[], object]], rounds: int) -> list[Result]:
    """Race losses against cross-entropy, then measure how much memory one call of each takes."""
    limit = CROSS_ENTROPY
    contenders = [Contender(name, run, limit=name == limit) for name, run in runs.items()]
    results = race(title, contenders, rounds=rounds)
    results = [replace(each, mebibytes=peak_of(runs[each.name])) for each in results]
    show(results)
    return results


def peak_of(run: Callable[[], object]) -> float:
    """Return the peak of a call in MiB, without memory of earlier calls that glibc has kept."""
    ctypes.CDLL(None).malloc_trim(0)
    return raised_peak(run)


def on_torch(shape: tuple[int, int], rounds: int) -> list[Result]:
    """Time eager PyTorch."""
    seeded = torch.Generator().manual_seed(0)
    labels = torch.randint(0, shape[1], shape[:1], generator=seeded)
    teacher = torch.randn(*shape, generator=seeded)
    logits = torch.randn(*shape, generator=seeded, requires_grad=True)

    def divergence(_: Any, teacher: Any, logits: Any) -> Any:
        logs = log_softmax(logits, -1), log_softmax(teacher, -1)
        return kl_div(*logs, reduction="batchmean", log_target=True)

    def value(loss: Loss) -> object:
        with torch.no_grad():
            return loss(labels, teacher, logits)

    def gradient(loss: Loss) -> object:
        return torch.autograd.grad(loss(labels, teacher, logits), logits)

    losses: dict[str, Loss] = {
        CROSS_ENTROPY: lambda labels, _, logits: cross_entropy(logits, labels),
        "kl_div of all classes": divergence,
        **LOSSES,
    }
    title = f"torch, ({shape[0]} x {shape[1]}) float32"
    return both(title, losses, value, gradient, rounds)


def on_jax(shape: tuple[int, int], rounds: int) -> list[Result]:
    """Time JAX under jit."""
    keys = jax.random.split(jax.random.key(0), 3)
    labels = jax.random.randint(keys[0], shape[:1], 0, shape[1])
    teacher, logits = (jax.random.normal(key, shape) for key in keys[1:])
    entropy = optax.softmax_cross_entropy_with_integer_labels
    losses: dict[str, Loss] = {
        CROSS_ENTROPY: lambda labels, _, logits: jnp.mean(entropy(logits, labels)),
        **LOSSES,
    }
    values = {each: jax.jit(each) for each in losses.values()}
    gradients = {each: jax.jit(jax.grad(each, argnums=2)) for each in losses.values()}

    def value(loss: Loss) -> object:
        return jax.block_until_ready(values[loss](labels, teacher, logits))

    def gradient(loss: Loss) -> object:
        return jax.block_until_ready(gradients[loss](labels, teacher, logits))

    title = f"JAX, jit, ({shape[0]} x {shape[1]}) float32"
    return both(title, losses, value, gradient, rounds)


def both(
    title: str,
    losses: dict[str, Loss],
    value: Callable[[Loss], object],
    gradient: Callable[[Loss], object],
    rounds: int,
) -> list[Result]:
    """Race all losses twice: for their values, and for their gradients."""
    results = []
    for what, call in (("the value", value), ("the gradient", gradient)):
        runs = {name: partial(call, loss) for name, loss in losses.items()}
        results += raced(f"{title}, {what}", runs, rounds)
    return results


def measure(shape: tuple[int, int] = SHAPE, rounds: int = 5) -> list[Result]:
    """Time each loss beside cross-entropy; a multiple of 1 is as fast as that."""
    return [*on_torch(shape, rounds), *on_jax(shape, rounds)]


if __name__ == "__main__":
    main(measure)
