"""What each rank is worth by a measure, as a table for either engine (R5, R6, R26)."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import numpy as np

from accord.credit.rank_tables import RankTables, count_by_rank, tables_of, top_tables
from accord.credit.ties import AHEAD, Ties
from accord.inputs.batch import Batch
from accord.scan import count as scan


def tables_for(measure: Any, batch: Batch, classes: int | None = None) -> RankTables:
    """Return the tables of a `RankMeasure`, for the classes of a batch or as many as said."""
    cuts = measure.cuts()
    classes = batch.classes if classes is None else classes
    if cuts is not None:
        return top_tables(cuts, measure.ties, classes, stacked=bool(measure.lead))
    if batch.backend.residence(batch.scores) == "traced":
        return _for_trace(measure, classes)  # torch.compile traces no cache, and would trace NumPy
    return _tables(measure, classes)


def scanned_tables(measure: Any, classes: int) -> scan.Credit:
    """Return what each rank is worth to the compiled scan, for so many classes."""
    cuts = measure.cuts()
    return _scanned(measure, classes) if cuts is None else _up_to(cuts, measure.ties, classes)


def _for_trace(measure: Any, classes: int) -> RankTables:
    several = measure.ks_of(classes) if measure.lead else ()
    one_row = bool(several) and measure.ends_at_k and count_by_rank(measure.ks)
    rows = (max(several),) if one_row else several
    each = [replace(measure, k=k) for k in rows] or [measure]
    ranks = range(1, classes + 1)
    credit = tuple([tuple([float(one.credit_at(rank)) for rank in ranks]) for one in each])
    cuts = measure.ks if one_row else None
    return tables_of(credit, measure.ties, stacked=bool(several), cuts=cuts)


@functools.lru_cache(maxsize=64)
def _tables(measure: Any, classes: int) -> RankTables:
    tables = _for_trace(measure, classes)
    return replace(tables, arrays=np.asarray(tables.lists, np.float64))


@functools.lru_cache(maxsize=64)
def _scanned(measure: Any, classes: int) -> scan.Credit:
    how = _for_trace(measure, classes)
    ends, lost = np.asarray(how.cuts, np.int64), AHEAD.get(how.ties)  # None: mean over all orders
    if how.by_rank and how.credit is not None:
        return scan.Credit(ends, lost=lost, reach=how.reach, worth=np.asarray(how.credit[0]))
    return scan.Credit(ends, np.asarray(how.lists, np.float64), lost)


@functools.lru_cache(maxsize=64)
def _up_to(cuts: tuple[int, ...], ties: Ties, classes: int) -> scan.Credit:
    """Return the same where credit is 1 up to each cut."""
    how = top_tables(cuts, ties, classes, stacked=True)
    reach = how.reach if how.by_rank else None
    return scan.Credit(np.asarray(cuts, np.int64), lost=AHEAD.get(ties), reach=reach)
