"""How bulk work is called, and how far it is, in words that staff read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from desk.domain.words import JobKind, JobState, RowState
from desk.jobs.engine import counts
from desk.models import Job
from patients.admin.clock import clock, day

TITLES = {
    JobKind.PAUSE: gettext_lazy("Pause reminders"),
    JobKind.RESUME: gettext_lazy("End of a pause"),
    JobKind.MOVE_DAY: gettext_lazy("Move a day’s visits"),
    JobKind.REPLAN: gettext_lazy("Plan again"),
    JobKind.RESEND: gettext_lazy("Send failed messages again"),
}
EXPLAINED = {
    JobKind.PAUSE: gettext_lazy("Nothing routine is sent about these schedules until the pause ends. Red flags go on."),
    JobKind.RESUME: gettext_lazy("What the pause held goes on, unless somebody has decided about it since."),
    JobKind.MOVE_DAY: gettext_lazy("Every visit that stands on one day is put on another, each by its own rules."),
    JobKind.REPLAN: gettext_lazy("Visits and messages are laid out once more; most come out as they are."),
    JobKind.RESEND: gettext_lazy("What reached nobody, after the carrier, the mail host or the account is back."),
}
ICONS = {
    JobKind.PAUSE: "ac_unit",
    JobKind.RESUME: "play_circle",
    JobKind.MOVE_DAY: "event_upcoming",
    JobKind.REPLAN: "autorenew",
    JobKind.RESEND: "forward_to_inbox",
}
STATES = {
    JobState.CHECKING: (gettext_lazy("Being checked"), "info"),
    JobState.DRAFT: (gettext_lazy("Waits for you"), "warning"),
    JobState.QUEUED: (gettext_lazy("Its turn comes"), "info"),
    JobState.RUNNING: (gettext_lazy("At work"), "info"),
    JobState.DONE: (gettext_lazy("Done"), "ok"),
    JobState.CANCELLED: (gettext_lazy("Called off"), "gone"),
}
ROWS = {
    RowState.NEW: (gettext_lazy("Not looked at yet"), "info"),
    RowState.READY: (gettext_lazy("Can be done"), "ok"),
    RowState.REFUSED: (gettext_lazy("Not possible"), "bad"),
    RowState.DONE: (gettext_lazy("Done"), "ok"),
    RowState.FAILED: (gettext_lazy("Broke"), "bad"),
    RowState.SKIPPED: (gettext_lazy("Nothing to do"), "gone"),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is."""

    job: Job
    by_state: dict[RowState, int]

    @classmethod
    def of(cls, job: Job) -> Progress:
        """Counted now."""
        return cls(job, counts(job))

    @property
    def total(self) -> int:
        """All rows."""
        return sum(self.by_state.values())

    @property
    def behind(self) -> int:
        """Rows that this phase is through with."""
        ahead = {RowState.NEW} if self.job.state == JobState.CHECKING else {RowState.NEW, RowState.READY}
        if self.job.state == JobState.DRAFT:
            return self.total
        return sum(count for state, count in self.by_state.items() if state not in ahead)

    @property
    def percent(self) -> int:
        """From 0 to 100; a job without rows has nothing left to do once they were looked for."""
        if not self.total:
            return 100 if self.job.listed_at else 0
        return self.behind * 100 // self.total

    @property
    def chips(self) -> list[tuple[RowState, str, str, int]]:
        """State, words, colour and count of what there is."""
        return [(state, str(ROWS[state][0]), ROWS[state][1], n) for state, n in self.by_state.items() if n]

    @property
    def at_work(self) -> bool:
        """Whether this will change by itself before long."""
        return self.job.state in (JobState.CHECKING, JobState.QUEUED, JobState.RUNNING) and not self.waits_for_its_day

    @property
    def waits_for_its_day(self) -> bool:
        """Whether nothing happens before a day that is arranged."""
        return self.job.state == JobState.QUEUED and self.job.due_at > self.job.asked_at

    @property
    def can_start(self) -> bool:
        """Whether a person may start it."""
        return self.job.state == JobState.DRAFT and self.by_state[RowState.READY] > 0

    @property
    def can_be_called_off(self) -> bool:
        """Whether there is anything left to call off."""
        return self.job.state not in (JobState.DONE, JobState.CANCELLED) and self.job.kind != JobKind.RESUME

    @property
    def start_words(self) -> str:
        """What the button says."""
        ready = self.by_state[RowState.READY]
        return ngettext("Do it for %(count)s row", "Do it for %(count)s rows", ready) % {"count": ready}


def asked(job: Job) -> list[tuple[str, str]]:
    """What was asked for, name and value."""
    wish: dict[str, Any] = job.wish
    zone = job.clinic.zone
    lines = [(_("Clinic"), str(job.clinic)), (_("Location"), wish.get("location") or _("Everywhere"))]
    if wish.get("first"):
        lines.append((_("With a visit"), f"{_day(wish['first'])} – {_day(wish['last'])}"))
    if wish.get("day"):
        lines += [(_("Visits of"), _day(wish["day"])), (_("Move to"), _day(wish["to"]))]
    if wish.get("since"):
        lines.append((_("Failed since"), clock(datetime.fromisoformat(wish["since"]), zone)))
    if wish.get("ends_at"):
        lines.append((_("Goes on again"), clock(datetime.fromisoformat(wish["ends_at"]), zone)))
    if wish.get("reason"):
        lines.append((_("Reason"), wish["reason"]))
    if job.kind == JobKind.RESUME:
        lines = [(_("Clinic"), str(job.clinic)), (_("Not before"), clock(job.due_at, zone))]
    return [*lines, (_("Asked for"), f"{clock(job.asked_at, zone)}, {job.asked_by.get_full_name() or job.asked_by}")]


def _day(text: str) -> str:
    return day(date.fromisoformat(text))
