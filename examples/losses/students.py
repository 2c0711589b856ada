"""Students that learn by one loss each, and their teachers."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import torch
from losses.data import Data, Floats, Samples
from sklearn.ensemble import RandomForestClassifier
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, one_hot

import accord
from accord.losses import list_mle, smooth_top_k, top_k_distillation

K = 5
BATCH = 64
TEMPERATURE = 2.0  # of distillation
SMALL, LARGE = 32, 512  # the hidden units of students, and of the teacher


class Lesson(NamedTuple):
    """What a student learns from besides the features: a row for each training sample."""

    label: Tensor
    relevance: Tensor  # 2 for the class of the label, 1 for its siblings, 0 for all others
    forest: Tensor  # logarithms of probabilities
    network: Tensor  # logits


Loss: TypeAlias = Callable[[Lesson, Tensor], Tensor]
Step: TypeAlias = Callable[[nn.Module, Tensor], Tensor]  # the loss of a model on some samples


def labels_only(lesson: Lesson, logits: Tensor) -> Tensor:
    """Return the cross-entropy."""
    return cross_entropy(logits, lesson.label)


def half(loss: Loss) -> Loss:
    """Return the mean of cross-entropy and a loss."""
    return lambda lesson, logits: (labels_only(lesson, logits) + loss(lesson, logits)) / 2


def distilled(teacher: str, k: int | None = K) -> Loss:
    """Return the mean of cross-entropy and the distillation of a teacher's k best classes."""

    def loss(lesson: Lesson, logits: Tensor) -> Tensor:
        taught: Tensor = getattr(lesson, teacher)
        best = k or logits.shape[-1]
        found: Tensor = top_k_distillation(taught, logits, best, temperature=TEMPERATURE)
        return found

    return half(loss)


SIBLINGS = "list_mle, siblings second"
LOSSES: dict[str, Loss] = {
    "cross-entropy": labels_only,
    "smooth_top_k, temperature 1": lambda lesson, logits: smooth_top_k(lesson.label, logits, K),
    "smooth_top_k, temperature 0.1": lambda lesson, logits: smooth_top_k(
        lesson.label, logits, K, temperature=0.1
    ),
    SIBLINGS: lambda lesson, logits: list_mle(lesson.relevance, logits, k=2, ties="bound"),
    "list_mle, network's 5 best": half(
        lambda lesson, logits: list_mle(lesson.network, logits, k=K)
    ),
    "top_k_distillation, forest": distilled("forest"),
    "top_k_distillation, network": distilled("network"),
    "distillation of all classes": distilled("network", None),
}


@dataclass(frozen=True)
class Budget:
    """How much each loss may try: the learning rates, and the batches to learn from by each.

    ``trees`` is the size of the forest.
    """

    rates: tuple[float, ...] = (0.001, 0.003, 0.01)
    batches: int = 600
    trees: int = 200


class Trained(NamedTuple):
    """A network, how it did on the validation samples, and the learning rate that was chosen."""

    model: nn.Module
    quality: float
    rate: float


def network(features: int, hidden: int, classes: int) -> nn.Sequential:
    """Return a network with one hidden layer; a wide one drops half of it while it learns."""
    dropped = nn.Dropout(0.5 if hidden > SMALL else 0.0)
    return nn.Sequential(
        nn.Linear(features, hidden), nn.ReLU(), dropped, nn.Linear(hidden, classes)
    )


@torch.no_grad()
def scores(model: nn.Module, samples: Samples) -> Tensor:
    """Return the logits of some samples."""
    found: Tensor = model.eval()(torch.from_numpy(samples.features))
    return found


def quality(model: nn.Module, samples: Samples) -> float:
    """Return the mean of top-1 and top-5 accuracy."""
    labels = torch.from_numpy(samples.labels)
    return float(accord.top_k_accuracy(labels, scores(model, samples), (1, K)).mean())


def learn(model: nn.Module, data: Data, step: Step, rate: float, epochs: int) -> Trained:
    """Train by one learning rate, and keep the epoch that did best on the validation samples."""
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate)
    best = Trained(model, -1.0, rate)
    for _ in range(epochs):
        model.train()
        for rows in torch.randperm(len(data.train.labels)).split(BATCH):
            optimiser.zero_grad()
            step(model, rows).backward()
            optimiser.step()
        found = quality(model, data.valid)
        if found > best.quality:
            best = Trained(copy.deepcopy(model), found, rate)
    return best


def train(
    data: Data, lesson: Lesson, loss: Loss, budget: Budget, *, seed: int, hidden: int = SMALL
) -> Trained:
    """Train once by each learning rate, from the same weights, and return the best."""
    features = torch.from_numpy(data.train.features)
    epochs = max(1, budget.batches * BATCH // len(features))

    def step(model: nn.Module, rows: Tensor) -> Tensor:
        return loss(Lesson(*(each[rows] for each in lesson)), model(features[rows]))

    def tried(rate: float) -> Trained:
        torch.manual_seed(seed)
        model = network(features.shape[1], hidden, len(data.family))
        return learn(model, data, step, rate, epochs)

    return max(map(tried, budget.rates), key=lambda each: each.quality)


def taught(data: Data, budget: Budget, seed: int) -> tuple[Lesson, dict[str, Floats]]:
    """Train the teachers; return the lesson of the students, and each teacher's test scores."""
    label = torch.from_numpy(data.train.labels)
    own = one_hot(label, len(data.family))
    family = torch.from_numpy(data.family)
    sibling = (family[label][:, None] == family).long()
    lesson = Lesson(label, own + sibling, *2 * [torch.empty(len(label), 0)])

    forest = RandomForestClassifier(
        budget.trees, min_samples_leaf=2, oob_score=True, random_state=seed
    ).fit(data.train.features, data.train.labels)
    with np.errstate(divide="ignore"):
        votes = np.log(forest.oob_decision_function_).astype(np.float32)
    large = train(data, lesson, labels_only, budget, seed=seed, hidden=LARGE).model
    lesson = lesson._replace(forest=torch.from_numpy(votes), network=scores(large, data.train))
    return lesson, {
        "teacher: forest": forest.predict_proba(data.test.features).astype(np.float32),
        "teacher: network": scores(large, data.test).numpy(),
    }
