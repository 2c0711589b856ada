"""Standings among some of the classes: scores sharded or made block by block, and never joined."""

from __future__ import annotations

from typing import Any

from accord.backends import small_floats
from accord.backends.base import Array
from accord.credit.rank_counts import BARRED, Standing, stand, standing_of
from accord.inputs import options
from accord.inputs.batch import Batch
from accord.inputs.labels import as_number, isnan, refuse_barred
from accord.inputs.validate import validate


def standing_in_block(
    y_true: Any,
    y_score: Array,
    own_score: Any,
    *,
    offset: int,
    axis: int = -1,
    candidates: Any = None,
) -> Standing:
    """Return where each sample's true class stands among the classes of a block (R4).

    Standings of blocks add up to `accord.standing` of the whole, so scores that are sharded over
    classes, or computed a block of classes at a time, are ranked without being joined.

    Parameters
    ----------
    y_true : array of int, shape (...)
        True classes, 0 to C - 1 among the classes of all blocks; a negative one is not a class, and
        ranks behind every class.
    y_score : array of real, shape (..., B)
        Scores of the classes ``offset`` to ``offset + B - 1``.
    own_score : array of real, shape (...)
        The score of each sample's true class, of y_score's dtype, whichever block it is in.
    offset : int
        The index of the block's first class.
    axis : int
        The class axis of ``y_score`` (R12).
    candidates : array of bool, optional
        True marks a class that takes part in its sample, of the shape of y_score (R25).

    Returns
    -------
    Standing
        Counts among the classes of this block. A label that is not among its candidates, where
        that can't be refused, has more ahead than there are classes: 2**30.

    Raises
    ------
    ValueError
        If shapes do not match, or a label is not among its candidates.
    TypeError
        If labels are no integers, or own_score has another dtype than y_score.

    Examples
    --------
    >>> import accord, numpy as np
    >>> scores = np.array([[0.5, 0.2, 0.2, 0.1], [0.2, 0.3, 0.3, 0.2]])
    >>> labels = np.array([2, 1])
    >>> own = scores[[0, 1], labels]
    >>> left = accord.standing_in_block(labels, scores[:, :2], own, offset=0)
    >>> right = accord.standing_in_block(labels, scores[:, 2:], own, offset=2)
    >>> [counts.tolist() for counts in left + right]
    [[1, 0], [1, 0], [0, 1]]
    """
    axis, offset = options.whole("axis", axis), options.whole("offset", offset)
    batch = validate(y_true, y_score, axis=axis, candidates=candidates, ranked=False, masks=False)
    owners = validate(y_true, own_score, axis=None, name="own_score", masks=False)
    if owners.scores.dtype != batch.scores.dtype:
        raise TypeError(
            f"own_score has dtype {small_floats.name_of(owners.scores.dtype)}, y_score"
            f" {small_floats.name_of(batch.scores.dtype)}; pass scores of one dtype"
        )
    if not batch.ns.isdtype(batch.truth.dtype, "integral"):
        raise TypeError(f"y_true has dtype {batch.truth.dtype}; pass integer class indices")
    own = small_floats.widened(owners.scores)
    counts = batch.over_blocks(lambda block: _counts(block, own[(*block.index, ...)], offset))
    return standing_of(batch.wrap(counts))


def _counts(block: Batch, own: Array, offset: int) -> Array:
    ns, backend = block.ns, block.backend
    number = ns.astype(block.truth, block.numbers.count)
    label = (number - offset)[..., None]
    here = (label >= 0) & (label < block.classes)
    own = as_number(block, own)
    nowhere = isnan(block, own) | (number < 0)
    barred = None
    if block.candidates is not None:
        place = ns.where(here, label, ns.zeros_like(label))[..., 0]
        barred = refuse_barred(block, place, here[..., 0])
        nowhere = nowhere | barred
    found = stand(
        block,
        backend.sort_key(as_number(block, block.scores)),
        backend.sort_key(own[..., None]),
        label,
        nowhere=nowhere,
        here=backend.count_true(here)[0],
    )
    if barred is not None:
        last = ns.zeros_like(found.ahead) + BARRED
        found = found._replace(ahead=ns.where(barred, last, found.ahead))
    return ns.stack(list(found))
