"""How a report reads: its tables; `notes` has what stands below them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from accord.reporting.notes import at, count, has_k, notes_on, number, percent
from accord.reporting.page import ByClass, ByK, Line, Note, Page, Table, sentence_case, tie_band
from accord.reporting.report_data import ReportData

GROUPS = 50
"""The most groups that a table has."""


def report_page(report: ReportData) -> Page:
    """Lay a report out."""
    classes = (*_by_class(report), _classes(report)) if report.per_class else ()
    notes = (text for text in notes_on(report) if text)
    groups = () if report.groups is None else _groups(report)
    return (*_by_k(report), _figures(report), *classes, *groups, _facts(report), *map(Note, notes))


def _by_k(report: ReportData) -> Page:
    if not report.total:
        return ()
    band = tie_band(report.floor, report.ceiling)
    figure = report.measure.figure
    line = Line(figure, report.accuracy, band, report.interval or {})
    title = sentence_case(f"{figure} against k" if has_k(report) else figure)
    return (ByK(title, (line,), has_k=has_k(report)),)


def _by_class(report: ReportData) -> Page:
    if not report.total:
        return ()
    figures = report.by_class()
    figure = report.measure.figure
    series = {
        f"k = {k}" if has_k(report) else figure: tuple(each.accuracy[k] for each in figures)
        for k in report.named
    }
    return (
        ByClass(
            sentence_case(f"{figure} by {_entry(report)}"),
            series,
            tuple(each.support for each in figures),
        ),
    )


def _figures(report: ReportData) -> Table:
    columns = {
        "k": [str(k) for k in report.shown],
        report.measure.figure: [percent(share) for share in _shown(report, report.accuracy)],
        "floor": [percent(share) for share in _shown(report, report.floor)],
        "ceiling": [percent(share) for share in _shown(report, report.ceiling)],
        "Wilson 95 %": [_interval(*ends) for ends in _shown(report, report.interval or {})],
        "correct": [f"{count(n)} / {count(report.total)}" for n in _shown(report, report.correct)],
    }
    if not has_k(report):
        del columns["k"]
    return _table({head: cells for head, cells in columns.items() if cells}, _title(report))


def _shown(report: ReportData, figures: Mapping[int, Any]) -> list[Any]:
    """Return the figures that a table has."""
    return [figures[k] for k in report.shown if k in figures]


def _classes(report: ReportData) -> Table:
    figures = report.by_class()
    columns = {
        _entry(report): [str(place) for place in range(len(figures))],
        "support": [count(each.support) for each in figures],
    }
    for k in report.named:
        columns[f"k={k}" if has_k(report) else "correct"] = [
            f"{count(each.correct[k])}  {percent(each.accuracy[k]):>8}" for each in figures
        ]
    return _table(columns, f"By {_entry(report)}: correct and {report.measure.figure}")


def _entry(report: ReportData) -> str:
    return "label" if report.measure.label_kind == "set" else "class"


def _groups(report: ReportData) -> Page:
    """Lay out the figures of each group, or of those with most samples if there are many."""
    figures = report.by_group()
    most = sorted(figures, key=lambda each: -each.support)[:GROUPS]
    shown = [each for each in figures if each in most] if len(figures) > GROUPS else figures
    heads = ["group", "support"]
    cells = [[str(each.group) for each in shown], [count(each.support) for each in shown]]
    for k in report.named:
        at_k = f" k={k}" if has_k(report) else ""
        heads += [f"{report.measure.figure}{at_k}", "Wilson 95 %", "less others"]
        cells += [
            [percent(each.accuracy[k]) for each in shown],
            [_interval(*each.interval[k]) if each.interval else "" for each in shown],
            [_signed(each.difference[k]) for each in shown],
        ]
    kept = [place for place, column in enumerate(cells) if any(column)]
    rows = tuple(zip(*(cells[place] for place in kept), strict=True))
    align = "<" + ">" * (len(kept) - 1)
    table = Table(tuple(heads[place] for place in kept), rows, align, "By group")
    if len(shown) == len(figures):
        return (table,)
    left = f"The table has the {GROUPS} of {len(figures):,} groups with most samples."
    return table, Note(f"{left} Report.by_group() and --json have all.")


def _signed(difference: float) -> str:
    return "-" if math.isnan(difference) else f"{100 * difference:+.2f}"


def _facts(report: ReportData) -> Table:
    entries = "labels" if report.measure.label_kind == "set" else "classes"
    facts = {
        "weight of samples" if report.weighted else "samples": count(report.samples),
        entries: count(report.classes) + _occurring(report),
        "chance level": ", ".join(
            percent(share) + at(report, k)
            for k, share in (report.chance or {}).items()
            if k in report.named
        ),
        "95 % interval": report.no_interval and f"none: {report.no_interval}",
        "invalid labels": count(report.invalid),
        "undefined scores": count(report.undefined),
    }
    return Table(("", ""), tuple((name, fact) for name, fact in facts.items() if fact), "<<")


def _occurring(report: ReportData) -> str:
    """Say of how many classes a macro average is, where some do not occur (R15)."""
    if not report.over_classes or report.occurring == report.classes:
        return ""
    return f", {report.occurring} of which occur among the labels and are averaged"


def _title(report: ReportData) -> str:
    measure = report.measure
    criteria = measure.options().get("criteria", "")
    said = [criteria.replace("_", " ")] if criteria else []
    if report.ties:
        said.append(f"ties {report.ties}")
    elif measure.threshold is not None:
        border = "above" if measure.at_threshold == "negative" else "at or above"
        bound = number(measure.threshold)
        said.append(
            f"positive {border} the logit of {bound}"
            if measure.from_logits
            else f"positive {border} {bound}"
        )
    return f"{sentence_case(measure.title)}: {', '.join([*said, f'{report.average} average'])}"


def _table(columns: dict[str, list[str]], title: str) -> Table:
    rows = tuple(zip(*columns.values(), strict=True))
    return Table(tuple(columns), rows, ">" * len(columns), title)


def _interval(low: float, high: float) -> str:
    return f"{100 * low:.2f} - {100 * high:.2f}"
