"""How samples to look at are shown."""

from __future__ import annotations

from accord.reporting.page import Page, Table
from accord.verification.samples import Looked, Sample


def samples_table(samples: tuple[Looked, ...], title: str = "Samples to look at") -> Page:
    """Show samples with their scores around the boundary, if there are any."""
    if not samples:
        return ()
    rows = tuple((str(each.place), str(each.label), str(each)) for each in samples)
    first = samples[0]
    around = "score"
    if isinstance(first, Sample):
        around = f"scores around the boundary at k={first.k} (* the label)"
    return (Table(("sample", "label", around), rows, ">><", title),)
