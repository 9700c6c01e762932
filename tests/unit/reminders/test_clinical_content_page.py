"""docs/clinical-content.md says what ships: each entry, each rung and each source stands in it as in the data."""

from __future__ import annotations

from pathlib import Path

import pytest

from reminders.catalogue import ENTRIES, ROUTE_RUNGS, TREATMENT_RUNGS, Entry, Rung
from reminders.catalogue.sources import SOURCES, cited

PAGE = (Path(__file__).parents[3] / "docs" / "clinical-content.md").read_text(encoding="utf-8")
RUNGS = {rung for rungs in (*ROUTE_RUNGS.values(), *TREATMENT_RUNGS.values()) for rung in rungs}


def entry_line(entry: Entry) -> str:
    """The line of the catalogue's table for one entry."""
    interval = "once" if entry.interval_days is None else f"{entry.interval_days} d"
    if entry.loading_days:
        interval += f" after days {', '.join(str(day) for day in entry.loading_days)}"
    window = f"-{entry.early_days}/+{entry.late_days} d" if entry.tracks_doses else "not recorded"
    doses = str(entry.maximum_doses or entry.default_visits or "open")
    sign = "yes" if entry.needs_sign_off else "no"
    marks = ", ".join(cited(entry.facts))
    return (
        f"| `{entry.code}` | {entry.name} | {interval} | {window} | {entry.minimum_gap_days} d | {doses} "
        f"| {marks} | {sign} |"
    )


def rung_line(rung: Rung) -> str:
    """The line of the ladder's table for one rung."""
    wall = "" if rung.clock is None else f"day {rung.days:+d} at {rung.clock:%H:%M}"
    when = wall or f"{rung.minutes} minutes, elapsed"
    first = {None: "", 1: ", first visit"}.get(rung.first_visits, f", first {rung.first_visits} visits")
    return (
        f"| `{rung.code}` | {when} | {rung.anchor} | {rung.condition}{first} | {rung.expires_minutes // 60} h "
        f"| `{rung.template}` |"
    )


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.code for entry in ENTRIES])
def test_the_page_has_every_entry_as_it_ships(entry: Entry) -> None:
    assert entry_line(entry) in PAGE


@pytest.mark.parametrize("line", sorted(map(rung_line, RUNGS)))
def test_the_page_has_every_rung_as_it_ships(line: str) -> None:
    assert line in PAGE


@pytest.mark.parametrize(("number", "source"), SOURCES.items())
def test_the_page_says_where_every_source_is(number: str, source: str) -> None:
    assert f"- **{number}** {source}" in PAGE


def test_the_page_has_no_entry_that_does_not_ship() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert set(rows) == {*map(entry_line, ENTRIES), *map(rung_line, RUNGS)}
