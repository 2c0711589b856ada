"""The pages link to what exists, and name everything that is public."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import accord

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    str(page.relative_to(ROOT)) for page in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))
)


def prose(page: Path) -> str:
    """Return a page without its code blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_to_a_file_and_a_heading(name: str) -> None:
    page = ROOT / name
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if target.startswith(("https://", "http://")):
            continue
        file, _, anchor = target.partition("#")
        linked = page.parent / file if file else page
        assert linked.is_file(), f"{name} links to {file}, which does not exist"
        assert not anchor or anchor in anchors(linked), f"{name} links to {target}: no such heading"


@pytest.mark.parametrize("name", ["README.md", "docs/api.md"])
def test_a_page_names_everything_that_is_public(name: str) -> None:
    code = re.findall(r"`([^`\n]+)`", prose(ROOT / name))
    named = {re.split(r"[(\[ ]", each)[0].removeprefix("accord.") for each in code}
    assert not set(accord.__all__) - named


def test_the_readme_links_every_page() -> None:
    linked = set(re.findall(r"\]\((docs/[\w-]+\.md)", (ROOT / "README.md").read_text("utf-8")))
    assert linked == {page for page in PAGES if page.startswith("docs/")}


def test_the_page_of_public_names_runs_and_gives_what_it_says(
    run_page: Callable[[str], dict[str, Any]],
) -> None:
    names = run_page("docs/api.md")
    assert [int(each) for each in names["tally"]] == [2, 2, 3, 4, 0, 0]
    assert names["report"].accuracy == {1: 0.5, 2: 1.0}
    assert [field.tolist() for field in names["both"]] == [
        field.tolist() for field in accord.standing(names["labels"], names["scores"])
    ]
