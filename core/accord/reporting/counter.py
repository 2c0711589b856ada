"""What a report counts: a tally, by group too, and the samples whose scores are not all finite."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, islice
from typing import Any

import numpy as np

from accord.backends.base import Array
from accord.backends.registry import backend_of
from accord.counts.averages import Average
from accord.counts.tally import Tally
from accord.credit.nonfinite import NonFinite
from accord.inputs.batch import Batch
from accord.measures.base import Measure
from accord.metric import Metric, widest


class Counter(Metric):
    """A metric that keeps its counts on the host, those of `NonFinite` and by group too.

    Parameters
    ----------
    measure, average
        As `accord.Metric` takes them.
    n_groups : int, optional
        How many groups there are to count by, in addition.
    """

    def __init__(
        self, measure: Measure, *, average: Average = "micro", n_groups: int | None = None
    ) -> None:
        self._grouped = Metric(measure, n_groups=n_groups) if n_groups else None
        super().__init__(measure, average=average)

    def reset(self) -> None:
        """Forget every batch."""
        super().reset()
        self.nonfinite: NonFinite | None = None
        self.guessed: np.ndarray[Any, Any] | None = None
        self.samples: np.ndarray[Any, Any] | None = None
        if self._grouped is not None:
            self._grouped.reset()

    @property
    def by_group(self) -> Tally | None:
        """Everything counted so far by group; None where there are none."""
        return None if self._grouped is None else self._grouped.tally

    def update(self, y_true: Any, y_score: Array, **samples: Any) -> None:
        """Count a batch, in one computation where arrays are lazy."""
        n_groups = None if self._grouped is None else self._grouped.n_groups
        batch = self.measure.batch(y_true, y_score, n_groups=n_groups, **samples)
        whole, by_group = self._count(batch)
        self._refuse_other_classes(whole)
        guessed, counted = self.measure.guessed(batch), self.measure.samples(batch)
        parts: list[tuple[Array, ...]] = [
            whole,
            by_group or (),
            self.measure.nonfinite(batch) or (),
            () if guessed is None else (guessed,),
            () if counted is None else (counted,),
        ]
        hosts = iter([widest(each) for each in _on_host(*chain(*parts))])
        tally, grouped, found, chance, many = (tuple(islice(hosts, len(part))) for part in parts)
        size = int(np.prod(y_score.shape))
        self._absorb(type(whole)(*tally), size)
        if self._grouped is not None:
            self._grouped._absorb(Tally(*grouped), size)  # noqa: SLF001  # of this class
        if found:
            more = NonFinite(*found)
            self.nonfinite = more if self.nonfinite is None else self.nonfinite + more
        if chance:
            self.guessed = chance[0] if self.guessed is None else self.guessed + chance[0]
        if many:
            self.samples = many[0] if self.samples is None else self.samples + many[0]

    def _count(self, batch: Batch) -> tuple[Tally, Tally | None]:
        """Count a batch once, or once by class and once by group."""
        if batch.groups is None:
            return self.measure.count(batch, per_class=self._by_class), None
        by_group = self.measure.count(batch)
        if self._by_class:
            whole = replace(batch, groups=None, n_groups=None)
            return self.measure.count(whole, per_class=True), by_group
        ns = batch.backend.namespace(by_group.total)
        correct, floor, ceiling, total = (
            ns.sum(each, axis=-1, dtype=each.dtype) for each in by_group[:4]
        )
        total = total + by_group.invalid  # which are in no group
        return Tally(correct, floor, ceiling, total, *by_group[4:]), by_group


def _on_host(*counts: Array) -> list[np.ndarray[Any, Any]]:
    """Copy those that NumPy did not count, all at once."""
    away = [each for each in counts if not isinstance(each, (np.ndarray, np.generic))]
    copies = iter(backend_of(away[0]).to_host(*away) if away else ())
    return [
        np.asarray(each) if isinstance(each, (np.ndarray, np.generic)) else next(copies)
        for each in counts
    ]
