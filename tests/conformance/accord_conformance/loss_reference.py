"""The losses and their gradients in float64, one sample at a time, as their formulas say."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np

Row = np.ndarray[Any, Any]


class Loss(NamedTuple):
    """The loss of one sample, and its gradient by the logits."""

    value: float
    gradient: Row


def softmax(logits: Row) -> Row:
    """Return probabilities; a logit of -inf has none."""
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum())


def log_sum(logits: Row) -> float:
    """Return the logarithm of the sum of exps."""
    return float(logits.max() + np.log(np.exp(logits - logits.max()).sum()))


def list_mle(relevance: Row, logits: Row, k: int | None = None, ties: str = "first") -> Loss:
    """Go down the order place by place; each entry is drawn from those that are left."""
    logits = np.asarray(logits, np.float64)
    order = sorted(range(len(logits)), key=lambda j: (-relevance[j], j))
    value, gradient = 0.0, np.zeros(len(logits))
    for place, entry in enumerate(order):
        ahead = sum(bool(each > relevance[entry]) for each in relevance)
        first = ahead if ties == "bound" else place
        if k is not None and first >= k:
            continue
        left = order[first:]
        value += log_sum(logits[left]) - logits[entry]
        gradient[left] += softmax(logits[left])
        gradient[entry] -= 1
    return Loss(float(value), gradient)


def smooth_top_k(label: int, logits: Row, k: int, temperature: float = 1.0) -> Loss:
    """Write out every set of k classes."""
    logits = np.asarray(logits, np.float64)
    sets = list(itertools.combinations(range(len(logits)), k))
    held = np.array([[j in each for j in range(len(logits))] for each in sets])
    means = np.where(held, logits, 0).sum(axis=1) / k
    right = held[:, label]
    every, with_label = (means + ~right) / temperature, means[right] / temperature
    shares = softmax(every) @ held - softmax(with_label) @ held[right]
    return Loss(temperature * (log_sum(every) - log_sum(with_label)), shares / k)


def hinge(label: int, logits: Row, k: int) -> float:
    """Return the top-k hinge, to which `smooth_top_k` tends."""
    others = np.sort(np.delete(np.asarray(logits, np.float64), label))[::-1]
    return max(0.0, 1 + float(others[k - 1] - logits[label]) / k)


def top_k_distillation(
    teacher: Row,
    student: Row,
    k: int,
    *,
    temperature: float = 1.0,
    rest: str = "other",
    ties: str = "first",
) -> Loss:
    """Pool or drop what is not among the teacher's k best."""
    teacher, student = np.asarray(teacher, np.float64), np.asarray(student, np.float64)
    sign = 1 if ties == "first" else -1
    order = sorted(range(len(teacher)), key=lambda j: (-teacher[j], sign * j))
    best, others = order[:k], order[k:]
    gradient = np.zeros(len(student))
    sides = teacher / temperature, student / temperature
    if rest == "drop":
        gradient[best] = softmax(sides[1][best]) - softmax(sides[0][best])
        value = divergence(*(side[best] - log_sum(side[best]) for side in sides))
        return Loss(temperature**2 * value, temperature * gradient)
    logs = [side - log_sum(side) for side in sides]
    p, q = np.exp(logs)
    gradient[best] = q[best] - p[best]
    value = divergence(*(each[best] for each in logs))
    if others:
        gradient[others] = q[others] - p[others].sum() * softmax(sides[1][others])
        value += divergence(*(np.array([log_sum(each[others])]) for each in logs))
    return Loss(temperature**2 * value, temperature * gradient)


def divergence(log_p: Row, log_q: Row) -> float:
    """Return ``sum(p * log(p / q))`` of logarithms, without the terms whose p is 0."""
    there = np.exp(log_p) > 0
    return float((np.exp(log_p[there]) * (log_p[there] - log_q[there])).sum())
