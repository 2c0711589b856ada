"""Where the true class of each sample stands in its ranked list, and at best and worst (R28)."""

from __future__ import annotations

from typing import NamedTuple

from accord.backends.base import Array, Namespace, indices
from accord.counts.tally import Outcome
from accord.credit.rank_counts import Standing
from accord.credit.rank_tables import RankTables, credit
from accord.inputs.batch import Batch
from accord.inputs.labels import isnan
from accord.inputs.list_entries import Lists


class ListRanks(NamedTuple):
    """Where true classes stand in their lists of m entries.

    Attributes
    ----------
    standing : Standing
        Among the entries; m + 1 are ahead of a class that is not one of them.
    best, worst : array of int
        The fewest and the most classes that may be ahead of it among all classes, up to m + 1.
    undefined : array of bool
        Whether its score is in the list and NaN.
    """

    standing: Standing
    best: Array
    worst: Array
    undefined: Array


def list_outcome(block: Batch, lists: Lists, how: RankTables) -> Outcome:
    """Say what became of the samples of a block; ``how`` tells what ranks 1 to m + 1 are worth."""
    good, valid = lists.good, lists.labels.valid
    valid = good if valid is None else valid if good is None else valid & good
    ranks = _ranks(block, lists, valid)
    floor, ceiling = (
        credit(block, Standing(ahead, ahead, ahead), how, "optimistic")
        for ahead in (ranks.worst, ranks.best)
    )
    own = {"pessimistic": floor, "optimistic": ceiling}.get(how.ties)
    return Outcome(
        credit=credit(block, ranks.standing, how, how.ties) if own is None else own,
        floor=floor,
        ceiling=ceiling,
        undefined=ranks.undefined,
        labels=lists.labels,
        invalid=None if valid is None else ~valid,
    )


def _ranks(block: Batch, lists: Lists, valid: Array | None) -> ListRanks:
    """Rank true classes among the entries of their lists; invalid ones are behind every class."""
    ns, own = block.ns, lists.own
    none = ns.zeros_like(own)
    behind = none + (block.classes + 1)
    mine = lists.real & (lists.classes == own[..., None])
    here, length = _counts(block, own, mine, lists.real)
    inside = here == 1 if valid is None else (here == 1) & valid
    places = indices(ns, own, block.classes)
    place = ns.sum(ns.where(mine, places, ns.zeros_like(lists.classes)), axis=-1, dtype=own.dtype)
    place = ns.where(inside, place, none)
    if lists.scores is None:
        ahead = ns.where(inside, place, behind)
        best = _unless(ns, valid, ns.where(inside, place, length), behind)
        return ListRanks(Standing(ahead, none, none), best, ahead, inside & ~inside)

    backend, scores = block.backend, lists.scores
    own_score = backend.take_last_axis(scores, place[..., None])
    end = ns.where(length > 0, length - 1, none)
    last_score = backend.take_last_axis(scores, end[..., None])
    key, mine, last = map(backend.sort_key, (scores, own_score, last_score))
    equal = lists.real & (key == mine)
    at_most, below_last, tied, before = _counts(
        block,
        own,
        ~lists.real | (key <= mine),
        ~lists.real | (key <= last),
        equal,
        equal & (lists.classes < own[..., None]),
    )
    ahead, after = block.classes - at_most, tied - 1 - before  # a NaN rival counts as ahead (R2)
    undefined = inside & isnan(block, own_score)[..., 0]
    ranked = inside & ~undefined
    # Classes that were not kept score at most the last entry, or less than it if that is a NaN.
    outside = ns.where(isnan(block, last_score)[..., 0], length, block.classes - below_last)
    sure = (mine != last)[..., 0]
    if lists.n_classes is not None:
        sure = sure | (length >= lists.n_classes)
    return ListRanks(
        Standing(
            ns.where(ranked, ahead, behind),
            ns.where(ranked, before, none),
            ns.where(ranked, after, none),
        ),
        best=_unless(
            ns, valid, ns.where(inside, ns.where(undefined, behind, ahead), outside), behind
        ),
        worst=ns.where(ranked & sure, ahead + before + after, behind),
        undefined=undefined,
    )


def _counts(block: Batch, like: Array, *flags: Array) -> list[Array]:
    return [block.ns.astype(each, like.dtype) for each in block.backend.count_true(*flags)]


def _unless(ns: Namespace, valid: Array | None, good: Array, bad: Array) -> Array:
    return good if valid is None else ns.where(valid, good, bad)
