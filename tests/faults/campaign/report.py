"""What a campaign prints: how it ended, what was done to it, and each fault point with the deaths at it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from statistics import median

from tests.faults.campaign.campaign import Outcome

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reliability.md"
OPENS, CLOSES = "<!-- campaign -->", "<!-- end of campaign -->"


def text(outcome: Outcome) -> str:
    """The whole report, in Markdown."""
    parts = (_verdict(outcome), _kills(outcome), _troubles(outcome), _carrier(outcome), _points(outcome))
    return "\n\n".join(parts)


def as_json(outcome: Outcome) -> str:
    """The same for programs."""
    return json.dumps(
        asdict(outcome) | {"whole": outcome.accounts.is_whole, "died": sum(outcome.kills.values())}, default=str
    )


def quote(outcome: Outcome) -> None:
    """Put the report between the marks of docs/reliability.md."""
    page = PAGE.read_text()
    before, opens, rest = page.partition(OPENS)
    _, closes, after = rest.partition(CLOSES)
    if not opens or not closes:
        raise ValueError(f"no place for figures in {PAGE.name}: {OPENS} … {CLOSES}")
    PAGE.write_text(f"{before}{OPENS}\n\n{text(outcome)}\n\n{CLOSES}{after}")


def _verdict(outcome: Outcome) -> str:
    found, size = outcome.accounts, outcome.size
    half, most, longest = found.times
    d_half, d_most, d_longest = found.doubtful_times
    rows = [
        ("messages put into the outbox", f"{found.messages:,}"),
        ("of these urgent pages, by text and by phone", f"{found.pages:,}"),
        ("processes killed with -9", f"{sum(outcome.kills.values()):,}"),
        ("**lost**", f"**{len(found.lost)}**"),
        ("**reminders doubled**", f"**{len(found.doubled)}**"),
        ("pages doubled more than the rule allows", str(len(found.doubled_pages))),
        ("pages that came twice after a doubt (one extra is allowed)", str(found.repeated_pages)),
        ("twins, one text to one number: as many arrived, one under the other's name", str(found.exchanged)),
        ("at the carrier, unknown to the outbox", str(found.unknown)),
        ("named after a message to another number", str(len(found.misnamed))),
        ("neither at an end nor acknowledged", str(found.open)),
        ("ended as failed, expired or suppressed", str(found.badly_ended)),
        ("orphans in the ledger", str(found.orphans)),
        ("messages of which nobody knew for a while whether they had left", f"{found.doubtful:,}"),
        (
            "due to acknowledged, never in doubt: half, 99 of 100, longest",
            f"{half:.1f} s, {most:.0f} s, {longest:.0f} s",
        ),
        ("the same of those in doubt", f"{d_half:.0f} s, {d_most:.0f} s, {d_longest:.0f} s"),
        ("kill -9 of a whole worker to the next message at the carrier", _spread(outcome.group_recovery)),
        ("all settled after the last fault", f"{outcome.settled_in:.0f} s"),
        ("took", f"{outcome.took / 60:.0f} min; seed {size.seed}"),
    ]
    states = ", ".join(f"{count:,} {status}" for status, count in sorted(found.states.items()))
    tries = ", ".join(f"{count:,} {end}" for end, count in sorted(found.tries.items()))
    words = f"{_table(('how it ended', ''), rows)}\n\nRows at the end: {states}. Tries: {tries}."
    return "\n".join((words, "", *(f"- {story}" for story in found.evidence))).rstrip()


def _kills(outcome: Outcome) -> str:
    rows = [(name, f"{count:,}") for name, count in sorted(outcome.kills.items()) if count]
    return _table(("killed with -9", "times"), rows)


def _troubles(outcome: Outcome) -> str:
    rows = [
        (name, str(times), _spread(outcome.troubles.get(name, ()))) for name, times in outcome.times_of_trouble.items()
    ]
    words = _table(("trouble", "times", "from its end to the next message"), rows)
    if not outcome.disk_was_full:
        words += "\n\nThe full disk was left out: it needs root and a disk of its own."
    return words


def _carrier(outcome: Outcome) -> str:
    return "\n\n".join(
        (_counts("what the carrier did", outcome.carrier), _counts("what became of receipts", outcome.receipts))
    )


def _points(outcome: Outcome) -> str:
    rows = [(name, f"{hits:,}", str(kills)) for name, (hits, kills) in sorted(outcome.points.items())]
    died = sum(1 for _, kills in outcome.points.values() if kills)
    head = f"{len(rows)} fault points, {died} of them died at:"
    if outcome.missing:
        head = f"Enumerated, and never died at: {', '.join(outcome.missing)}.\n\n{head}"
    return f"{head}\n\n{_table(('fault point', 'reached', 'died'), rows)}"


def _counts(head: str, counts: Mapping[str, int]) -> str:
    return _table((head, "times"), [(name, f"{count:,}") for name, count in sorted(counts.items())])


def _spread(times: Iterable[float]) -> str:
    known = sorted(times)
    return f"{median(known):.1f} s (longest {known[-1]:.1f} s)" if known else "–"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *rows)]
    return "\n".join(lines)
