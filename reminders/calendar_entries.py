"""A visit as the entry that one mailbox's calendar is given: which revision of it, from whom, for whom."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings

from reminders.domain.invitation import Entry, invitation, revision
from reminders.models import Visit


def revision_of(visit: Visit, *, cancelled: bool = False) -> int:
    """The revision of the entry for `visit` as it stands, or as it is called off."""
    return revision(visit.sequence, cancelled=cancelled)


def entry(visit: Visit, mailbox: str, *, now: datetime, cancelled: bool = False) -> str:
    """The text that puts `visit` into the calendar of `mailbox`, moves it there, or takes it out.

    Without a mailbox: a file to be kept by whoever has it, as on a patient's own page.
    """
    schedule = visit.schedule
    written = Entry(
        uid=visit.uuid,
        sequence=revision_of(visit, cancelled=cancelled),
        starts_at=visit.at,
        duration=timedelta(minutes=schedule.treatment.duration_minutes),
        clinic=schedule.patient.clinic.short_name,
        location=schedule.location,
        language=schedule.patient.language,
        organizer=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        attendee=mailbox,
        cancelled=cancelled,
    )
    return invitation(written, now=now)
