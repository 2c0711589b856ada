"""What a report counts: a tally, and beside it the samples whose scores are not all finite."""

from __future__ import annotations

from typing import Any

import numpy as np

from accord.backends.base import Array
from accord.backends.registry import backend_of
from accord.counts.tally import Tally
from accord.credit.nonfinite import NonFinite
from accord.metric import Metric, widest


class Counter(Metric):
    """A metric that keeps its counts on the host, those of `NonFinite` too."""

    def reset(self) -> None:
        """Forget every batch."""
        super().reset()
        self.nonfinite: NonFinite | None = None

    def update(
        self, y_true: Any, y_score: Array, *, sample_weight: Any = None, mask: Any = None
    ) -> None:
        """Count a batch, in one computation where arrays are lazy."""
        extra = {"sample_weight": sample_weight, "mask": mask}
        batch = self.measure.batch(y_true, y_score, **extra)
        tally = self.measure.count(batch, per_class=self._by_class)
        self._refuse_other_classes(tally)
        found = self.measure.nonfinite(batch)
        hosts = [widest(each) for each in _on_host(*tally, *(found or ()))]
        self._absorb(Tally(*hosts[:6]), int(np.prod(y_score.shape)))
        if found is not None:
            more = NonFinite(*hosts[6:])
            self.nonfinite = more if self.nonfinite is None else self.nonfinite + more


def _on_host(*counts: Array) -> list[np.ndarray[Any, Any]]:
    """Copy those that NumPy did not count, all at once."""
    away = [each for each in counts if not isinstance(each, (np.ndarray, np.generic))]
    copies = iter(backend_of(away[0]).to_host(*away) if away else ())
    return [
        np.asarray(each) if isinstance(each, (np.ndarray, np.generic)) else next(copies)
        for each in counts
    ]
