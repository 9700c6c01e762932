"""Pages: who is meant by a step, by which channels she can be had, and the messages that go out to her."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.urls import reverse

from alerts import codes, rendering, rota
from alerts.domain import detour
from alerts.domain.policy import Step, Target
from alerts.domain.words import EventKind
from alerts.models import Alert, AlertPage, Responder
from alerts.models.people import new_token
from messaging import breakers, consent, outbox, wordings
from messaging.domain.address import is_email, is_phone
from messaging.domain.delivery import Channel, Purpose, Urgency
from messaging.domain.wording import WordingError
from messaging.models import Message
from patients.models import Clinic

log = structlog.get_logger(__name__)

#: A page that could not leave for so long says nothing new: the ladder has gone on meanwhile.
PAGE_LASTS = timedelta(hours=1)
#: While pages go by mail in the place of texts and calls, nobody gets a mail of the same alert sooner than this.
MAIL_AGAIN = timedelta(minutes=1)
#: Where a page stands that no step of the ladder sent.
OUTSIDE = -1
TEMPLATES = {Channel.SMS: "page", Channel.EMAIL: "page", Channel.VOICE: "page_voice"}
#: Whoever lifts the clinic's line can hear of it, not take it.
LINE_TEMPLATE = "page_voice_line"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to one person; without a person it is the clinic's line."""

    responder: Responder | None
    channel: Channel
    address: str
    language: str


def page_step(
    alert: Alert, step: Step, position: int, *, now: datetime, broken: Collection[Channel] = ()
) -> list[AlertPage]:
    """Write a page for everyone whom the step means; empty when it means nobody who can be had.

    `broken`: channels by which nothing can leave now; who would be paged by one of them is paged by the others too.
    """
    channels = step.channels if alert.is_canary else detour.channels(step.channels, broken)
    found = ways(alert.clinic, replace(step, channels=channels), now=now)
    # A mail in the place of something else: not for whoever has just got one.
    mailed = _just_mailed(alert, now) if Channel.EMAIL not in step.channels else set()
    chosen = [way for way in found if way.channel is not Channel.EMAIL or way.address not in mailed]
    return _send(alert, chosen, position, now=now)


def page_otherwise(
    alert: Alert, people: Iterable[Responder], position: int, broken: Collection[Channel], *, now: datetime
) -> list[AlertPage]:
    """Page people again whose page stands in front of a closed door, by every way that is open."""
    mailed = _just_mailed(alert, now)
    found = [way for way in _ways_to(people, detour.others((), broken)) if way.address not in mailed]
    return _send(alert, found, position, now=now)


def page_person(alert: Alert, responder_id: int, why: str, *, now: datetime) -> list[AlertPage]:
    """Page one person outside the ladder, by text and by call."""
    person = Responder.objects.filter(pk=responder_id).first()
    if person is None:
        return []
    channels = detour.channels((Channel.SMS, Channel.VOICE), breakers.broken(now=now))
    return _send(alert, _ways_to([person], channels), OUTSIDE, now=now)


def stand_down(alert: Alert, owner_id: int, *, now: datetime) -> None:
    """Take back pages that have not left, and tell everyone else who was paged in this round who has it."""
    pages = list(alert.pages.select_related("responder", "message").order_by("pk"))
    owner = Responder.objects.filter(pk=owner_id).first()
    name = owner.name if owner else ""
    outbox.withdraw([page.message_id for page in pages], reason=f"taken by {name}"[:200], now=now)
    before = alert.events.filter(kind=EventKind.ACCEPTED).order_by("-number").values_list("at", flat=True).first()
    # Whoever has got a text of it since somebody had it last; calls have been heard or not.
    others = [page for page in pages if page.responder_id != owner_id and (before is None or page.sent_at > before)]
    texted = {page.responder for page in others if page.responder and page.channel == Channel.SMS}
    told = [person for person in texted if is_phone(person.phone)]
    drafts = []
    for person in told:
        values = rendering.page_values(alert, person) | {"owner": name, "code": codes.known(alert, person)}
        try:
            wording = wordings.load("page_taken", _language(person), Channel.SMS)
        except WordingError as error:
            # A courtesy: who has taken it keeps it.
            log.error("page_without_words", alert=alert.pk, error=type(error).__name__)
            continue
        draft = outbox.Draft(
            key=f"taken:{alert.pk}:{alert.events.count()}:{person.pk}",
            channel=Channel.SMS,
            purpose=Purpose.PAGES,
            urgency=Urgency.URGENT,
            address=person.phone,
            body=wording.filled(values).body,
            template="page_taken",
            template_version=wording.version,
            language=_language(person),
            on_behalf_of=str(alert.clinic_id),
            due_at=now,
            expires_at=now + PAGE_LASTS,
        )
        drafts.append(draft)
    outbox.enqueue(drafts, now=now)


