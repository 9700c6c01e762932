"""The published table of states, what counts as an orphan, and the arithmetic of the accounting.

docs/ledger.md prints this table; a test holds the two together, and the table to the states that rows can have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from alerts.domain.words import AlertState
from messaging.domain.delivery import Status
from staff.domain.tongue import N_
from staff.domain.tongue import gettext as _


class Book(StrEnum):
    """What is counted; every row of a book stands in exactly one state."""

    ALERTS = "alerts"
    PAGES = "pages"
    TEXTS = "texts"  # inbound texts of people
    REVIEWS = "reviews"  # texts that a nurse has to read
    MESSAGES = "messages"  # everything that leaves


@dataclass(frozen=True, slots=True)
class State:
    """One state: what it means, and who or what acts next. Nobody acts next where it is an end."""

    name: str
    meaning: str
    next: str = ""

    @property
    def is_end(self) -> bool:
        """Whether nothing more is to be done."""
        return not self.next


STATES: Mapping[Book, tuple[State, ...]] = MappingProxyType(
    {
        Book.ALERTS: (
            State(AlertState.RAISED, "written down, waits for opening hours", "its clock pages the first step"),
            State(
                AlertState.PAGED,
                "people are being paged",
                "whoever answers; else its clock pages the next step",
            ),
            State(
                AlertState.ACCEPTED,
                "a named person has taken it",
                "its owner reaches the patient; else its clock",
            ),
            State(
                AlertState.REACHED,
                "its owner spoke with the patient",
                "its owner records the outcome; else its clock",
            ),
            State(AlertState.CLOSED, "a named person recorded a coded outcome"),
        ),
        Book.PAGES: (
            State("waiting", "handed to the outbox, no receipt yet", "the receipt, or its limit"),
            State("arrived", "on the phone, or answered"),
            State("lost", "failed, came back, or brought no receipt in time: the next step was pulled forward"),
        ),
        Book.TEXTS: (
            State(
                "unread",
                "stored, not read yet",
                "the request that stored it, else the sweep, else the watchdog",
            ),
            State("read", "triaged and given its disposition"),
        ),
        Book.REVIEWS: (
            State("open", "waits for a nurse, with a clock", "a nurse; past its time somebody is told"),
            State("done", "a nurse wrote what came of it"),
        ),
        Book.MESSAGES: (
            State(Status.PLANNED, "waits for its due time, or for its next try", "a worker at its due time"),
            State(Status.CLAIMED, "a worker holds it", "that worker; when its lease ends, any other"),
            State(
                Status.SUBMITTING,
                "the carrier is being asked",
                "that worker; when its lease ends it is in doubt",
            ),
            State(
                Status.IN_DOUBT,
                "nobody knows what the carrier answered",
                "the reconciler asks the carrier's log",
            ),
            State(
                Status.HELD,
                "too many for one address: the flood guard holds it",
                "a person; at its expiry, nobody",
            ),
            State(Status.ACCEPTED, "the carrier has it", "its receipt, or the answer when the carrier is asked"),
            State(Status.SENT, "it has left the carrier", "the same"),
            State(Status.DELIVERED, "the phone or the mail host has it"),
            State(Status.UNDELIVERED, "the network gave it back, with the reason"),
            State(Status.FAILED, "it cannot be sent, with the reason"),
            State(Status.EXPIRED, "it would have come too late to be of use"),
            State(Status.SUPPRESSED, "it must not be sent: no consent, or taken back"),
        ),
    }
)


class Orphan(StrEnum):
    """A row that nothing and nobody will act upon, or whose story does not add up. There must be none."""

    ALERT_OVERDUE = "alert_overdue"
    ALERT_UNPAGED = "alert_unpaged"
    ALERT_WITHOUT_OUTCOME = "alert_without_outcome"
    STORY_WITH_HOLES = "story_with_holes"
    STORY_DISAGREES = "story_disagrees"
    PAGE_UNJUDGED = "page_unjudged"
    PAGE_OF_NO_ALERT = "page_of_no_alert"
    TEXT_UNREAD = "text_unread"
    TEXT_UNANSWERED = "text_unanswered"
    REVIEW_UNCHASED = "review_unchased"
    MESSAGE_UNSENT = "message_unsent"
    MESSAGE_HELD = "message_held"
    MESSAGE_IN_DOUBT = "message_in_doubt"

    @property
    def words(self) -> str:
        """What it means, for people."""
        return _(ORPHAN_WORDS[self])


ORPHAN_WORDS: Mapping[Orphan, str] = MappingProxyType(
    {
        Orphan.ALERT_OVERDUE: N_("open alert without a next step, or past it by more than 60 seconds"),
        Orphan.ALERT_UNPAGED: N_("alert that neither paged anybody nor says why not"),
        Orphan.ALERT_WITHOUT_OUTCOME: N_("closed alert without a coded outcome or without a name"),
        Orphan.STORY_WITH_HOLES: N_("alert whose events are not numbered 1, 2, 3 …"),
        Orphan.STORY_DISAGREES: N_("alert that does not stand where its last event left it"),
        Orphan.PAGE_UNJUDGED: N_("page without a receipt, and nothing done about it for 10 minutes"),
        Orphan.PAGE_OF_NO_ALERT: N_("page in the outbox that belongs to no alert"),
        Orphan.TEXT_UNREAD: N_("inbound text unread for more than 60 seconds"),
        Orphan.TEXT_UNANSWERED: N_("inbound text that raised a flag and has neither an alert nor a review"),
        Orphan.REVIEW_UNCHASED: N_("review past its time by 5 minutes, and nobody was told"),
        Orphan.MESSAGE_UNSENT: N_("urgent message unsent for 60 seconds, or an ordinary one kept past its expiry"),
        Orphan.MESSAGE_HELD: N_("message held by a worker whose lease ended 2 minutes ago"),
        Orphan.MESSAGE_IN_DOUBT: N_("message in doubt that nobody looked up for 10 minutes"),
    }
)


@dataclass(frozen=True, slots=True)
class Account:
    """How many rows of one book stand in each state, against how many there are."""

    book: Book
    counts: Mapping[str, int]
    total: int

    @property
    def balanced(self) -> bool:
        """Whether every row stands in one state of the table."""
        return not self.unknown and sum(self.counts.values()) == self.total

    @property
    def unknown(self) -> tuple[str, ...]:
        """States that rows have and the table has not."""
        return tuple(sorted(set(self.counts) - set(names(self.book))))

    @property
    def open(self) -> int:
        """How many still have a next step."""
        ends = {state.name for state in STATES[self.book] if state.is_end}
        return sum(count for state, count in self.counts.items() if state not in ends)


def names(book: Book) -> tuple[str, ...]:
    """The names of a book's states."""
    return tuple(str(state.name) for state in STATES[book])


def account(book: Book, rows: Iterable[tuple[str, int]], total: int) -> Account:
    """The account of `book` from its counted rows; states that no row has count 0."""
    counts = dict.fromkeys(names(book), 0)
    for state, count in rows:
        counts[state] = counts.get(state, 0) + count
    return Account(book, counts, total)


def table() -> str:
    """The published table as Markdown."""
    lines = []
    for book, states in STATES.items():
        lines += [f"### {book.value.capitalize()}", "", "| state | means | next |", "|---|---|---|"]
        lines += [f"| `{state.name}` | {state.meaning} | {state.next or 'nothing: it is over'} |" for state in states]
        lines.append("")
    lines += ["### Orphans", "", "| kind | what it is |", "|---|---|"]
    lines += [f"| `{kind.value}` | {kind.words} |" for kind in Orphan]
    return "\n".join(lines) + "\n"
