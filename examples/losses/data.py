"""The two sets of samples that the students learn from, each split in three."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold, train_test_split

Floats: TypeAlias = npt.NDArray[np.float32]
Labels: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Samples:
    """Features of shape (N, D) and the true class of each sample."""

    features: Floats
    labels: Labels


@dataclass(frozen=True)
class Data:
    """Samples to learn from, to choose by, and to report on; ``family`` of each class."""

    train: Samples
    valid: Samples
    test: Samples
    family: Labels


def digits(seed: int) -> Data:
    """Return scikit-learn's digits; each of the seeds 0 to 4 holds out another fifth of them."""
    images, labels = load_digits(return_X_y=True)
    images, labels = (images / 16).astype(np.float32), labels.astype(np.int64)
    folds = list(StratifiedKFold(5, shuffle=True, random_state=0).split(images, labels))
    rest, test = folds[seed]
    train, valid = train_test_split(
        rest, test_size=0.2, random_state=seed, stratify=labels[rest], shuffle=True
    )
    train_part, valid_part, test_part = (
        Samples(images[rows], labels[rows]) for rows in (train, valid, test)
    )
    return Data(train_part, valid_part, test_part, family=np.arange(10))


def families(
    seed: int, *, groups: int = 20, siblings: int = 10, per_class: int = 15, noise: float = 0.25
) -> Data:
    """Return made samples of many classes, in families whose members overlap.

    Everything is drawn by NumPy: a centre for each family, a centre for each class near that of
    its family, samples around the centre of their class, all in 32 dimensions; then 64 features,
    each the tanh of a random mixture. Of the labels to learn from and to choose by, a share of
    ``noise`` is replaced by a random class of the same family. Labels to report on are true.
    """
    rng = np.random.default_rng(seed)
    family = np.repeat(np.arange(groups), siblings)
    centres = rng.normal(size=(groups, 32))[family] + 0.7 * rng.normal(size=(len(family), 32))
    mixture = rng.normal(size=(32, 64)) / np.sqrt(32)

    def drawn(each: int, wrong: float) -> Samples:
        labels = np.repeat(np.arange(len(family)), each)
        places = centres[labels] + 1.2 * rng.normal(size=(len(labels), 32))
        sibling = family[labels] * siblings + rng.integers(0, siblings, len(labels))
        told = np.where(rng.random(len(labels)) < wrong, sibling, labels)
        return Samples(np.tanh(places @ mixture).astype(np.float32), told)

    return Data(drawn(per_class, noise), drawn(5, noise), drawn(20, 0.0), family)
