"""What a reader of a report must be told beside its figures, and how numbers are written."""

from __future__ import annotations

import math
from collections.abc import Mapping

from accord.reporting.report_data import ReportData

_LEAST = 0.01  # points, which two decimal places can show


def notes_on(report: ReportData) -> tuple[str, ...]:
    """Return the notes on a report, empty ones included."""
    return (
        _on_many_k(report),
        _on_ties(report),
        _on_nan(report),
        _on_minus_inf(report),
        _on_invalid(report),
        "" if report.total else "There are no samples to count, so there is no accuracy.",
    )


def has_k(report: ReportData) -> bool:
    """Tell whether figures are by k."""
    return report.measure.k is not None


def at(report: ReportData, k: int) -> str:
    """Say at which k a figure is, where there are several or one was asked for."""
    return f" at k={k}" if has_k(report) else ""


def count(number_of: float) -> str:
    """Write a count, or a sum of weights or fractions."""
    if isinstance(number_of, int) or not number_of:
        return f"{number_of:,.0f}"
    return f"{number_of:,.2f}" if number_of >= 1 else f"{number_of:.3g}"


def number(value: float) -> str:
    """Write an option of the measure in full."""
    short = f"{value:g}"
    return short if float(short) == value else repr(float(value))


def percent(share: float) -> str:
    """Write a share."""
    return "-" if math.isnan(share) else f"{100 * share:.2f} %"


def _some(report: ReportData, amount: float, rest: str = "") -> str:
    """Write how many samples, or what weight of them, and that they are misses."""
    if report.weighted:
        return f"{report.unit} of weight {count(amount)} {rest} count as misses"
    if amount == 1:
        return f"1 {report.unit[:-1]} {rest} counts as a miss"
    return f"{count(amount)} {report.unit} {rest} count as misses"


def _out_of(report: ReportData, amount: float) -> str:
    """Write how many of all samples, or what weight of their weight."""
    many, whole = count(amount), count(report.samples)
    return (
        f"samples of weight {many} of {whole}" if report.weighted else f"{many} of {whole} samples"
    )


def _by_k(report: ReportData, amounts: Mapping[int, float], gaps: Mapping[int, float]) -> str:
    """Write the credit that hangs on something at each k, and in points of the accuracy."""
    whole = f" of {count(report.total)}"
    if report.weighted:
        whole = f"a weight of {{}}{whole}"
    elif all(isinstance(amount, int) for amount in amounts.values()):
        whole = f"{{}}{whole} {report.unit}"
    else:
        whole = f"a credit of {{}}{whole} {report.unit}"
    first = next(iter(amounts))
    return ", ".join(
        f"{whole.format(count(amount)) if k == first else count(amount)}{at(report, k)}"
        f" ({_points(gaps[k])})"
        for k, amount in amounts.items()
    )


def _points(gap: float) -> str:
    points = 100 * gap
    return f"{points:.2f} points" if points >= _LEAST or not points else f"{points:.1g} points"


def _on_many_k(report: ReportData) -> str:
    """Say that a table does not have every k."""
    if len(report.shown) == len(report.k):
        return ""
    return (
        f"The table has {len(report.shown)} of {len(report.k):,} values of k. Report.accuracy,"
        " to_dict() and --json have all, and plot() draws them."
    )


def _named(report: ReportData, amounts: Mapping[int, float]) -> dict[int, float]:
    """Return the amounts above zero at the k that notes name, or else at the first that has one."""
    some = {k: amount for k, amount in amounts.items() if amount > 0}
    return {k: some[k] for k in report.named if k in some} or dict(list(some.items())[:1])


def _on_ties(report: ReportData) -> str:
    """Say how much hangs on ties, and what that means for the figures of other libraries."""
    tied = _named(report, report.tied)
    if not tied:
        return ""
    gaps = {k: report.ceiling[k] - report.floor[k] for k in tied}
    what, question = (
        ("Ties between equal scores", "Which of them wins")
        if report.ties
        else ("Scores equal to the threshold", "Which side they are on")
    )
    if getattr(report.measure, "from_logits", False):
        what = "Scores equal to the logit of the threshold"
    return (
        f"{what} decide {_by_k(report, tied, gaps)}. {question} is a convention: another library"
        " may report anything from floor to ceiling for these very scores."
    )


def _on_nan(report: ReportData) -> str:
    """Say how many samples have a NaN, and what the NaN of other classes cost."""
    own = ""
    if report.undefined:
        own = f"{_some(report, report.undefined, _whose_nan(report))}."
        if report.unit == "labels" and has_k(report):
            own = f"{own[:-1]}, and so do all other labels of such samples."
    if report.lost_to_nan is None or not report.nan:
        return own
    parts = [f"There is a NaN among the scores of {_out_of(report, report.nan)}.", own]
    lost = _named(report, report.lost_to_nan)
    if lost:
        each = ", ".join(f"{_lost(report, lost[k])}{at(report, k)}" for k in lost)
        parts.append(
            "A NaN ranks ahead of every number (rule R2), and that of another class costs"
            f" {each}: without it they would be hits."
        )
    parts.append("Other libraries rank a NaN in other ways, or refuse it.")
    return " ".join(part for part in parts if part)


def _whose_nan(report: ReportData) -> str:
    if report.measure.label_kind == "set" and report.unit == "samples":
        return "with a NaN among their scores"
    if report.measure.label_kind in ("binary", "set"):
        return "with a NaN score"
    return "with a NaN for the score of their own class"


def _lost(report: ReportData, amount: float) -> str:
    if report.weighted:
        return f"a weight of {count(amount)}"
    if report.measure.fractional:
        return f"a credit of {count(amount)}"
    return f"{count(amount)} {report.unit[:-1] if amount == 1 else report.unit}"


def _on_minus_inf(report: ReportData) -> str:
    if not report.minus_inf or not report.total:
        return ""
    return (
        f"No chance level is given, because {_out_of(report, report.minus_inf)} have scores of"
        " -inf. If these mark classes that can't be chosen, guessing is right more often than k"
        " in C times. Here they count as classes, and -inf ties with -inf."
    )


def _on_invalid(report: ReportData) -> str:
    """Say what is wrong with labels that could not be refused (R22)."""
    if not report.invalid:
        return ""
    remedy = "pass a mask if they are to be left out"
    if "ignore_index" in report.measure.options():
        remedy = "pass ignore_index or a mask if they are to be left out"
    said = _some(report, report.invalid, _whose_label(report))
    if report.unit == "labels" and has_k(report):
        said += ", and so do all other labels of such samples"
    if report.over_classes:
        said += "; they are of no class, so they do not lower the macro average"
    return f"{said}; {remedy}."


def _whose_label(report: ReportData) -> str:
    if report.measure.label_kind == "dense":
        return "with a row of labels that has a NaN or nothing above zero"
    if report.measure.label_kind in ("binary", "set"):
        return (
            "other than 0 and 1" if report.unit == "labels" else "with a label other than 0 and 1"
        )
    return f"with a label outside 0..{report.classes - 1}"
