"""Ranked lists, by any measure of ranks: the m best classes of each sample, and no more (R28)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from accord.counts.tally import Tally, count
from accord.credit.list_ranks import list_outcome
from accord.inputs import options
from accord.inputs.batch import Batch
from accord.inputs.groups import by_both
from accord.inputs.list_entries import read_lists
from accord.inputs.lists import Known, admit, refuse_k
from accord.measures.base import Measure
from accord.measures.tables import tables_for


class ListMeasure(Measure):
    """A measure that counts ranked lists too: every `RankMeasure` is one."""

    def tally_from_lists(  # type: ignore[override]  # which takes anything, to refuse it
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
        n_groups: int | None = None,
        per_class: bool = False,
    ) -> Tally:
        """Count the hits among samples of which only the best classes were kept (R28).

        Parameters
        ----------
        y_true : array of int or str, shape (...)
            True classes.
        classes : array of int or str, shape (..., m)
            The classes of each sample, best first; -1, or an empty text, for no entry. A list of
            one entry, a predicted label, may leave out the last axis.
        scores : array of real, shape (..., m), optional
            Their scores, which must not increase; without them no entries tie.
        n_classes : int, optional
            How many classes there are.
        labels : list of int or str, optional
            The classes to count, in the order of counts by class; samples of others are left out.
        sample_weight, mask, groups, n_groups, per_class
            As in `tally`; counts by class need ``n_classes`` or ``labels``.

        Returns
        -------
        Tally
            Of arrays of the framework of ``classes``. ``floor`` and ``ceiling`` hold the credit
            that the scores of all classes give under every tie rule.

        Raises
        ------
        ValueError, TypeError
            As `tally`; and for lists that repeat a class, have an entry behind -1 or scores that
            increase, where values can be read (R22).

        Examples
        --------
        >>> import accord, numpy as np
        >>> classes = np.array([[2, 0, 1], [4, 3, 1]])
        >>> scores = np.array([[0.9, 0.3, 0.3], [0.5, 0.5, 0.2]])
        >>> tally = accord.TopK(k=2).tally_from_lists([0, 1], classes, scores)
        >>> int(tally.correct), int(tally.floor), int(tally.ceiling), int(tally.total)
        (1, 0, 1, 2)
        """
        if self.dense:
            raise ValueError(
                f"{type(self).__name__} takes one-hot labels, and lists go with integer labels; use"
                " a measure for those, for instance accord.TopK"
            )
        batch, known = admit(
            y_true,
            classes,
            scores,
            n_classes=n_classes,
            labels=labels,
            sample_weight=sample_weight,
            mask=mask,
            groups=groups,
            n_groups=n_groups,
        )
        measure: Any = self  # a dataclass, as every measure is
        if self.every_k:
            measure = replace(measure, k=tuple(range(1, batch.classes + 1)))
        refuse_k(measure.ks, batch.classes)
        places = batch.n_groups
        if options.flag("per_class", per_class):
            if batch.groups is not None:
                raise by_both()
            places = known.places
            if places is None:
                raise ValueError(
                    "lists do not say how many classes there are, and counts by class need that;"
                    " pass n_classes=C for classes 0 to C - 1, or labels=, the list of the classes"
                )
        counted = _block if batch.readable else batch.backend.compiled(_block)
        parts: list[Tally] = [counted((measure, known, places), block) for block in batch.blocks()]
        return Tally(*map(batch.wrap, sum(parts[1:], parts[0])))


def _block(how: tuple[ListMeasure, Known, int | None], block: Batch) -> Tally:
    measure, known, places = how
    lists = read_lists(block, known, measure.ignore_index)
    tables = tables_for(measure, block, block.classes + 1)
    return count(block, list_outcome(block, lists, tables), places)
