"""What nurses are told by text in answer to theirs; nothing here names a patient but by initials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from alerts import codes, rendering
from alerts.clock import clock
from alerts.domain import nurse_words
from alerts.domain.words import AlertState, Outcome
from alerts.models import Alert, Responder
from messaging import outbox, wordings
from messaging.domain.delivery import Channel, Purpose, Urgency
from messaging.domain.wording import WordingError
from messaging.models import InboundMessage, Message

log = structlog.get_logger(__name__)

#: An answer that could not leave for so long would only puzzle.
ANSWER_LASTS = timedelta(minutes=30)
#: How many alerts an answer lists before it says how many more there are.
MOST_LISTED = 4
#: A telephone that answers every text by itself ("I am driving") is not argued with.
UNCLEAR = ("nurse_unclear", "nurse_unclear_none", "nurse_list_empty")
PATIENCE = 3
PATIENCE_LASTS = timedelta(minutes=15)


def say(
    message: InboundMessage,
    person: Responder,
    template: str,
    values: Mapping[str, str],
    *,
    now: datetime,
    part: str = "",
) -> None:
    """Answer her text, at once; the same `part` of one text is answered once."""
    if template in UNCLEAR and _is_talking_to_a_machine(person, now):
        return
    language = language_of(person)
    try:
        words = wordings.load(template, language, Channel.SMS).filled(values)
    except WordingError as error:
        # What she has done stands; only the answer is missing.
        log.error("nurse_answer_without_words", template=template, error=type(error).__name__)
        return
    draft = outbox.Draft(
        key=f"nurse:{message.pk}:{part or template}",
        channel=Channel.SMS,
        purpose=Purpose.PAGES,
        urgency=Urgency.URGENT,
        address=message.from_address,
        body=words.body,
        template=template,
        template_version=words.version,
        language=language,
        on_behalf_of=str(person.clinic_id),
        due_at=now,
        expires_at=now + ANSWER_LASTS,
    )
    outbox.enqueue([draft], now=now)
    outbox.wake(Urgency.URGENT)


def values_for(alert: Alert, person: Responder, *, now: datetime, owner: Responder | None = None) -> dict[str, str]:
    """What fills the blanks of an answer about `alert`."""
    language = language_of(person)
    moment = alert.closed_at or alert.accepted_at or alert.raised_at
    return rendering.page_values(alert, person) | {
        "code": codes.known(alert, person) or codes.issue(alert, person, person.phone, now=now),
        "link": link_of(alert, person),
        "owner": owner.name if owner else "",
        "time": clock(moment, zone=alert.clinic.zone, language=language, now=now),
        "outcome": nurse_words.OUTCOMES[language][Outcome(alert.outcome)] if alert.outcome else "",
    }


def open_for(person: Responder) -> list[Alert]:
    """The open alerts that she was paged for or has, the oldest first, whoever has them now."""
    hers = Q(pages__responder=person) | Q(codes__phone=person.phone, codes__responder=person) | Q(owner=person)
    rows = Alert.objects.filter(hers).exclude(state=AlertState.CLOSED).distinct()
    return list(rows.select_related("clinic", "patient", "owner").order_by("raised_at", "pk"))


def listed(alerts: Sequence[Alert], person: Responder, *, now: datetime) -> str:
    """Those alerts in a line: code, initials, how old, and who has it."""
    words = nurse_words.TAKEN_BY[language_of(person)]
    items = []
    for alert in alerts[:MOST_LISTED]:
        code = codes.known(alert, person) or codes.issue(alert, person, person.phone, now=now)
        minutes = max(int((now - alert.raised_at).total_seconds() // 60), 0)
        whose = "" if alert.owner_id is None else words["you" if alert.owner_id == person.pk else "other"]
        initials = rendering.initials(alert.patient)
        items.append(f"{code} {initials} {minutes} min" + (f" ({whose})" if whose else ""))
    more = len(alerts) - MOST_LISTED
    return ", ".join(items) + (f", +{more}" if more > 0 else "")


def link_of(alert: Alert, person: Responder) -> str:
    """Her own page of the alert; the door to the admin where she was never paged for it."""
    token = alert.pages.filter(responder=person).order_by("-pk").values_list("token", flat=True).first()
    path = reverse("alerts:page", args=[token]) if token else reverse("admin:index")
    base: str = settings.PUBLIC_BASE_URL
    return base.rstrip("/") + path


def language_of(person: Responder) -> str:
    """In which language she is written to."""
    known: list[str] = settings.MESSAGE_LANGUAGES
    return str(person.language) if person.language in known else known[0]


def _is_talking_to_a_machine(person: Responder, now: datetime) -> bool:
    since = now - PATIENCE_LASTS
    said = Message.objects.filter(address=person.phone, template__in=UNCLEAR, created_at__gt=since)
    return said.count() >= PATIENCE
