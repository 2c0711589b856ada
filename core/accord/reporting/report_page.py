"""How a report reads: its tables, and what a reader must be told."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from accord.measures import Binary, Multilabel
from accord.reporting.display import Note, Page, Table

if TYPE_CHECKING:  # a report shows itself by this module
    from accord.reporting.report import Report


def report_page(report: Report) -> Page:
    """Lay a report out."""
    classes = (_classes(report),) if report.per_class else ()
    notes = (_on_ties(report), _on_undefined(report), _on_invalid(report), _on_nothing(report))
    return (_figures(report), *classes, _facts(report), *(Note(text) for text in notes if text))


def _figures(report: Report) -> Table:
    columns = {
        "k": [str(k) for k in report.k],
        "accuracy": [_percent(share) for share in report.accuracy.values()],
        "floor": [_percent(share) for share in report.floor.values()],
        "ceiling": [_percent(share) for share in report.ceiling.values()],
        "Wilson 95 %": [_interval(*ends) for ends in (report.interval or {}).values()],
        "correct": [f"{_count(n)} / {_count(report.total)}" for n in report.correct.values()],
    }
    if not _has_k(report):
        del columns["k"]
    return _table({head: cells for head, cells in columns.items() if cells}, _title(report))


def _classes(report: Report) -> Table:
    figures = report.by_class()
    columns = {
        "class": [str(place) for place in range(len(figures))],
        "support": [_count(each.support) for each in figures],
    }
    for k in report.k:
        columns[f"k={k}" if _has_k(report) else "correct"] = [
            f"{_count(each.correct[k])}  {_percent(each.accuracy[k]):>8}" for each in figures
        ]
    return _table(columns, "By class: correct and accuracy")


def _facts(report: Report) -> Table:
    facts = {
        "samples": _count(report.samples),
        "labels" if isinstance(report.measure, Multilabel) else "classes": _count(report.classes),
        "chance level": ", ".join(
            _percent(share) + _at(report, k) for k, share in (report.chance or {}).items()
        ),
        "invalid labels": _count(report.invalid),
        "undefined scores": _count(report.undefined),
    }
    return Table(("", ""), tuple((name, fact) for name, fact in facts.items() if fact), "<<")


def _title(report: Report) -> str:
    measure = report.measure
    said = [measure.criteria.replace("_", " ")] if isinstance(measure, Multilabel) else []
    if report.ties:
        said.append(f"ties {report.ties}")
    elif isinstance(measure, (Binary, Multilabel)):
        border = "above" if measure.at_threshold == "negative" else "at or above"
        said.append(f"positive {border} {measure.threshold:g}")
        said += ["scores are logits"] if measure.from_logits else []
    return f"{report.name.capitalize()} accuracy: {', '.join([*said, f'{report.average} average'])}"


def _on_ties(report: Report) -> str:
    """Say how much hangs on ties, and what that means for the figures of other libraries."""
    tied = [k for k in report.k if report.tied[k] > 0]
    if not tied:
        return ""
    of_all = f" of {_count(report.total)} {report.unit}"
    gaps = ", ".join(
        f"{_count(report.tied[k])}{of_all if k == tied[0] else ''}{_at(report, k)}"
        f" ({100 * (report.ceiling[k] - report.floor[k]):.2f} points)"
        for k in tied
    )
    what, question = (
        ("Ties between equal scores", "Which of them wins")
        if report.ties
        else ("Scores equal to the threshold", "Which side they are on")
    )
    return (
        f"{what} decide {gaps}. {question} is a convention: another library may report anything"
        " from floor to ceiling for these very scores."
    )


def _on_undefined(report: Report) -> str:
    counted = (
        f"{_count(report.undefined)} {report.unit} have a NaN for the score of their own class"
    )
    return f"{counted}; they count as misses." if report.undefined else ""


def _on_invalid(report: Report) -> str:
    remedy = "pass ignore_index or a mask if they mark samples to leave out"
    counted = f"{_count(report.invalid)} labels are no class and count as misses"
    return f"{counted}; {remedy}." if report.invalid else ""


def _on_nothing(report: Report) -> str:
    return "" if report.total else "There are no samples to count, so there is no accuracy."


def _table(columns: dict[str, list[str]], title: str) -> Table:
    rows = tuple(zip(*columns.values(), strict=True))
    return Table(tuple(columns), rows, ">" * len(columns), title)


def _has_k(report: Report) -> bool:
    return getattr(report.measure, "k", None) is not None


def _at(report: Report, k: int) -> str:
    return f" at k={k}" if _has_k(report) else ""


def _count(count: float) -> str:
    return f"{count:,}" if isinstance(count, int) else f"{count:,.2f}"


def _percent(share: float) -> str:
    return "-" if math.isnan(share) else f"{100 * share:.2f} %"


def _interval(low: float, high: float) -> str:
    return f"{100 * low:.2f} - {100 * high:.2f}"
