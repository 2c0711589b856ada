"""Measures of the rank of the true class: what they share, and what one of a third party needs."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

from accord.backends.base import Array
from accord.counts.tally import Outcome, Tally, count
from accord.credit import chance, nonfinite
from accord.credit.rank_counts import Ranked, Standing, rank, rank_all, standing_of
from accord.credit.rank_tables import RankTables, credit, curve_of, rank_ahead
from accord.credit.ties import RULES, Ties
from accord.inputs import options
from accord.inputs.batch import Batch
from accord.inputs.groups import by_both, group_count
from accord.inputs.labels import Labels, among_candidates, class_labels, dense_labels, saturated
from accord.inputs.options import K
from accord.inputs.validate import validate
from accord.measures.base import LabelKind
from accord.measures.lists import ListMeasure
from accord.measures.tables import scanned_tables, tables_for
from accord.scan import count as scan
from accord.scan.arrays import Rows
from accord.scan.dispatch import can_scan


@dataclass(frozen=True)
class RankMeasure(ListMeasure):
    """Credit by the rank of the true class, which never rises with the rank.

    A subclass is a frozen dataclass that says what a rank is worth. Tie rules, bounds, NaN, bad
    labels, weights, averages, tuples of k and every framework follow.

    Parameters
    ----------
    k : int, tuple of int, range, "all" or None
        The last rank that may have credit. Several are counted in one pass; ``"all"`` is every k
        from 1 to C (R6).
    ties : {"first", "last", "optimistic", "pessimistic", "expected"}
        Who wins among equal scores (R5).
    axis : int
        The class axis of ``y_score`` (R12).

    Attributes
    ----------
    ends_at_k : bool
        Whether k only says after which rank there is no credit. Many k then take one table of C
        numbers, and not one for each k.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from accord.measures import RankMeasure
    >>> @dataclass(frozen=True)
    ... class ReciprocalRank(RankMeasure):
    ...     def credit_at(self, rank):
    ...         return 1 / rank if self.k is None or rank <= self.k else 0.0
    >>> float(ReciprocalRank().accuracy([0, 2], np.array([[0.2, 0.7, 0.1], [0.1, 0.2, 0.7]])))
    0.75
    """

    label_kind: ClassVar[LabelKind] = "class"
    scans: ClassVar[bool] = True
    ends_at_k: ClassVar[bool] = False
    k: K | None = None
    _: KW_ONLY
    ties: Ties = "first"
    axis: int = -1

    def __post_init__(self) -> None:
        if self.k is not None:
            object.__setattr__(self, "k", options.top(self.k, every=True))
        # Of an int too: torch.compile may hold one as a symbol, of which this makes a constant.
        object.__setattr__(self, "axis", options.whole("axis", self.axis))
        if self.ties not in RULES:
            options.one_of("ties", self.ties, RULES)
        if self.ignore_index is not None:
            options.whole("ignore_index", self.ignore_index)

    @abstractmethod
    def credit_at(self, rank: int) -> float:
        """Return what a rank is worth, 1 for the best; ``self.k`` is one number or None here."""

    def cuts(self) -> tuple[int, ...] | None:
        """Return the last rank of each k where credit is 1 up to there, else None.

        Of ``k="all"``, which is a figure at every rank, return none at all: ().
        """
        return None

    @property
    def fractional(self) -> bool:
        """Whether the credit of a sample may be a fraction."""
        return self.cuts() is None or self.ties == "expected"

    def check(self, classes: int) -> None:
        """Refuse a k that exceeds the number of classes (R6)."""
        if self.k is not None:
            options.top_within(self.k, classes)

    def labels(self, block: Batch) -> Labels:
        """Read the labels of a block, refusing bad ones where values can be read (R22)."""
        labels = dense_labels(block) if self.dense else class_labels(block, self.ignore_index)
        return among_candidates(block, labels)

    def outcome(self, block: Batch, labels: Labels) -> Outcome:
        """Say what became of each sample of a block, by the functions of its framework."""
        how = tables_for(self, block)
        return _outcome(block, labels, rank(block, labels, how.reach), how)

    def scan(self, batch: Batch, places: int | None) -> Tally | None:
        """Count by the compiled scan; None if it can't, or finds something to refuse."""
        if self.dense and not (batch.sample_axes and can_scan(batch.truth.dtype)):
            return None
        ignored = None if self.ignore_index is None else saturated(batch, self.ignore_index)
        axes, truth = batch.sample_axes, batch.truth
        rows = Rows(
            batch.scores,
            truth,
            axes,
            batch.mask,
            batch.weight,
            ignored,
            batch.groups,
            batch.candidates,
        )
        fields = scan.tally_ranks(rows, scanned_tables(self, batch.classes), places)
        if fields is None:
            return None
        correct, floor, ceiling, *rest = fields
        if not self.lead:
            correct, floor, ceiling = correct[0], floor[0], ceiling[0]
        return Tally(correct, floor, ceiling, *rest)

    def credit(
        self, y_true: Any, y_score: Array, *, mask: Any = None, candidates: Any = None
    ) -> Array:
        """Return the credit of each sample, with a leading axis for a tuple of k.

        It takes and refuses what `tally` does. A sample that is left out has no credit.
        """
        batch = self.batch(y_true, y_score, mask=mask, candidates=candidates)
        how = tables_for(self, batch)
        where = standing_of(rank_all(batch, self, how.reach))
        return batch.wrap(credit(batch, where, how, how.ties))

    def ranked_labels(self, block: Batch) -> Labels:
        """Read labels as `labels` does; those of samples that are left out are invalid, to rank last."""
        labels = self.labels(block)
        keep, valid = labels.kept.keep, labels.valid
        if keep is None:
            return labels
        return labels._replace(valid=keep if valid is None else keep & valid)

    def nonfinite(self, batch: Batch) -> nonfinite.NonFinite:
        """Count the samples that have a NaN or a -inf among their scores."""
        return nonfinite.over_blocks(batch, self.labels, tables_for(self, batch))

    def guessed(self, batch: Batch) -> Array | None:
        """Return the credit that guessing among candidates gives at each k; None without them."""
        if batch.candidates is None or self.cuts() is None:
            return None
        return chance.among_candidates(batch, self.labels, self.ks_of(batch.classes))

    def tally_of(
        self,
        standing: Standing,
        y_true: Any,
        *,
        classes: int,
        sample_weight: Any = None,
        mask: Any = None,
        groups: Any = None,
        n_groups: int | None = None,
        per_class: bool = False,
    ) -> Tally:
        """Count the hits as `tally` does, from standings that were counted before.

        Parameters
        ----------
        standing : Standing
            As `accord.standing` returns it, or a sum of what `accord.standing_in_block` does.
        y_true : array of int
            True classes, of the shape of the standing's fields.
        classes : int
            How many classes the standing is among.
        sample_weight, mask, groups, n_groups, per_class
            As in `tally`.

        Returns
        -------
        Tally
            Of arrays of the standing's framework.

        Raises
        ------
        ValueError, TypeError
            As `tally`.

        Examples
        --------
        >>> import accord, numpy as np
        >>> labels, scores = np.array([1, 2]), np.array([[0.1, 0.6, 0.3], [0.4, 0.2, 0.4]])
        >>> where = accord.standing(labels, scores)
        >>> accord.TopK(k=(1, 2)).tally_of(where, labels, classes=3).correct
        array([1, 2])
        """
        batch = validate(
            y_true,
            standing.ahead,  # one number a sample stands for its scores
            axis=None,
            sample_weight=sample_weight,
            mask=mask,
            groups=groups,
            n_groups=group_count(groups, n_groups),
            moved=False,
        )
        self.check(options.whole("classes", classes))
        labels = class_labels(batch, self.ignore_index, classes)
        labels = among_candidates(batch, labels, batch.scores <= classes)
        nowhere = batch.scores >= classes  # an undefined sample, or a label outside the classes
        how = tables_for(self, batch, classes)
        outcome = _outcome(batch, labels, Ranked(standing, nowhere), how)
        if per_class and batch.groups is not None:
            raise by_both()
        return count(batch, outcome, classes if per_class else batch.n_groups)


def _outcome(block: Batch, labels: Labels, ranked: Ranked, how: RankTables) -> Outcome:
    standing, undefined = ranked
    curve = curve_of(how) if _add_up_by_rank(block, labels, how) else None
    credit_, floor, ceiling = (
        credit(block, standing, how, ties)
        if curve is None
        else rank_ahead(standing, "first" if ties == "expected" else ties)
        for ties in (how.ties, "pessimistic", "optimistic")
    )
    return Outcome(
        credit=credit_,
        floor=floor,
        ceiling=ceiling,
        undefined=undefined if labels.valid is None else undefined & labels.valid,
        labels=labels,
        invalid=None if labels.valid is None else ~labels.valid,
        curve=curve,
    )


def _add_up_by_rank(block: Batch, labels: Labels, how: RankTables) -> bool:
    """Tell whether credit is added up by rank: running sums of narrow floats would round too much."""
    fractions = how.credit is not None or how.ties == "expected"
    floats = fractions or labels.kept.weight is not None
    return how.by_rank and not (floats and block.numbers.sum != block.ns.float64)
