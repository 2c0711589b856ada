"""How a verification reads."""

from __future__ import annotations

import sys
from pathlib import Path

from accord.reporting.page import (
    ByK,
    Cell,
    Grid,
    Line,
    Note,
    Page,
    Table,
    Verdict,
    sentence_case,
    tie_band,
)
from accord.verification.samples_table import samples_table
from accord.verification.verify.data import Backend, VerificationData
from accord.verification.wording import has_k, measure_title

_NAMED = 4  # runs in the verdict
_SHOWN = 5  # samples of a run that differ


def verify_page(found: VerificationData) -> Page:
    """Lay a verification out."""
    return (
        Verdict(_verdict(found), found.agrees),
        *_grid(found),
        *_chart(found),
        _reference(found),
        _backends(found),
        *samples_table(found.looked_at),
        *(Note(text) for text in _notes(found)),
    )


def _verdict(found: VerificationData) -> str:
    if not found.backends:
        return "No backend was run."
    names = {backend.name for backend in found.backends}
    if found.agrees:
        return (
            f"{_many(len(names), 'framework')} {_agree(len(names))}, in {_many(len(found.backends), 'run')},"
            f" on each of {found.samples:,} samples."
        )
    bad = [f"{each.name} {each.mode}" for each in found.backends if not each.agrees]
    more = f" and {len(bad) - _NAMED} more" if len(bad) > _NAMED else ""
    return f"Not every backend agrees: {', '.join(bad[:_NAMED])}{more}."


def _many(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def _agree(n: int) -> str:
    return "agrees" if n == 1 else "agree"


def _grid(found: VerificationData) -> Page:
    if not found.backends:
        return ()
    rows = tuple(dict.fromkeys(map(_label, found.backends)))
    modes = tuple(dict.fromkeys(backend.mode for backend in found.backends))
    cells: dict[tuple[str, str], Cell] = {}
    for backend in found.backends:
        place = _label(backend), backend.mode
        if place not in cells or cells[place].tone == "good":  # the worst of several devices
            cells[place] = _cell(backend)
    return (Grid("Agreement, sample by sample", rows, modes, cells),)


def _label(backend: Backend) -> str:
    return f"{backend.name} {backend.version or ''}".strip() + _elsewhere(backend)


def _elsewhere(backend: Backend) -> str:
    """Name the interpreter, if it is not this one."""
    return (
        "" if backend.python == sys.executable else f" ({Path(backend.python).parent.parent.name})"
    )


def _cell(backend: Backend) -> Cell:
    hint = f"{backend.name} {backend.mode} on {backend.device}: {_outcome(backend)}"
    if backend.agrees:
        return Cell("agrees", "good", hint)
    if backend.differing:
        return Cell(f"{backend.differing:,} differ", "bad", hint)
    return Cell("error", "warn", hint)


def _outcome(backend: Backend) -> str:
    if backend.agrees:
        return "agrees"
    if backend.differing:
        first = ", ".join(map(str, backend.differs[:_SHOWN]))
        more = ", ..." if backend.differing > _SHOWN else ""
        return f"{backend.differing:,} differ: {first}{more}"
    return backend.error or "differs"


def _chart(found: VerificationData) -> Page:
    whole = found.total
    if not whole or not found.floor or not has_k(found.measure):
        return ()
    accuracy, floor, ceiling = (
        {k: count / whole for k, count in counts.items()}
        for counts in (found.correct, found.floor, found.ceiling)
    )
    figure = found.measure.figure
    line = Line(figure, accuracy, tie_band(floor, ceiling))
    title = sentence_case(f"{figure} against k, and the band that ties leave open")
    return (ByK(title, (line,)),)


def _count(count: float) -> str:
    return f"{count:,}" if isinstance(count, int) else f"{count:,.4f}"


def _reference(found: VerificationData) -> Table:
    k_column = ("k",) if has_k(found.measure) else ()
    rows = tuple(
        (
            *((str(k),) if k_column else ()),
            _count(count),
            f"{100 * count / found.total:.2f} %" if found.total else "-",
            *((_count(found.floor[k]), _count(found.ceiling[k])) if found.floor else ()),
        )
        for k, count in found.correct.items()
    )
    columns = (
        *k_column,
        *("correct", found.measure.figure),
        *(("floor", "ceiling") if found.floor else ()),
    )
    what = "labels" if found.measure.label_kind == "set" else "classes"
    about = f"{found.samples:,} samples, {found.classes:,} {what}"
    if found.measure.label_kind == "class":
        title = f"Reference, by sorting: {about}"
    else:
        title = f"Reference: {measure_title(found.measure)}; {about}"
    return Table(columns, rows, ">" * len(columns), title)


def _backends(found: VerificationData) -> Table:
    rows = tuple(
        (
            _label(backend),
            backend.mode,
            backend.device,
            ", ".join(map(_count, backend.correct.values())) or "-",
            "-" if backend.import_seconds is None else f"{backend.import_seconds:.1f}",
            "-" if backend.seconds is None else f"{backend.seconds:.2f}",
            _outcome(backend),
        )
        for backend in found.backends
    )
    columns = ("backend", "mode", "device", "correct", "import s", "count s", "verdict")
    return Table(columns, rows, "<<<>>><", "Backends")


def _notes(found: VerificationData) -> list[str]:
    tied = {k: found.ceiling[k] - found.floor[k] for k in found.floor}
    if not any(tied.values()):
        return []
    measure = found.measure
    if measure.threshold is not None:
        said, rule = (
            f"Scores at the threshold decide the outcome of {tied[1]:,} samples.",
            "accord's rule",
        )
    else:
        decided = ", ".join(
            _count(count) + (f" at k={k}" if has_k(measure) else "")
            for k, count in tied.items()
            if count
        )
        what = "a credit of" if measure.figure != "accuracy" else "the outcome of some samples:"
        said, rule = f"Ties decide {what} {decided}.", "accord's tie rule"
    agreed = f"Frameworks agree on them here since {rule} is the same on each"
    if measure.figure != "accuracy":
        return [f"{said} {agreed}."]
    return [f"{said} {agreed}; accord explain shows what other libraries report."]
