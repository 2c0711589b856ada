"""Ranked lists in Keras' metrics: the best classes of each sample, and no more (R28)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import keras

from accord import Measure, Tally
from accord.counts.accumulator import Accumulator
from accord_keras.inputs import arranged_lists


class ListMetric(keras.metrics.Metric):  # type: ignore[misc]  # keras has no types
    """A metric that counts ranked lists, too."""

    measure: Measure
    _kept: Accumulator

    @abstractmethod
    def _add(self, tally: Tally, name: str) -> None:
        """Add a tally of what messages call by a name."""

    def update_from_lists(
        self,
        y_true: Any,
        classes: Any,
        scores: Any = None,
        sample_weight: Any = None,
        mask: Any = None,
        *,
        n_classes: int | None = None,
        labels: Any = None,
        groups: Any = None,
    ) -> None:
        """Count a batch of which only the best classes of each sample were kept (R28).

        Parameters
        ----------
        y_true : array of int
            True classes; a last axis of length 1 is dropped, as in `update_state`.
        classes : array of int, shape (..., m)
            The classes of each sample, best first, as the indices of ``keras.ops.top_k``; -1 for no
            entry. Predicted labels, lists of one entry, may leave out the last axis.
        scores, n_classes, labels, groups
            As `accord.RankMeasure.tally_from_lists` takes them.
        sample_weight, mask : array, optional
            As `update_state` takes them.

        Raises
        ------
        ValueError, TypeError
            As `accord.RankMeasure.tally_from_lists`; the metric is then unchanged (R22).
        """
        samples = {"sample_weight": sample_weight, "mask": mask, "groups": groups}
        lists, more = arranged_lists(y_true, classes, scores, samples)
        more |= {"n_classes": n_classes, "labels": labels}
        more |= {"n_groups": self._kept.n_groups, "per_class": self._kept.by_class}
        tally = self.measure.tally_from_lists(*lists, **more)
        self._add(tally, "the batch")

    def stateless_update_from_lists(
        self, metric_variables: Sequence[Any], *lists: Any, **options: Any
    ) -> list[Any]:
        """Return the variables after a batch of lists, for steps that JAX compiles.

        Parameters
        ----------
        metric_variables : sequence of tensors
            One for each of `variables`.
        *lists, **options
            As `update_from_lists` takes them.

        Raises
        ------
        ValueError
            If the counters do not exist yet, so there are no variables to return.
        """
        if not self.variables:
            raise ValueError(
                f"{self.name} counts by class and has no variables before its first batch; call"
                " build((None,), (None, C)) beforehand, where C is the number of classes to count"
            )
        mapping = list(zip(self.variables, metric_variables, strict=True))
        with keras.StatelessScope(state_mapping=mapping) as scope:
            self.update_from_lists(*lists, **options)
        return [scope.get_current_value(variable) for variable in self.variables]