def ways(clinic: Clinic, step: Step, *, now: datetime) -> list[Way]:
    """Whom the step means at `now`, and by which channels each of them can be had."""
    if step.target is Target.LINE:
        line = str(clinic.emergency_line or "")
        return [Way(None, Channel.VOICE, line, clinic.default_language)] if is_phone(line) else []
    return _ways_to(_people(clinic, step, now=now), step.channels)


def _people(clinic: Clinic, step: Step, *, now: datetime) -> list[Responder]:
    if step.target is Target.PERSON:
        return list(Responder.objects.filter(pk=step.responder_id or 0, is_active=True))
    role = step.role.value if step.role else ""
    if step.target is Target.TEAM:
        return rota.team(clinic, role)
    person = rota.who(clinic, role, now)
    return [person] if person else []


def _just_mailed(alert: Alert, now: datetime) -> set[str]:
    mails = alert.pages.filter(channel=Channel.EMAIL, sent_at__gt=now - MAIL_AGAIN)
    return set(mails.values_list("message__address", flat=True))


def _ways_to(people: Iterable[Responder], channels: Iterable[Channel]) -> list[Way]:
    ways = []
    for person in people:
        # Her STOP keeps texts away, not calls; that she is not ready is shouted by the rota.
        texts = bool(person.phone) and not consent.opted_out(person.phone)
        for channel in channels:
            address = person.email if channel is Channel.EMAIL else person.phone
            usable = is_email(address) if channel is Channel.EMAIL else is_phone(address)
            if usable and (channel is not Channel.SMS or texts):
                ways.append(Way(person, channel, address, _language(person)))
    return ways


def _send(alert: Alert, ways: list[Way], position: int, *, now: datetime) -> list[AlertPage]:
    made = alert.pages.count()
    people = {way.responder for way in ways if way.responder and way.responder.phone}
    code_of = {person.pk: codes.issue(alert, person, person.phone, now=now) for person in people}
    pages, drafts = [], []
    for number, way in enumerate(ways, start=made + 1):
        page = AlertPage(
            uuid=uuid.uuid4(),
            alert=alert,
            responder=way.responder,
            position=position,
            channel=way.channel,
            token=new_token(),
            code=code_of.get(way.responder.pk, "") if way.responder else "",
            sent_at=now,
        )
        try:
            drafts.append(_draft(alert, page, way, f"page:{alert.pk}:{number}", now=now))
        except WordingError as error:
            # The other ways to her go out.
            log.error("page_without_words", alert=alert.pk, channel=way.channel, error=type(error).__name__)
            continue
        pages.append(page)
    stored = outbox.enqueue(drafts, now=now)
    for page, draft in zip(pages, drafts, strict=True):
        message: Message = stored[draft.key]
        page.message = message
    AlertPage.objects.bulk_create(pages)
    return pages


def _draft(alert: Alert, page: AlertPage, way: Way, key: str, *, now: datetime) -> outbox.Draft:
    values = rendering.page_values(alert, way.responder) | {
        "code": page.code,
        "minutes": str(max(int((now - alert.raised_at).total_seconds() // 60), 0)),
        "link": settings.PUBLIC_BASE_URL.rstrip("/") + reverse("alerts:page", args=[page.token]),
    }
    template = TEMPLATES[way.channel] if way.responder else LINE_TEMPLATE
    words = wordings.load(template, way.language, way.channel).filled(values)
    voice = way.channel is Channel.VOICE
    return outbox.Draft(
        key=key,
        channel=way.channel,
        purpose=Purpose.PAGES,
        urgency=Urgency.URGENT,
        address=way.address,
        body=words.body,
        subject=words.subject,
        html=words.html,
        template=template,
        template_version=words.version,
        language=way.language,
        on_behalf_of=str(alert.clinic_id),
        answer_path=reverse("alerts:voice", args=[page.uuid]) if voice else "",
        due_at=now,
        expires_at=now + PAGE_LASTS,
    )


def _language(person: Responder) -> str:
    return person.language if person.language in settings.MESSAGE_LANGUAGES else str(settings.MESSAGE_LANGUAGES[0])
