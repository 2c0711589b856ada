"""A streaming metric for any framework: a measure, and the tally of all it has seen."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from accord.backends.base import Array, answer
from accord.backends.registry import backend_of
from accord.counts.accumulator import Accumulator, refuse_other_classes
from accord.counts.averages import Average
from accord.counts.exact import Compensated, running
from accord.counts.predicted import PrecisionRecallFigures
from accord.counts.tally import Tally
from accord.measures.base import Measure


class Metric:
    """Accuracy over a stream of batches, exact whatever the framework (R17, R18).

    Parameters
    ----------
    measure : Measure
        What to count, for instance ``accord.TopK(k=(1, 5))``.
    average : {"micro", "macro", "weighted", "none"} or None
        How to average over classes (R15).
    n_groups : int, optional
        How many groups there are; counts and averages are then by group (R24).

    Notes
    -----
    Counts gather on the scores' device and are moved to the host only when they are asked for,
    or when a 32-bit counter could overflow; so `update` waits for no device.

    Examples
    --------
    >>> import accord, numpy as np
    >>> metric = accord.Metric(accord.TopK(k=1))
    >>> metric.update([0, 1], np.array([[0.9, 0.1], [0.8, 0.2]]))
    >>> metric.compute()
    np.float64(0.5)
    >>> int(metric.tally.correct), int(metric.tally.total)
    (1, 2)
    """

    def __init__(
        self, measure: Measure, *, average: Average = "micro", n_groups: int | None = None
    ) -> None:
        if not isinstance(measure, Measure):
            raise TypeError(
                f"measure is {measure!r}; pass a measure, for instance accord.TopK(k=5)"
            )
        self.measure = measure
        self.average = average
        self._kept = Accumulator(measure, average, n_groups)
        self._by_class = self._kept.by_class
        self.reset()

    def __repr__(self) -> str:
        groups = f", n_groups={self.n_groups}" if self.n_groups else ""
        return f"{type(self).__name__}({self.measure!r}, average={self.average!r}{groups})"

    @property
    def n_groups(self) -> int | None:
        """How many groups there are; None where counts are not by group."""
        return self._kept.n_groups

    def reset(self) -> None:
        """Forget every batch."""
        self._host: tuple[Any, Any] | None = None  # integers and floats, of 64 bits
        self._pending: tuple[Any, Any] | None = None  # the same, where the scores were
        self._pending_scores = 0
        self._classes: int | None = None
        self._like: Array | None = None
        self._warned = False

    def update(
        self,
        y_true: Any,
        y_score: Array,
        *,
        sample_weight: Any = None,
        mask: Any = None,
        candidates: Any = None,
        groups: Any = None,
    ) -> None:
        """Count a batch.

        Parameters
        ----------
        y_true, y_score, sample_weight, mask, candidates, groups : array
            As `Measure.tally` takes them.

        Raises
        ------
        ValueError, TypeError
            As `Measure.tally`, and if the number of classes is not that of the batches before;
            the metric is then as it was (R22).
        """
        batch = self.measure.tally(
            y_true,
            y_score,
            sample_weight=sample_weight,
            mask=mask,
            candidates=candidates,
            groups=groups,
            n_groups=self.n_groups,
            per_class=self._by_class,
        )
        self._refuse_other_classes(batch)
        self._absorb(batch, int(np.prod(y_score.shape)))

    def update_from_lists(
        self,
        y_true: Any,
        classes: Any,
        scores: Any = None,
        *,
        n_classes: int | None = None,
        labels: Any = None,
        sample_weight: Any = None,
        mask: Any = None,
        groups: Any = None,
    ) -> None:
        """Count a batch of which only the best classes of each sample were kept (R28).

        Parameters
        ----------
        y_true, classes, scores, n_classes, labels, sample_weight, mask, groups
            As `RankMeasure.tally_from_lists` takes them.

        Raises
        ------
        ValueError, TypeError
            As `RankMeasure.tally_from_lists`, and if the number of classes is not that of the
            batches before; the metric is then as it was (R22).
        """
        batch = self.measure.tally_from_lists(
            y_true,
            classes,
            scores,
            n_classes=n_classes,
            labels=labels,
            sample_weight=sample_weight,
            mask=mask,
            groups=groups,
            n_groups=self.n_groups,
            per_class=self._by_class,
        )
        self._refuse_other_classes(batch, "the batch")
        self._absorb(batch, int(np.prod(np.shape(classes))))

    def merge(self, other: Metric) -> None:
        """Add what another metric of the same measure has counted.

        Raises
        ------
        ValueError
            If the other counts something else.
        """
        if self._counts() != other._counts():
            raise ValueError(f"{other!r} counts something else than {self!r}; merge equal metrics")
        other._drain()
        if other._host is not None:
            refuse_other_classes(other._classes, self._classes)
            self._host = _both(self._host, other._host)
            self._classes = other._classes
            self._like = other._like if self._like is None else self._like

    @property
    def tally(self) -> Tally:
        """Everything counted so far, as NumPy integers (floats where weighted)."""
        self._drain()
        return self._kept.nothing() if self._host is None else self._kept.tally(*self._host)

    def compute(self) -> Array:
        """Return the accuracy so far: NaN before any sample (R16).

        Warns
        -----
        RuntimeWarning
            Once, if labels were found that are not classes and could not be refused (R22).
        """
        tally = self.tally
        self._warned = warn_of_invalid(
            tally, warned=self._warned, grouped=self.n_groups is not None
        )
        nothing_yet = self._host is None and self._by_class
        value = self._kept.no_figures() if nothing_yet else self._kept.figures(tally)
        if self._like is None:
            return value
        like, backend = self._like, backend_of(self._like)
        if isinstance(value, PrecisionRecallFigures):
            return value.over(
                lambda share: answer(backend, share, like=like),
                lambda support: backend.from_host(support, like=like),
            )
        return answer(backend, value, like=like)

    def __getstate__(self) -> dict[str, Any]:
        self._drain()
        return {**self.__dict__, "_like": None}

    def _counts(self) -> tuple[Measure, bool, int | None]:
        return self.measure, self._by_class, self.n_groups

    def _refuse_other_classes(self, batch: Tally, name: str = "y_score") -> None:
        refuse_other_classes(self._kept.classes_of(batch), self._classes, name=name)

    def _absorb(self, batch: Tally, scores: int) -> None:
        backend = backend_of(batch.total)
        if self._like is not None and backend_of(self._like) is not backend:
            self._drain()
        if self._pending_scores + scores >= 1 << 31:  # no count exceeds the number of scores
            self._drain()
        counts, sums = self._kept.pack(batch)
        ns = backend.namespace(batch.total)
        pending = _both(self._pending, (counts, None if sums is None else running(sums, ns)))
        # At once, so that Ctrl-C never leaves a batch half counted.
        self._pending, self._pending_scores, self._classes, self._like = (
            pending,
            self._pending_scores + scores,
            self._kept.classes_of(batch),
            batch.total,
        )

    def _drain(self) -> None:
        if self._pending is None:
            return
        whole = _both(self._host, _on_host(*self._pending))
        self._host, self._pending, self._pending_scores = whole, None, 0  # at once, as above


def _both(mine: tuple[Any, Any] | None, theirs: tuple[Any, Any]) -> tuple[Any, Any]:
    """Add integers to integers and floats to floats, where there are any."""
    if mine is None:
        return theirs
    first, second = (
        other if one is None else one if other is None else one + other
        for one, other in zip(mine, theirs, strict=True)
    )
    return first, second


def _on_host(counts: Any, sums: Any) -> tuple[Any, Any]:
    """Copy both at once, since a lazy graph is computed at each copy, and widen them."""
    narrow = isinstance(sums, Compensated)
    parts = [each for each in (counts, *(sums if narrow else (sums,))) if each is not None]
    copies = iter(backend_of(parts[0]).to_host(*parts))
    integers = None if counts is None else widest(next(copies))
    if narrow:
        return integers, Compensated(*copies).value()
    return integers, None if sums is None else widest(next(copies))


def widest(count: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return counts as int64, sums as float64."""
    return count.astype(np.int64 if count.dtype.kind in "iu" else np.float64)


def warn_of_invalid(
    tally: Tally,
    *,
    warned: bool = False,
    grouped: bool = False,
    names: tuple[str, str] = ("y_true", "y_score"),
) -> bool:
    """Warn of labels that are not classes, unless that was done; return whether it is done now."""
    invalid = tally.invalid.sum()  # perhaps of a stack of tallies
    if warned or not invalid > 0:
        return warned
    truth, scores = names
    found = (
        f"{invalid.item():g} labels counted as misses are not classes of {scores}; check {truth}"
    )
    if grouped:
        found = (
            f"{invalid.item():g} samples are in no group and count as misses: their label is not a"
            f" class of {scores}, or their group is out of range; check {truth} and groups"
        )
    warnings.warn(
        f"{found}, or pass ignore_index for labels that mark samples to leave out",
        RuntimeWarning,
        stacklevel=3,
    )
    return True
