"""The groups of samples in a report: any labels, and the figures of each (R24)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from accord.backends import refusals
from accord.backends.registry import backend_of
from accord.counts.tally import Tally
from accord.reporting.intervals import wilson


class GroupFigures(NamedTuple):
    """The figures of the samples of one group.

    Attributes
    ----------
    group : int, float or str
        The label of the group.
    support : int or float
        How many units were counted, or their weight.
    correct : dict
        The credit at each k.
    accuracy, floor, ceiling : dict
        The accuracy at each k over the samples of the group, and its tie bounds; NaN for none.
    interval : dict or None
        Wilson's 95 % interval at each k; None where `Report.no_group_interval` says why.
    difference : dict
        The accuracy at each k less that of all other samples; NaN where either has none.
    """

    group: Any
    support: int | float
    correct: Mapping[int, int | float]
    accuracy: Mapping[int, float]
    floor: Mapping[int, float]
    ceiling: Mapping[int, float]
    interval: Mapping[int, tuple[float, float]] | None
    difference: Mapping[int, float]


class Groups(NamedTuple):
    """The labels of groups in sorted order, and the tally by group, in NumPy numbers."""

    labels: tuple[Any, ...]
    tally: Tally

    def figures(self, several: tuple[int, ...], *, intervals: bool) -> tuple[GroupFigures, ...]:
        """Return the figures of each group at each k."""
        if not self.labels:  # nor samples
            return ()
        shape = len(several), len(self.labels)
        correct, floor, ceiling = (np.reshape(each, shape) for each in self.tally[:3])
        total = self.tally.total
        accuracy, lost, won = (_share(each, total) for each in (correct, floor, ceiling))
        others = _share(np.sum(correct, -1, keepdims=True) - correct, np.sum(total) - total)

        def at_k(values: npt.NDArray[Any], place: int) -> dict[int, Any]:
            return dict(zip(several, values[:, place].tolist(), strict=True))

        return tuple(
            GroupFigures(
                group=label,
                support=total[place].item(),
                correct=at_k(correct, place),
                accuracy=at_k(accuracy, place),
                floor=at_k(lost, place),
                ceiling=at_k(won, place),
                interval={
                    k: wilson(hits, total[place].item()) for k, hits in at_k(correct, place).items()
                }
                if intervals and total[place]
                else None,
                difference=at_k(accuracy - others, place),
            )
            for place, label in enumerate(self.labels)
        )


def _share(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        share: npt.NDArray[np.float64] = np.true_divide(part, whole)
    return share


def encoded(groups: Any, mask: Any = None) -> tuple[tuple[Any, ...], npt.NDArray[np.int64]]:
    """Return the labels of groups in sorted order, and the place of each sample's among them.

    Parameters
    ----------
    groups : array or list of numbers or text
        The label of each sample.
    mask : array of bool, optional
        False where a sample is left out, which may have any label.

    Raises
    ------
    TypeError
        If labels are of several kinds, or no labels.
    ValueError
        If a sample that is kept has NaN or None for its label.
    """
    labels = _read(groups)
    kept = np.ones(labels.shape, bool) if mask is None else np.asarray(mask) != 0
    if kept.shape != labels.shape:  # refused with the other arrays
        kept = np.ones(labels.shape, bool)
    missing = labels != labels
    if labels.dtype.kind == "O":
        missing |= np.asarray([each is None for each in labels.flat]).reshape(labels.shape)
    if (bad := kept & missing).any():
        place = ", ".join(str(int(at)) for at in np.argwhere(bad)[0])
        raise ValueError(
            f"groups[{place}] is {labels[bad][0]}, which is not a label; pass a label for each"
            " sample, or leave the sample out by mask"
        )
    ids = np.zeros(labels.shape, np.int64)
    try:
        found, ids[kept] = np.unique(labels[kept], return_inverse=True)
    except TypeError as error:
        kinds = ", ".join(sorted({type(each).__name__ for each in labels.flat}))
        raise TypeError(
            f"groups holds {kinds}, which can't be sorted; pass labels of one type, for instance"
            " [str(each) for each in groups]"
        ) from error
    return tuple(found.tolist()), ids


def _read(groups: Any) -> npt.NDArray[Any]:
    if isinstance(groups, (list, tuple)):
        kinds = {isinstance(each, str) for each in groups}
        return np.asarray(groups, object if len(kinds) > 1 else None)
    if hasattr(groups, "to_numpy"):
        raise TypeError(
            f"groups is a {type(groups).__name__}, not an array; pass groups.to_numpy()"
        )
    if isinstance(groups, np.ndarray):
        refusals.refuse_other_than_arrays("groups", groups, classes=False, masks=True)
        return groups
    return backend_of(groups, "groups").to_host(groups)[0]
