"""Each event of an alert as one sentence of its timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from alerts.admin.words import CHANNELS, TIERS, VIA, place_in_words, running, step_in_words, whom_in_words
from alerts.domain.policy import Policy
from alerts.domain.words import EventKind, Outcome, Tier
from alerts.models import Alert, AlertEvent, AlertPage
from messaging.domain.delivery import Channel

#: Kind → the sentence, and how it colours its dot. {who} is the responder, {step} a step of the policy.
_SENTENCES: Mapping[EventKind, tuple[Any, str]] = {
    EventKind.RAISED: (lazy("Raised"), "bad"),
    EventKind.REPORTED_AGAIN: (lazy("Reported again"), "info"),
    EventKind.WORSENED: (lazy("It got worse: {tier}"), "bad"),
    EventKind.STEP_PAGED: (lazy("Paged {whom}"), "info"),
    EventKind.STEP_EMPTY: (lazy("Nobody to page as {empty}: skipped at once"), "warning"),
    EventKind.PAGE_FAILED: (lazy("No page of {step} arrived: the next one is pulled forward"), "warning"),
    EventKind.STEP_TIMED_OUT: (lazy("No answer to {step}"), "warning"),
    EventKind.ACCEPTED: (lazy("{who} took it"), "ok"),
    EventKind.ACCEPTED_LATE: (lazy("{who} answered too; somebody else has it"), "info"),
    EventKind.HANDED_BACK: (lazy("{who} handed it back"), "warning"),
    EventKind.ACCEPTANCE_TIMED_OUT: (lazy("Taken, but the patient was not reached in time"), "warning"),
    EventKind.PATIENT_REACHED: (lazy("{who} spoke with the patient"), "ok"),
    EventKind.PATIENT_NOT_REACHED: (lazy("{who} could not reach the patient"), "warning"),
    EventKind.OUTCOME_TIMED_OUT: (lazy("No outcome recorded in time"), "warning"),
    EventKind.CLOSED: (lazy("{who} closed it: {outcome}"), "ok"),
    EventKind.INSTRUCTED: (lazy("The patient was told what to do now"), "ok"),
    EventKind.NOT_INSTRUCTED: (lazy("No text could go out: phone the patient"), "bad"),
    EventKind.FALLBACK_SENT: (lazy("Nobody had it in time: the fallback instruction went out"), "warning"),
    EventKind.FALLBACK_CONFIRMED: (lazy("The patient has read the fallback instruction"), "ok"),
    EventKind.NURSE_ANNOUNCED: (lazy("The patient was told that a nurse will call"), "ok"),
    EventKind.NOTED: ("{note}", "info"),
    EventKind.REPAIRED: (lazy("The watchdog did what was overdue"), "warning"),
}


WAYS = {Channel.SMS: lazy("texts"), Channel.VOICE: lazy("calls"), Channel.EMAIL: lazy("mails")}
#: What is noted without moving anything.
_NOTES = {
    "not_understood": lazy("{who} answered in words that could not be read, and was asked again"),
    "told_other": lazy("Her own phone takes no text: another contact was told what to do ({to})"),
    "line_heard": lazy("Somebody at the clinic’s line pressed 1: heard, but nobody has taken it"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line of the timeline."""

    number: int
    day: str
    time: str
    after: str
    sentence: str
    how: str
    colour: str


def tell_event(event: AlertEvent, alert: Alert, policy: Policy, pages: Mapping[int, AlertPage]) -> Told:
    """The event in words, by the clinic's clock."""
    local = event.at.astimezone(alert.clinic.zone)
    sentence, colour = _SENTENCES.get(EventKind(event.kind), (event.kind, "info"))
    return Told(
        number=event.number,
        day=date_format(local, "D j M Y"),
        time=f"{local:%H:%M:%S}",
        after=running(event.at - alert.raised_at),
        sentence=sentence.format_map(_values(event, alert, policy, pages)),
        how=_how(event),
        colour=colour,
    )


def _how(event: AlertEvent) -> str:
    words = VIA.get(event.via, event.via)
    # Who sat at the keyboard is said where it is not plainly the responder.
    login = _(", signed in as %(who)s") % {"who": event.user.get_username()} if event.user else ""
    return f"{words}{login}"


def _values(event: AlertEvent, alert: Alert, policy: Policy, pages: Mapping[int, AlertPage]) -> dict[str, str]:
    detail: Mapping[str, Any] = event.detail
    position = detail.get("position")
    known = isinstance(position, int) and position >= 0
    who = event.by.name if event.by else _("Somebody")
    note = str(detail.get("what") or "")
    return {
        "who": who,
        "step": place_in_words(policy, position) if known and isinstance(position, int) else _("the step"),
        "whom": _whom(detail, policy, pages),
        "empty": _(str(detail.get("whom") or "the step")),
        "tier": _tier(detail.get("tier")),
        "outcome": _outcome(detail.get("outcome") or alert.outcome),
        "note": _NOTES.get(note, _("Noted: {note}")).format(
            who=who, to=str(detail.get("to") or ""), note=note.replace("_", " ")
        ),
    }


def _whom(detail: Mapping[str, Any], policy: Policy, pages: Mapping[int, AlertPage]) -> str:
    people: dict[str, list[str]] = {}
    for pk in detail.get("pages", ()):
        if page := pages.get(pk):
            name = page.responder.name if page.responder else _("the clinic’s line")
            people.setdefault(name, []).append(str(CHANNELS[Channel(page.channel)]))
    said = "; ".join(f"{name} ({', '.join(channels)})" for name, channels in people.items())
    position = detail.get("position")
    if isinstance(position, int) and position >= 0:
        place = f"{place_in_words(policy, position)}, {whom_in_words(policy.step(position))}{_closed(detail)}"
        return f"{place}: {said}" if said else step_in_words(policy.step(position))
    why = {"worse": _("it got worse"), "outcome": _("the outcome is missing")}.get(str(detail.get("why")), "")
    return f"{said} ({why})" if said and why else said or _("somebody")


def _closed(detail: Mapping[str, Any]) -> str:
    """Which ways were closed when the page was written."""
    closed = [str(WAYS[channel]) for channel in detail.get("closed", ()) if channel in WAYS]
    return _(" (%(ways)s cannot leave)") % {"ways": get_text_list(closed, _("and"))} if closed else ""


def _tier(value: Any) -> str:
    try:
        return str(TIERS[Tier(value)]).lower()
    except ValueError:
        return str(value or "")


def _outcome(value: Any) -> str:
    try:
        words = Outcome(value).words
    except ValueError:
        return str(value or "")
    return f"{words[0].lower()}{words[1:]}"
