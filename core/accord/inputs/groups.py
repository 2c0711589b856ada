"""Reading the group of each sample (R24)."""

from __future__ import annotations

from typing import Any

from accord.backends.base import Array
from accord.inputs import options
from accord.inputs.batch import Batch
from accord.inputs.labels import Kept


def group_count(groups: Any, n_groups: Any) -> int | None:
    """Return how many groups there are; None where samples have no group.

    Raises
    ------
    ValueError
        If one of the two is missing, or there is no group.
    """
    if n_groups is None:
        if groups is None:
            return None
        raise ValueError("groups needs the number of groups; pass n_groups=G for ids 0 to G - 1")
    count = refuse_no_group(n_groups)
    if groups is None:
        raise ValueError(
            f"n_groups={count} needs the group of each sample; pass groups=, of y_true's samples"
        )
    return count


def refuse_no_group(n_groups: Any) -> int | None:
    """Return a number of groups, if there is one; there must be a group.

    Raises
    ------
    ValueError
        If there is none.
    """
    count = None if n_groups is None else options.whole("n_groups", n_groups)
    if count is not None and count < 1:
        raise ValueError(f"n_groups={count} is not allowed; pass at least 1")
    return count


def by_both() -> ValueError:
    """Return the error for counts by group and by class at once."""
    return ValueError(
        "counts are by group or by class; pass groups without per_class=True, or make a tally for"
        " each of both"
    )


def group_ids(block: Batch, kept: Kept) -> tuple[Array, Array | None]:
    """Return the group of each sample, and which are one; None where every kept one is.

    Raises
    ------
    ValueError
        If the group of a sample that counts is outside 0 to n_groups - 1 and can be read (R22).
    """
    ns, count = block.ns, block.n_groups or 0
    ids = ns.astype(block.groups, block.numbers.count, copy=False)
    inside = (ids >= 0) & (ids < count)
    bad = ~inside if kept.keep is None else kept.keep & ~inside
    allowed = (
        f"outside the n_groups={count} groups; pass ids from 0 to {count - 1}, a larger n_groups,"
        " or leave the sample out by mask"
    )
    readable = block.refuse_any(bad, "groups", block.groups, allowed)
    if readable and kept.keep is None:
        return ids, None
    return ns.where(inside, ids, ns.zeros_like(ids)), None if readable else inside
