"""Telling managers of grave alarms: by text and mail through the outbox, at most every half hour for each alarm.

Reads rows that alerts/alarms.py has written, and writes none of its own kind: an alarm about pages that do
not leave cannot raise another one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from alerts import rota
from alerts.domain.policy import Role
from alerts.models import Alarm, Responder
from messaging import outbox, wordings
from messaging.domain.address import is_email, is_phone
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.models import Message
from patients.models import Clinic

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=30)
#: An alarm page that could not leave for so long is said anew.
LASTS = timedelta(minutes=30)
#: What of an alarm's words fits into two segments together with the rest of the text.
LONGEST_WORDS = 180
#: What nobody has found to be so for this long is taken to be over; alarms are found anew while they last.
QUIET = timedelta(hours=24)
#: What is found anew every half minute.
QUIET_SOON = {"stuck:": timedelta(minutes=10), "nobody:": timedelta(minutes=10)}


def tell(*, now: datetime) -> int:
    """Page the managers about grave alarms that they have not heard of lately; answers how many alarms."""
    if not _untold(now).exists():
        return 0
    people = managers(now)
    with transaction.atomic():
        alarms = list(_untold(now).select_for_update().order_by("opened_at"))
        # One update decides: a second teller at the same moment finds nothing left to tell.
        told = _untold(now).filter(pk__in=[alarm.pk for alarm in alarms]).update(told_at=now)
        if told:
            # Where none of them has an address that could be written to, everybody hears of it.
            drafts = list(_drafts(alarms, people, now=now)) or list(_drafts(alarms, _everybody(), now=now))
            outbox.enqueue(drafts, now=now)
            outbox.wake(Urgency.URGENT)
            if not drafts:
                log.error("nobody_to_tell", alarms=[alarm.pk for alarm in alarms])
    return told


def settle_quiet(*, now: datetime) -> int:
    """Close alarms that nobody has found to be so for long; answers how many."""
    over = Q(seen_at__lte=now - QUIET)
    for prefix, quiet in QUIET_SOON.items():
        over |= Q(key__startswith=prefix, seen_at__lte=now - quiet)
    return Alarm.objects.filter(over, closed_at__isnull=True).update(closed_at=now)


def managers(now: datetime) -> list[Responder]:
    """Who hears of alarms: each clinic's manager on call, else all its managers, else everybody who can be paged."""
    found: dict[int, Responder] = {}
    for clinic in Clinic.objects.order_by("pk"):
        try:
            on_call = rota.who(clinic, Role.MANAGER, now)
            people = [on_call] if on_call else rota.team(clinic, Role.MANAGER)
        except (LookupError, ValueError, TypeError) as error:
            # A rota that cannot be read is no reason to tell nobody.
            log.error("rota_unreadable", clinic=clinic.pk, error=type(error).__name__)
            continue
        found |= {person.pk: person for person in people}
    return list(found.values()) or _everybody()


def _everybody() -> list[Responder]:
    # Nobody reads the canary's phone.
    return list(Responder.objects.filter(is_active=True).exclude(phone=settings.CANARY_PHONE or "none"))


def _untold(now: datetime) -> QuerySet[Alarm]:
    due = Q(told_at__isnull=True) | Q(told_at__lte=now - EVERY)
    return Alarm.objects.filter(due, grave=True, closed_at__isnull=True)


def tell_over(alarm: Alarm, words: str, *, now: datetime) -> bool:
    """Have those who were told of an alarm know that it is over. False: nobody had been told."""
    if alarm.told_at is None:
        return False
    unsent = Message.objects.filter(key__startswith=f"alarm:{alarm.pk}:", status=Status.PLANNED)
    outbox.withdraw(unsent.values_list("pk", flat=True), reason="the alarm is over", now=now)
    values = {"alarm": _short(words)}
    key = f"alarm-over:{alarm.pk}"
    outbox.enqueue(list(_to_each(managers(now), "alarm_over", values, key=key, now=now)), now=now)
    outbox.wake(Urgency.URGENT)
    return True


def _drafts(alarms: list[Alarm], people: Iterable[Responder], *, now: datetime) -> Iterable[outbox.Draft]:
    """About the oldest of `alarms` and how many there are."""
    first = alarms[0]
    values = {"alarm": _short(first.words), "count": str(Alarm.objects.filter(closed_at__isnull=True).count())}
    return _to_each(people, "alarm", values, key=f"alarm:{first.pk}:{now:%Y%m%dT%H%M%S}", now=now)


def _to_each(
    people: Iterable[Responder], template: str, values: dict[str, str], *, key: str, now: datetime
) -> Iterable[outbox.Draft]:
    """One text and one mail to each manager."""
    for person in people:
        language = person.language if person.language in settings.MESSAGE_LANGUAGES else settings.MESSAGE_LANGUAGES[0]
        for channel, address in ((Channel.SMS, person.phone), (Channel.EMAIL, person.email)):
            if not (is_phone(address) if channel is Channel.SMS else is_email(address)):
                continue
            words = wordings.load(template, language, channel).filled(values)
            yield outbox.Draft(
                key=f"{key}:{person.pk}:{channel.value}",
                channel=channel,
                purpose=Purpose.PAGES,
                urgency=Urgency.URGENT,
                address=address,
                body=words.body,
                subject=words.subject,
                html=words.html,
                template=template,
                template_version=words.version,
                language=language,
                due_at=now,
                expires_at=now + LASTS,
            )


def _short(words: str) -> str:
    return words if len(words) <= LONGEST_WORDS else f"{words[: LONGEST_WORDS - 3].rstrip()}..."
