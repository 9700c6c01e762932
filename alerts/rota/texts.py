"""The texts of the rota: shifts as people say them, and the values that fill the wordings. None names a patient."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time
from django.conf import settings

from alerts.domain.policy import Role
from alerts.domain.words import OPEN_STATES
from alerts.models import Alert, Responder, Rota
from messaging import outbox, wordings
from messaging.domain.delivery import Channel, Purpose, Urgency
from messaging.models import Message
from patients.models import Clinic

#: Every blank that the wordings of the rota may use, with the longest value it is likely to get.
VOCABULARY: Mapping[str, str] = {
    "role": "on-call nurse",
    "starts": "Wed, Nov 25 at 10:30 PM",
    "ends": "Wed, Nov 25 at 10:30 PM",
    "other_starts": "Wed, Nov 25 at 10:30 PM",
    "other_ends": "Wed, Nov 25 at 10:30 PM",
    "name": "Nurse Alexandra Montgomery",
    "outgoing": "Until then Nurse Alexandra Montgomery stays on call.",
}
ROLES = {
    "en": {
        Role.NURSE: "nurse",
        Role.BACKUP: "backup nurse",
        Role.CHARGE: "charge nurse",
        Role.PHYSICIAN: "physician",
        Role.MANAGER: "manager",
    },
    "es": {
        Role.NURSE: "enfermera",
        Role.BACKUP: "segunda enfermera",
        Role.CHARGE: "jefa de enfermeras",
        Role.PHYSICIAN: "medico",
        Role.MANAGER: "gerente",
    },
}
STAYS = {
    "en": "Until then {name} stays on call.",
    "es": "Mientras tanto sigue de guardia {name}.",
}
_JOINED = {"en": "{day} at {clock}", "es": "{day} a las {clock}"}
#: Narrow no-break spaces in times force a text into UCS-2, at 70 characters instead of 160.
_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " "})


def language_of(person: Responder) -> str:
    """The language in which she is written to."""
    return person.language if person.language in settings.MESSAGE_LANGUAGES else str(settings.MESSAGE_LANGUAGES[0])


def role_words(rota: Rota, language: str) -> str:
    """What she is on call as."""
    return ROLES.get(language, ROLES["en"])[Role(rota.role)]


def moment(at: datetime, zone: ZoneInfo, language: str) -> str:
    """`Tue, Nov 24 at 7:00 PM` by the clinic's clock."""
    local = at.astimezone(zone)
    day = format_skeleton("MMMEd", local, locale=language)
    joined = _JOINED.get(language, _JOINED["en"]).format(day=day, clock=format_time(local, "short", locale=language))
    return joined.translate(_SPACES)


def open_alerts(clinic: Clinic) -> list[Alert]:
    """The clinic's open alerts, the most urgent first; a canary is nobody's."""
    found = Alert.objects.filter(clinic=clinic, state__in=OPEN_STATES, is_canary=False).select_related("patient")
    return sorted(found, key=lambda alert: (alert.tier not in ("t0", "red"), alert.raised_at))


def shift_values(rota: Rota, start: datetime, end: datetime, person: Responder) -> dict[str, str]:
    """What fills the blanks of a text about one shift."""
    language, zone = language_of(person), rota.zone
    return {
        "clinic": rota.clinic.short_name,
        "role": role_words(rota, language),
        "starts": moment(start, zone, language),
        "ends": moment(end, zone, language),
        "count": str(len(open_alerts(rota.clinic))),
    }


def send(
    person: Responder,
    template: str,
    values: Mapping[str, str],
    *,
    key: str,
    now: datetime,
    due_at: datetime | None = None,
    lasts: timedelta = timedelta(hours=2),
    urgency: Urgency = Urgency.ORDINARY,
) -> Message | None:
    """Write one text to her, once by `key`. None: she has no phone."""
    if not person.phone:
        return None
    language = language_of(person)
    due = due_at or now
    words = wordings.load(template, language, Channel.SMS).filled(values)
    draft = outbox.Draft(
        key=key[:200],
        channel=Channel.SMS,
        purpose=Purpose.PAGES,
        urgency=urgency,
        address=person.phone,
        body=" ".join(words.body.split()),
        template=template,
        template_version=words.version,
        language=language,
        on_behalf_of=str(person.clinic_id),
        due_at=due,
        expires_at=due + lasts,
    )
    message = outbox.enqueue([draft], now=now)[draft.key]
    outbox.wake(urgency)
    return message
