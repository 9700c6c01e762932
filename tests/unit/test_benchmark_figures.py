"""How figures are shown and quoted; measuring them is tests/integration/test_benchmarks.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import quotes
from benchmarks.figures import Figure


def test_the_median_is_shown_with_its_spread() -> None:
    figure = Figure("planning", [1000.4, 3000.0, 2000.0], " rows/s")
    assert figure.row() == "| planning | 2,000 rows/s | 1,000 to 3,000, 3 runs |  |"


def test_one_run_has_no_spread() -> None:
    assert Figure("planning", [0.126], " ms", 2).row() == "| planning | 0.13 ms |  |  |"


@pytest.mark.parametrize(("runs", "word"), [([1.2, 1.3, 9.0], "kept"), ([1.0, 1.31, 1.4], "**missed**")])
def test_the_bar_is_held_against_the_median(runs: list[float], word: str) -> None:
    assert Figure("growth", runs, "×", 2, at_most=1.3).row().endswith(f"| at most 1.30×: {word} |")


@pytest.mark.parametrize(("runs", "word"), [([0.8, 0.85, 0.9], "kept"), ([0.8, 0.84, 2.0], "**missed**")])
def test_a_bar_may_be_a_least(runs: list[float], word: str) -> None:
    assert Figure("speed", runs, "×", 2, at_least=0.85).row().endswith(f"| at least 0.85×: {word} |")


def test_figures_replace_what_stood_between_the_marks() -> None:
    page = f"before\n{quotes.OPENS}\nold\n{quotes.CLOSES}\nafter\n"
    once = quotes.replaced(page, "new")
    assert once == f"before\n{quotes.OPENS}\n\nnew\n\n{quotes.CLOSES}\nafter\n"
    assert quotes.replaced(once, "new") == once


@pytest.mark.parametrize("page", ["no marks", quotes.OPENS, quotes.CLOSES, f"{quotes.CLOSES}{quotes.OPENS}"])
def test_a_page_without_both_marks_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="no place for figures"):
        quotes.replaced(page, "new")


@pytest.mark.parametrize("file", [quotes.README, quotes.PAGE], ids=["readme", "page"])
def test_both_pages_have_a_place_for_figures(file: Path) -> None:
    assert "new" in quotes.replaced(file.read_text(), "new")


def test_the_readme_quotes_the_page() -> None:
    """Each line of the README's table stands on the page too: nobody edits one of them alone."""
    page = quotes.PAGE.read_text()
    _, _, rest = quotes.README.read_text().partition(quotes.OPENS)
    quoted = [line for line in rest.partition(quotes.CLOSES)[0].splitlines() if line.startswith("| ")]
    assert [line for line in quoted if line not in page] == []
