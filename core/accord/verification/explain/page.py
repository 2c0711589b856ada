"""How an explanation reads."""

from __future__ import annotations

import math

from accord.reporting.page import ByK, Line, Note, Page, Span, Spans, Table, Verdict, tie_band
from accord.verification.explain.data import ExplanationData, Told
from accord.verification.samples_table import samples_table
from accord.verification.wording import has_k, measure_title


def explain_page(found: ExplanationData) -> Page:
    """Lay an explanation out."""
    return (
        Verdict(_verdict(found), None if _spread(found) else True),
        *(_spans(found, k) for k in found.correct),
        *_chart(found),
        *(_table(found, k) for k in found.correct),
        *samples_table(found.looked_at, "The first samples that libraries judge otherwise"),
        *(Note(text) for text in _notes(found)),
    )


def _spread(found: ExplanationData) -> bool:
    """Tell whether any library judges any sample otherwise, or averages other classes."""
    return any(any(told.differs.values()) or any(told.causes.values()) for told in found.told)


def _verdict(found: ExplanationData) -> str:
    figures = [
        figure / told.scale
        for told in found.told
        for figure in (*told.least.values(), *told.most.values())
        if math.isfinite(figure)
    ]
    if not found.samples:
        return "There are no samples to explain."
    if not figures:
        return "No library has a figure for these scores."
    if not _spread(found):
        return "Every library that takes these scores judges every sample as accord does."
    said = []
    for k in found.correct:
        low = [100 * told.least[k] / told.scale for told in found.told if k in told.least]
        high = [100 * told.most[k] / told.scale for told in found.told if k in told.most]
        if not low:
            continue  # every library refuses this k
        ends = f"{min(low):.2f} %", f"{max(high):.2f} %"
        said.append(" to ".join(dict.fromkeys(ends)) + _at(found, k))
    return f"For these very scores, libraries may report {', '.join(said)}."


def _spans(found: ExplanationData, k: int) -> Spans:
    own = found.accuracy[k]
    rows = [
        Span(
            told.name,
            told.least.get(k, math.nan) / told.scale,
            told.most.get(k, math.nan) / told.scale,
            told.reported[k] / told.scale if k in told.reported else None,
            "refuses these scores" if k in told.refused else _why(told, k, short=True),
        )
        for told in found.told
    ]
    title = (
        f"What each library reports{_at(found, k)} (filled: was run; bar: all that it may report)"
    )
    return Spans(title, (Span("accord", own, own, own), *rows), mark=own)


def _chart(found: ExplanationData) -> Page:
    if len(found.correct) <= 1 or not found.samples:  # a line needs two points
        return ()
    floor = {k: found.figure(k).floor for k in found.correct}
    ceiling = {k: found.figure(k).ceiling for k in found.correct}
    line = Line("accord", found.accuracy, tie_band(floor, ceiling))
    return (ByK("Accuracy against k, and the band that ties leave open", (line,)),)


def _table(found: ExplanationData, k: int) -> Table:
    own = found.accuracy[k]
    rule = f"ties {found.ties}" if has_k(found.measure) else f"at the threshold: {found.ties}"
    rows: list[tuple[str, ...]] = [
        (
            told.name,
            "refuses" if k in told.refused and k not in told.least else _figure(told, k),
            _reported(told, k),
            str(told.differs[k]) if k in told.differs else "-",
            told.refused.get(k) or _why(told, k),
        )
        for told in found.told
    ]
    rows = [("accord", _percent(own), "-", "0", rule), *rows]
    columns: tuple[str, ...] = ("library", "by its rules", "reported", "differs", "why")
    where = _place(found, k)
    if found.measure.label_kind not in ("class", "dense"):
        where = ", ".join(filter(None, (measure_title(found.measure), where)))
    what = "labels" if found.measure.label_kind == "set" else "classes"
    title = f"{found.samples:,} samples, {found.classes:,} {what}, {where}"
    if any(told.ran for told in found.told):
        return Table(columns, tuple(rows), "<>>><", title)
    # Otherwise the column of reported figures would say "not run" throughout.
    columns, *rows = ((*row[:2], *row[3:]) for row in (columns, *rows))
    return Table(columns, tuple(rows), "<>><", title)


def _at(found: ExplanationData, k: int) -> str:
    place = _place(found, k)
    return place and f" at {place}"


def _place(found: ExplanationData, k: int) -> str:
    """Return the k, where there is one, and the average, where it is not the plain one."""
    k_is = [f"k={k}"] if has_k(found.measure) else []
    average = [] if found.average == "micro" else [f"{found.average} average"]
    return ", ".join(k_is + average)


def _figure(told: Told, k: int) -> str:
    least, most = told.least[k] / told.scale, told.most[k] / told.scale
    return (
        _percent(least)
        if least == most or math.isnan(least)
        else f"{100 * least:.2f} - {_percent(most)}"
    )


def _reported(told: Told, k: int) -> str:
    if k in told.reported:
        return _percent(told.reported[k] / told.scale)
    return "failed" if told.note else "refused" if told.ran else "not run"


def _why(told: Told, k: int, *, short: bool = False) -> str:
    found = told.causes.get(k, {})
    if not found:
        return ""
    said = ", ".join(f"{count:,} by {cause}" for cause, count in found.items())
    return f"{told.differs[k]:,} differ" if short else said


def _percent(share: float) -> str:
    return "-" if math.isnan(share) else f"{100 * share:.2f} %"


def _notes(found: ExplanationData) -> list[str]:
    said = [f"{told.name}: {told.note}." for told in found.told if told.note]
    if any(
        told.least.get(k) != told.most.get(k) and k in told.least
        for told in found.told
        for k in found.correct
    ):
        said.append(
            "A range stands for a library that promises no order among equal scores: what it"
            " reports may change with its version, the device and the shape of the batch."
        )
    return [*said, *found.notes]
