"""How a comparison reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accord.reporting.charts import Line, by_k
from accord.reporting.display import Note, Page, Table, Verdict

if TYPE_CHECKING:  # a comparison shows itself by this module
    from accord.verification.compared import Comparison


def compare_page(found: Comparison) -> Page:
    """Lay a comparison out."""
    return (
        Verdict(_verdict(found), found.agrees),
        *_chart(found),
        _figures(found),
        _facts(found),
        *_samples(found),
        *(Note(text) for text in _notes(found)),
    )


def _verdict(found: Comparison) -> str:
    if not found.samples:
        return "There are no samples to compare."
    flips = {sample for at in found.at.values() for sample in at.to_look_at}
    real = {sample for at in found.at.values() for sample in at.real}
    if not flips:
        return f"A and B judge each of {found.samples:,} samples alike."
    if not real:
        return (
            f"A and B agree but for {len(flips):,} near"
            f" {'tie' if len(flips) == 1 else 'ties'}, which rounding explains."
        )
    return f"A and B differ: {len(real):,} of {found.samples:,} samples flip by more than rounding."


def _chart(found: Comparison) -> Page:
    if not found.samples:
        return ()
    lines = []
    for at, name in enumerate("AB"):
        ends = {k: each for k in found.at if (each := found.intervals(k))}
        low = {k: each[at][0] for k, each in ends.items()}
        high = {k: each[at][1] for k, each in ends.items()}
        values = {k: found.accuracy(k)[at] for k in found.at}
        lines.append(Line(f"{name}, 95 %", values, low, high))
    return (by_k(lines, "Accuracy against k, with its 95 % interval"),)


def _figures(found: Comparison) -> Table:
    rows = []
    for k, at in found.at.items():
        ends = found.intervals(k)
        spans = [f"{100 * low:.2f} - {100 * high:.2f}" for low, high in ends or ()] or ["-", "-"]
        shares = [f"{100 * share:.2f} %" if found.samples else "-" for share in found.accuracy(k)]
        rows.append(
            (
                *(str(k), shares[0], spans[0], shares[1], spans[1]),
                *(f"{len(each):,}" for each in (at.lost, at.gained, at.numerical, at.real)),
                f"{at.p_value:.3g}",
            )
        )
    columns = ("k", "A", "95 %", "B", "95 %", "lost", "gained", "near", "real", "p")
    return Table(columns, tuple(rows), ">" * len(columns), f"Top-k accuracy, ties {found.ties}")


def _facts(found: Comparison) -> Table:
    rows = [
        ("samples", f"{found.samples:,}"),
        ("classes", f"{found.classes:,}"),
        ("dtypes", " and ".join(found.dtypes)),
        ("tolerance", f"{found.tolerance:.2g}" + (" of the largest score" * found.relative)),
    ]
    if found.largest:
        difference, sample, place = found.largest
        rows.append(("largest difference", f"{difference:.3g} (sample {sample}, class {place})"))
    return Table(("", ""), tuple(rows), "<<")


def _samples(found: Comparison) -> Page:
    if not found.in_a:
        return ()
    at = found.at[found.in_a[0].k]
    rows = []
    for a, b in zip(found.in_a, found.in_b, strict=True):
        fate = "lost" if a.place in at.lost else "gained"
        why = "near tie" if a.place in at.numerical else "real"
        rows.append((str(a.place), str(a.label), f"{fate}, {why}", str(a), str(b)))
    k = found.in_a[0].k
    title = f"Samples to look at first: scores around the boundary at k={k} (* the label)"
    return (Table(("sample", "label", "flip", "A", "B"), tuple(rows), ">><<<", title),)


def _notes(found: Comparison) -> list[str]:
    said = []
    if any(at.numerical for at in found.at.values()):
        said.append(
            "A near tie is a flip whose margin at the boundary is within twice the tolerance in A"
            " and in B: rounding may decide it either way."
        )
    if any(at.p_value < 0.05 for at in found.at.values()):  # noqa: PLR2004  # as is customary
        said.append(
            "p is McNemar's exact test: so uneven a split of lost and gained samples is unlikely"
            " to be chance."
        )
    return said
