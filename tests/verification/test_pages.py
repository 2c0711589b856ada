"""The web pages: of their own, whole, and drawn by a real browser."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

import accord
from accord.cli import main
from accord.reporting.display import Display
from accord.reporting.page import charts
from accord_numpy import ADAPTER

EXAMPLE = Path(__file__).parents[2] / "examples" / "digits_forest.npz"
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


@functools.cache
def results() -> dict[str, Display]:
    with np.load(EXAMPLE) as file:
        truth, scores = file["y_true"], file["y_score"]
    return {
        "verify": accord.verify(truth, scores, k=(1, 5), backends=["numpy"]),
        "explain": accord.explain(truth, scores, k=(1, 5), peers=()),
        "compare": accord.compare(truth, scores, scores[:, ::-1], k=(1, 5)),
        "score": accord.evaluate(truth, scores, k=(1, 5)),
    }


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {name: result.to_html(f"The page of {name}") for name, result in results().items()}


NAMES = ("verify", "explain", "compare", "score")


class Balance(HTMLParser):
    """Whether every element that is opened is closed, in order."""

    void = frozenset({"meta"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """Leave elements that close themselves."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", NAMES)
def test_every_element_is_closed(pages: dict[str, str], name: str) -> None:
    parser = Balance()
    parser.feed(pages[name])
    assert parser.open == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_loaded_and_nothing_runs(pages: dict[str, str], name: str) -> None:
    assert not re.search(r"https?://|<script|@import|url\((?!#)|<link|<img", pages[name])


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_is_no_smaller_than_can_be_read_at_420_pixels(
    pages: dict[str, str], name: str
) -> None:
    room = 420 - 2 * 24  # of which the page and the card take their edges
    sizes = re.findall(r'<svg [^>]*width="(\d+)"[^>]*min-width: (\d+)px', pages[name])
    assert len(sizes) == pages[name].count("<svg") > 0
    for width, least in sizes:
        assert 13 * max(room, int(least)) / int(width) > 9  # pixels of its text


def test_the_matrix_has_a_field_for_each_run(pages: dict[str, str]) -> None:
    modes = ADAPTER.modes()
    assert pages["verify"].count(">agrees</text>") == 1 + len(modes)  # and one streamed


def test_a_field_says_more_under_the_pointer(pages: dict[str, str]) -> None:
    assert "<title>numpy eager on cpu: agrees</title>" in pages["verify"]


@pytest.mark.parametrize("name", NAMES)
def test_accuracy_is_drawn_against_k(pages: dict[str, str], name: str) -> None:
    assert "Accuracy against k" in pages[name]
    for text in ("k = 1", "k = 5", "93.66", "99.33"):
        assert f">{text}</text>" in pages[name]


@pytest.mark.parametrize("name", NAMES)
def test_drawings_have_no_colour_but_those_of_the_page(pages: dict[str, str], name: str) -> None:
    style, body = pages[name].split("</style>", 1)
    used = set(re.findall(r"(?:fill|stroke): ([^;\"]+)", body))
    assert used - {"none"} <= {f"var(--{each})" for each in re.findall(r"--([\w-]+):", style)}


@pytest.mark.parametrize("name", NAMES)
def test_no_two_elements_have_one_id(pages: dict[str, str], name: str) -> None:
    ids = re.findall(r' id="([^"]+)"', pages[name])
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="|url\()#([^")]+)', pages[name])) <= set(ids)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_the_same_text_each_time(name: str) -> None:
    result = results()[name]
    assert result.to_html() == result.to_html()


@pytest.mark.parametrize("name", NAMES)
def test_every_chart_of_a_page_can_be_plotted(name: str) -> None:
    result = results()[name]
    drawn = charts(result.page)
    for number, chart in enumerate(drawn):
        ax = Figure().subplots()
        assert result.plot(ax, chart=number) is ax
        assert ax.get_title() == chart.title
        assert ax.has_data() or ax.patches
    assert drawn


@pytest.mark.parametrize("name", NAMES)
def test_text_and_markdown_have_no_drawing(name: str) -> None:
    result = results()[name]
    assert "<svg" not in f"{result}{result.to_markdown()}{result._repr_html_()}"


def test_the_commands_write_their_page(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    with pytest.raises(SystemExit):
        main(["explain", str(EXAMPLE), "--rules-only", "--html", str(page)])
    assert "Why accuracies of digits_forest.npz differ" in page.read_text()


def test_a_page_that_can_not_be_written_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["score", str(EXAMPLE), "--html", str(tmp_path / "no" / "page.html")])
    assert end.value.code == 2
    assert "can't be written" in capsys.readouterr().err


@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium to draw the pages")
@pytest.mark.parametrize(
    "look",
    [
        ("--window-size=1060,1200",),
        ("--window-size=420,1200",),
        ("--window-size=420,1200", "--blink-settings=preferredColorScheme=0"),
    ],
    ids=["wide", "narrow", "dark"],
)
@pytest.mark.parametrize("name", NAMES)
def test_a_browser_draws_it_without_complaint(
    pages: dict[str, str], name: str, look: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_text(pages[name], encoding="utf-8")
    command = [
        *(str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"),
        *(*look, f"--user-data-dir={tmp_path / 'profile'}"),
        *(f"--screenshot={tmp_path / 'page.png'}", (tmp_path / "page.html").as_uri()),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603  # a browser on our own page
    assert "CONSOLE" not in run.stderr
    assert (tmp_path / "page.png").stat().st_size > 20_000
