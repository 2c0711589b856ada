"""How a page of tables, notes and charts is shown, and what is said where a library is missing."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.console import Console

import accord
from accord.reporting.display import Display
from accord.reporting.page import ByK, Line, Note, Page, Table

COMMAND = "from accord.cli import main; main()"
REPORT = "import accord, numpy as np; report = accord.evaluate([1], np.array([[0.2, 0.8]]))"
TIED = np.array([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5], [0.1, 0.8, 0.1], [0.1, 0.2, 0.7]])
LABELS = [1, 2, 0, 2]


def in_python(code: str, *arguments: str, missing: str) -> subprocess.CompletedProcess[str]:
    """Run code where libraries can't be imported."""
    gone = "".join(f"sys.modules[{each!r}] = None\n" for each in missing.split())
    command = [sys.executable, "-c", f"import sys\n{gone}{code}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own


def numbers(drawn: Any) -> list[float]:
    """Return the coordinates of something drawn, in order."""
    return [float(each) for each in np.asarray(drawn).ravel()]


class Shown(Display):
    @property
    def page(self) -> Page:
        return (Table(("a|b", "n"), (("<i>", "1"),), "<>", "A & B"), Note("so [bold]it[/bold] is"))


class TestText:
    def test_text_is_aligned(self) -> None:
        assert str(Shown()) == "A & B\na|b  n\n---  -\n<i>  1\n\nso [bold]it[/bold] is"

    def test_markdown_escapes_bars(self) -> None:
        table = "**A & B**\n\n| a\\|b | n |\n| :-- | --: |\n| <i> | 1 |"
        assert Shown().to_markdown() == f"{table}\n\n> so [bold]it[/bold] is"

    def test_rich_takes_brackets_as_they_are(self) -> None:
        screen = io.StringIO()
        Console(file=screen, width=80).print(Shown())
        assert "so [bold]it[/bold] is" in screen.getvalue()


class TestHtml:
    def test_html_escapes_markup(self) -> None:
        for html in (str(Shown()._repr_html_()), Shown().to_html("<b>")):
            assert "<caption>A &amp; B</caption>" in html
            assert "&lt;i&gt;" in html
        assert "<h1>&lt;b&gt;</h1>" in html

    def test_names_in_a_chart_are_escaped(self) -> None:
        class Named(Display):
            page: Page = (ByK("<i>", (Line("a<b & $x^2$", {1: 0.5}),)),)

        html = Named().to_html()
        assert ">a&lt;b &amp; $x^2$</text>" in html
        assert "<i>" not in html

    def test_the_page_is_the_same_whatever_the_style_of_the_user(self) -> None:
        report = accord.evaluate(LABELS, TIED, k=(1, 2))
        html = report.to_html()
        with plt.style.context("dark_background"):
            assert report.to_html() == html


class TestPlot:
    def test_it_draws_on_the_axes_that_are_given_and_opens_no_figure(self) -> None:
        plt.close("all")
        ax = Figure().subplots()
        assert accord.evaluate(LABELS, TIED).plot(ax) is ax
        assert plt.get_fignums() == []

    def test_without_axes_it_opens_a_figure(self) -> None:
        plt.switch_backend("agg")
        plt.close("all")
        ax = accord.evaluate(LABELS, TIED).plot()
        assert isinstance(ax, Axes)
        assert len(plt.get_fignums()) == 1
        plt.close("all")

    def test_the_line_has_the_accuracy_at_each_k(self) -> None:
        report = accord.evaluate(LABELS, TIED, k=(1, 2))
        line = report.plot(Figure().subplots()).lines[0]
        assert numbers(line.get_ydata()) == [report.accuracy[1], report.accuracy[2]]

    def test_the_band_is_from_floor_to_ceiling_where_there_are_ties(self) -> None:  # R7
        report = accord.evaluate(LABELS, TIED, k=(1, 2))
        assert report.tied == {1: 1, 2: 1}
        bands = [each for each in report.plot(Figure().subplots()).collections if each.get_label()]
        ends = [numbers(path.vertices)[1::2] for each in bands for path in each.get_paths()]
        assert [report.floor[1], report.ceiling[1]] in ends

    def test_the_legend_names_the_band_where_only_a_later_k_has_ties(self) -> None:
        scores = np.array([[0.7, 0.1, 0.1, 0.1], [0.1, 0.6, 0.2, 0.1]])
        report = accord.evaluate([0, 0], scores, k=(1, 3))
        assert report.tied == {1: 0, 3: 1}
        names = report.plot(Figure().subplots()).get_legend_handles_labels()[1]
        assert names.count("tie band") == 1

    def test_without_ties_there_is_no_band(self) -> None:
        ax = accord.evaluate([0, 1, 1], np.eye(3)).plot(Figure().subplots())
        assert "tie band" not in ax.get_legend_handles_labels()[1]

    def test_a_second_plot_has_each_k_where_the_first_has_it(self) -> None:
        ax = Figure().subplots()
        accord.evaluate(LABELS, TIED, k=(1, 2, 3)).plot(ax)
        accord.evaluate(LABELS, TIED, k=(1, 3)).plot(ax)
        names = [label.get_text() for label in ax.get_xticklabels()]
        assert names == ["k = 1", "k = 2", "k = 3"]
        lines = [line for line in ax.lines if line.get_label() == "accuracy"]
        assert [numbers(line.get_xdata()) for line in lines] == [[0, 1, 2], [0, 2]]

    def test_a_second_plot_of_many_k_leaves_none_out(self) -> None:
        scores = np.random.default_rng(0).random((50, 30))
        report = accord.evaluate(np.arange(50) % 30, scores, k=tuple(range(1, 31)))
        ax = Figure().subplots()
        for _ in range(2):
            report.plot(ax)
            assert ax.get_xlim() == (-0.5, 29.5)
            assert [label.get_text() for label in ax.get_xticklabels()][:2] == ["k = 1", "k = 5"]

    def test_each_class_has_its_accuracy(self) -> None:
        report = accord.evaluate(LABELS, TIED, k=(1, 2), per_class=True)
        ax = report.plot(Figure().subplots(), chart=1)
        expected = [[each.accuracy[k] for each in report.by_class()] for k in (1, 2)]
        assert [numbers(line.get_xdata()) for line in ax.lines] == expected

    def test_many_classes_are_drawn_from_the_lowest_to_the_highest(self) -> None:
        labels = np.arange(400) % 40
        scores = np.random.default_rng(0).random((400, 40))
        report = accord.evaluate(labels, scores, k=5, per_class=True)
        (line,) = report.plot(Figure().subplots(), chart=1).lines
        assert numbers(line.get_ydata()) == sorted(each.accuracy[5] for each in report.by_class())

    def test_a_name_that_matplotlib_would_hide_is_in_the_legend(self) -> None:
        a = np.eye(3)
        ax = accord.compare([0, 1, 2], a, a, names=("_old", "new")).plot(Figure().subplots())
        assert ax.get_legend_handles_labels()[1][:2] == [" _old", "new"]

    def test_a_chart_that_is_not_on_the_page_is_refused(self) -> None:
        report = accord.evaluate(LABELS, TIED)
        with pytest.raises(ValueError, match=r"chart=1 is not on the page; .* 0 \(Accuracy"):
            report.plot(Figure().subplots(), chart=1)

    def test_no_samples_can_not_be_drawn(self) -> None:  # R16
        with pytest.raises(ValueError, match="no samples"):
            accord.evaluate(np.zeros(0, int), np.zeros((0, 3))).plot()


class TestWithout:
    def test_everything_but_pages_and_plots_works_without_rich_and_the_extra(self) -> None:
        code = "text = str(report) + report.to_markdown(); assert len(report._repr_markdown_())"
        done = in_python(f"{REPORT}\n{code}", missing="rich typer jinja2 matplotlib")
        assert (done.returncode, done.stderr) == (0, "")

    def test_a_notebook_shows_markdown_without_jinja2(self) -> None:
        code = f"{REPORT}\nprint(report._repr_html_(), report._repr_markdown_()[:9])"
        assert in_python(code, missing="jinja2").stdout == "None **Top-k a\n"

    def test_a_notebook_needs_no_matplotlib(self) -> None:
        code = f"{REPORT}\nprint(report._repr_html_()[:7])"
        assert in_python(code, missing="matplotlib").stdout == "<table>\n"

    @pytest.mark.parametrize(
        ("call", "missing", "said"),
        [
            ("to_html()", "jinja2", "a web page needs Jinja2"),
            ("to_html()", "matplotlib", "a web page needs matplotlib"),
            ("plot()", "matplotlib", "plot needs matplotlib"),
        ],
    )
    def test_pages_and_plots_say_what_to_install(self, call: str, missing: str, said: str) -> None:
        error = in_python(f"{REPORT}\nreport.{call}", missing=missing).stderr
        install = 'run pip install "accord[report]"'
        assert error.splitlines()[-1] == f"ModuleNotFoundError: {said}; {install}"

    @pytest.mark.parametrize("missing", ["jinja2", "matplotlib"])
    @pytest.mark.parametrize("command", ["score", "verify", "explain", "compare"])
    def test_commands_say_so_in_one_line_before_they_count(
        self, command: str, missing: str, tmp_path: Path
    ) -> None:
        page = tmp_path / "page.html"
        files = ["scores.npz", "others.npz"][: 1 + (command == "compare")]  # which do not exist
        done = in_python(COMMAND, command, *files, "--html", str(page), missing=missing)
        name = {"jinja2": "Jinja2"}.get(missing, missing)
        said = f'error: --html needs {name}; run pip install "accord[report]"\n'
        assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
        assert not page.exists()

    def test_commands_print_without_the_extra(self, tmp_path: Path) -> None:
        np.savez(tmp_path / "scores.npz", y_true=[1], y_score=[[0.2, 0.8]])
        words = ("score", str(tmp_path / "scores.npz"))
        for more in ([], ["--json"]):
            done = in_python(COMMAND, *words, *more, missing="jinja2 matplotlib")
            assert (done.returncode, done.stderr) == (0, "")
