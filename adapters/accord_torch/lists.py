"""Ranked lists in torchmetrics' metrics: the best classes of each sample, and no more (R28)."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from torch import Tensor

from accord import Measure, Tally
from accord_torch.states import KeptMetric


class ListMetric(KeptMetric):
    """A metric that counts ranked lists, too."""

    @property
    @abstractmethod
    def measure(self) -> Measure:
        """What is counted."""

    @abstractmethod
    def _add(self, tally: Tally, name: str) -> None:
        """Add a tally of what messages call by a name."""

    def update_from_lists(
        self,
        classes: Any,
        target: Any,
        scores: Tensor | None = None,
        *,
        n_classes: int | None = None,
        labels: Any = None,
        sample_weight: Tensor | None = None,
        mask: Tensor | None = None,
        groups: Tensor | None = None,
    ) -> None:
        """Count a batch of which only the best classes of each sample were kept (R28).

        Parameters
        ----------
        classes : tensor of int, shape (..., m)
            The classes of each sample, best first, as the indices of ``torch.topk``; -1 for no
            entry. Predicted labels, lists of one entry, may leave out the last axis.
        target : tensor of int, shape (...)
            True classes.
        scores, n_classes, labels, sample_weight, mask, groups
            As `accord.RankMeasure.tally_from_lists` takes them.

        Raises
        ------
        ValueError, TypeError
            As `accord.RankMeasure.tally_from_lists`, and if the number of classes differs from the
            batches before; the metric is then unchanged (R22).
        """
        more: dict[str, Any] = {"n_classes": n_classes, "labels": labels}
        more |= {"sample_weight": sample_weight, "mask": mask, "groups": groups}
        more |= {"n_groups": self._kept.n_groups, "per_class": self._kept.by_class}
        self._wrap_update(self._count_lists)(target, classes, scores, **more)

    def _count_lists(self, *lists: Any, **more: Any) -> None:
        self._add(self.measure.tally_from_lists(*lists, **more), "the batch")
