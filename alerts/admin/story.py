"""An alert's story as its page tells it: her words, what she was told, who was paged, all events, what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from alerts import dry_run
from alerts.admin.event_words import Told, tell_event
from alerts.admin.marked import marked, stances_of
from alerts.admin.receipt_words import receipts_of
from alerts.admin.words import CHANNELS, TIERS, channels_in_words, place_in_words, running, span_in_words, step_in_words
from alerts.cases import case_of
from alerts.domain import policy as policies
from alerts.domain.dry_run import Line, What, play_on
from alerts.domain.policy import Policy
from alerts.domain.words import Tier
from alerts.models import Alert, AlertPage, AlertReport
from messaging.domain.delivery import Channel
from messaging.models import InboundMessage, Message
from patients.admin.clock import clock
from patients.domain.address import national
from patients.domain.profile import ContactKind

COMING = 6
_TEMPLATES: dict[str, Any] = {
    "instruction": lazy("What to do now"),
    "nurse_will_call": lazy("A nurse will call"),
    "fallback": lazy("Fallback instruction"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One text of hers."""

    at: str
    tier: str
    tier_words: str
    text: SafeString
    by_page: bool
    why: str
    findings: list[tuple[str, str, str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One text to her."""

    what: str
    at: str
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Paged:
    """One page."""

    page: AlertPage
    place: str
    whom: str
    channel: str
    at: str
    after: str
    fate: str
    receipts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A number at which she, or somebody who looks after her, may be reached."""

    whose: str
    number: str  # for the dialler
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything that the page shows of one alert."""

    phones: list[Phone]
    words: list[Words]
    said: list[Said]
    pages: list[Paged]
    events: list[Told]
    steps: list[tuple[str, str, str]]
    clocks: list[tuple[str, str]]
    coming: list[tuple[str, str, str]]


def tell(alert: Alert, *, now: datetime) -> Story:
    """The story as it stands at `now`."""
    policy = policies.from_json(alert.policy)
    reports = list(alert.reports.select_related("inbound"))
    pages = list(alert.pages.select_related("responder", "message").prefetch_related("message__receipts"))
    events = alert.events.select_related("by", "user")
    return Story(
        phones=_phones(alert),
        words=[_words(report, alert) for report in reports],
        said=_said(alert, reports),
        pages=[_paged(page, alert, policy) for page in pages],
        events=[tell_event(event, alert, policy, {page.pk: page for page in pages}) for event in events],
        steps=_steps(policy),
        clocks=_clocks(alert, policy),
        coming=_coming(alert, policy),
    )


def mark(alert: Alert) -> str:
    """Changes when the story has something more to tell."""
    events = alert.events.count()
    pages = list(alert.pages.order_by("pk").values_list("fate", "message__status"))
    said = [(message.pk, message.status) for message in _texts_to_her(alert, alert.reports.all())]
    return repr((events, pages, said, alert.fallback_confirmed_at))


def coming_rows(lines: Sequence[Line], policy: Policy, zone: ZoneInfo) -> list[tuple[str, str, str]]:
    """When, what, to whom: lines of a dry run as rows."""
    local = [line.at.astimezone(zone) for line in lines]
    # Where clocks change in between, two lines may show the same time: the zone's name tells them apart.
    name = " %Z" if len({moment.utcoffset() for moment in local}) > 1 else ""
    return [
        (f"{date_format(moment, 'D j M, H:i:s')}{moment.strftime(name)}", *_line_in_words(line, policy))
        for moment, line in zip(local, lines, strict=True)
    ]


def _line_in_words(line: Line, policy: Policy) -> tuple[str, str]:
    if line.what is What.FALLBACK:
        return _("The patient gets the fallback instruction"), ""
    if line.what is What.NUDGE or line.step is None:
        return _("Whoever has it is reminded of the outcome"), ""
    what = f"{place_in_words(policy, line.position).capitalize()}: {step_in_words(line.step)}"
    if line.is_empty:
        return what, "nobody: skipped at once"
    return what, ", ".join(f"{one.name} ({channels_in_words(one.channels)})" for one in line.recipients)


def _words(report: AlertReport, alert: Alert) -> Words:
    return Words(
        at=clock(report.at, alert.clinic.zone),
        tier=report.tier,
        tier_words=TIERS[Tier(report.tier)],
        text=marked(report.inbound.body, report.evidence),
        by_page=report.inbound.source == InboundMessage.Source.PAGE,
        why=report.why,
        findings=stances_of(report.evidence),
    )


def _phones(alert: Alert) -> list[Phone]:
    """The number that wrote first, then the others that are known to work."""
    contacts = list(alert.patient.contacts.filter(kind=ContactKind.PHONE)) if alert.patient else []
    whose = {one.address: one.owner_name or _("the patient") for one in contacts}
    usable = [one.address for one in contacts if one.is_usable]
    return [
        Phone(whose=whose.get(number, _("wrote this")), number=number, shown=national(number))
        for number in dict.fromkeys([alert.phone, *usable])
        if number.startswith("+")
    ]


def _said(alert: Alert, reports: Sequence[AlertReport]) -> list[Said]:
    return [
        Said(
            what=_TEMPLATES.get(message.template, message.template),
            at=clock(message.created_at, alert.clinic.zone),
            message=message,
        )
        for message in _texts_to_her(alert, reports)
    ]


def _texts_to_her(alert: Alert, reports: Iterable[AlertReport]) -> QuerySet[Message]:
    keys = [f"instruction:{report.inbound_id}:{alert.subject}" for report in reports]
    mine = Q(key__in=[*keys, f"fallback:{alert.pk}"])
    mine |= Q(key__startswith=f"nurse:{alert.pk}:") | Q(key__startswith=f"told:{alert.pk}:")
    return Message.objects.filter(mine).order_by("created_at", "pk")


def _paged(page: AlertPage, alert: Alert, policy: Policy) -> Paged:
    return Paged(
        page=page,
        place=place_in_words(policy, page.position).capitalize() if page.position >= 0 else _("Outside the ladder"),
        whom=page.responder.name if page.responder else _("the clinic’s 24-hour line"),
        channel=CHANNELS[Channel(page.channel)],
        at=clock(page.sent_at, alert.clinic.zone),
        after=running(page.sent_at - alert.raised_at),
        fate=page.get_fate_display(),
        receipts=receipts_of(page.message, alert.clinic.zone),
    )


def _steps(policy: Policy) -> list[tuple[str, str, str]]:
    every = [*policy.ladder, *policy.ring]
    return [
        (place_in_words(policy, number).partition(", round")[0], step_in_words(step), span_in_words(step.wait))
        for number, step in enumerate(every)
    ]


def _clocks(alert: Alert, policy: Policy) -> list[tuple[str, str]]:
    return [
        (_("To speak with the patient"), span_in_words(policy.reach_within)),
        (_("To record the outcome"), span_in_words(policy.outcome_within)),
        (_("To a receipt of each page"), span_in_words(policy.receipt_within)),
        (
            _("To the fallback instruction"),
            _("%(fallback_after)s min without a nurse") % {"fallback_after": alert.rule_version.fallback_after},
        ),
    ]


def _coming(alert: Alert, policy: Policy) -> list[tuple[str, str, str]]:
    lines = play_on(policy, case_of(alert), dry_run.whom(alert.clinic), lines=COMING)
    return coming_rows(lines, policy, alert.clinic.zone)
