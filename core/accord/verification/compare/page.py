"""How a comparison reads."""

from __future__ import annotations

from accord.reporting.page import ByK, Line, Note, Page, Table, Verdict
from accord.verification.compare.data import ComparisonData
from accord.verification.wording import has_k, measure_title

_LABELS = 6  # of a sample that are named
_UNLIKELY = 0.05  # the usual level of a test


def compare_page(found: ComparisonData) -> Page:
    """Lay a comparison out."""
    return (
        Verdict(_verdict(found), found.agrees),
        *_chart(found),
        *_figures(found),
        _facts(found),
        *_samples(found),
        *(Note(text) for text in _notes(found)),
    )


def _verdict(found: ComparisonData) -> str:
    a, b = found.names
    if not found.samples:
        return "There are no samples to compare."
    flips = {sample for at in found.at.values() for sample in at.to_look_at}
    real = {sample for at in found.at.values() for sample in at.real}
    if not flips:
        return f"{a} and {b} judge each of {found.samples:,} samples alike."
    if not real:
        ties = "near tie" if len(flips) == 1 else "near ties"
        return f"{a} and {b} agree: rounding explains {len(flips):,} {ties}."
    flip = "sample flips" if len(real) == 1 else "samples flip"
    return f"{a} and {b} differ: {len(real):,} of {found.samples:,} {flip} by more than rounding."


def _chart(found: ComparisonData) -> Page:
    if not found.samples:
        return ()
    ends = {k: each for k in found.at if (each := found.intervals(k))}
    lines = tuple(
        Line(
            name,
            {k: found.accuracy(k)[which] for k in found.at},
            interval={k: each[which] for k, each in ends.items()},
        )
        for which, name in enumerate(found.names)
    )
    title = "Accuracy against k" if has_k(found.measure) else "Accuracy"
    title = f"{title}, with its 95 % interval" if ends else title
    return (ByK(title, lines, has_k=has_k(found.measure)),)


def _figures(found: ComparisonData) -> Page:
    """Show the accuracy of both, and then what flips: two narrow tables rather than a wide one."""
    shares, flips = [], []
    for k, at in found.at.items():
        place = (str(k),) if has_k(found.measure) else ()
        ends = found.intervals(k)
        for which, name in enumerate(found.names):
            share = found.accuracy(k)[which]
            low, high = ends[which] if ends else (0.0, 0.0)
            shares.append(
                (
                    *place,
                    name,
                    _count(at.correct[which]),
                    f"{100 * share:.2f} %" if found.samples else "-",
                    f"{100 * low:.2f} - {100 * high:.2f}" if ends else "-",
                )
            )
        counts = (f"{len(each):,}" for each in (at.lost, at.gained, at.numerical, at.real))
        flips.append((*place, *counts, f"{at.p_value:.3g}"))
    k_column = ("k",) if has_k(found.measure) else ()
    shown = (*k_column, "scores", "correct", "accuracy", "95 %")
    columns = (*k_column, "lost", "gained", "near ties", "real", "p")
    return (
        Table(shown, tuple(shares), f"{'>' * len(k_column)}<>>>", measure_title(found.measure)),
        Table(columns, tuple(flips), ">" * len(columns), f"Samples that flip in {found.names[1]}"),
    )


def _count(count: float) -> str:
    return f"{count:,}" if isinstance(count, int) else f"{count:,.2f}"


def _facts(found: ComparisonData) -> Table:
    labels = found.measure.label_kind == "set"
    rows = [
        ("samples", f"{found.samples:,}"),
        ("labels" if labels else "classes", f"{found.classes:,}"),
        ("dtypes", " and ".join(found.dtypes)),
        ("tolerance", f"{found.tolerance:.2g}" + (" of the largest score" * found.relative)),
    ]
    if found.largest:
        difference, sample, place = found.largest
        where = "" if found.measure.label_kind == "binary" else f", class {place}"
        where = f", label {place}" if labels else where
        rows.append(("largest difference", f"{difference:.3g} (sample {sample}{where})"))
    return Table(("", ""), tuple(rows), "<<")


def _samples(found: ComparisonData) -> Page:
    if not found.in_a:
        return ()
    k = next(iter(found.at))
    at = found.at[k]
    rows = []
    for a, b in zip(found.in_a, found.in_b, strict=True):
        fate = "lost" if a.place in at.lost else "gained"
        why = "near tie" if a.place in at.numerical else "real"
        labels = a.label if isinstance(a.label, tuple) else (a.label,)
        shown = " ".join(map(str, labels[:_LABELS])) + (" ..." if len(labels) > _LABELS else "")
        rows.append((str(a.place), shown, f"{fate}, {why}", found.names[0], str(a)))
        rows.append(("", "", "", found.names[1], str(b)))
    title = "Samples to look at first"
    if found.measure.label_kind == "set":
        title += ": the scores that differ most (* a true label)"
    elif found.measure.label_kind != "binary":
        title += f": scores around the boundary at k={k} (* the label)"
    return (Table(("sample", "label", "flip", "scores", ""), tuple(rows), ">><<<", title),)


def _notes(found: ComparisonData) -> list[str]:
    said = []
    a, b = found.names
    if any(at.numerical for at in found.at.values()):
        said.append(
            f"A near tie is a flip whose margin at the boundary is within twice the tolerance in {a}"
            f" and in {b}: rounding may decide it either way."
        )
    if any(at.p_value < _UNLIKELY for at in found.at.values()):
        said.append(
            "p is McNemar's exact test: so uneven a split of lost and gained samples is unlikely"
            " to be chance."
        )
    return said
