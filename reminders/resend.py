"""Once more, because a person says so: a reminder that reached nobody, now that the carrier, host or phone is back."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from messaging import watch
from messaging.domain.delivery import Channel, Status
from patients.domain.profile import PatientStatus
from reminders import rungs
from reminders.domain.ways import Fate, fate_of
from reminders.domain.words import STANDING, ReminderState
from reminders.models import PlannedReminder, ReminderTry


def failed_since(since: datetime) -> QuerySet[PlannedReminder]:
    """The reminders whose last message has reached nobody since then, the oldest first."""
    ended = watch.ended_badly(since).values("pk")
    rows = PlannedReminder.objects.filter(message__in=ended, state=ReminderState.RELEASED)
    return rows.order_by("message__finished_at", "pk")


@transaction.atomic
def resend(reminder_id: int, *, now: datetime) -> PlannedReminder:
    """Plan it anew for this moment, whatever was tried before; it passes the gate once more before it leaves.

    ValidationError where it would come too late, where its visit is over or another message of it may have arrived.
    """
    rows = PlannedReminder.objects.select_for_update(of=("self",)).filter(pk=reminder_id)
    reminder = rows.select_related("message", "visit__schedule__patient").first()
    if reminder is None:
        raise ValidationError(_("This reminder is not there any more."))
    _refuse(reminder, now=now)
    message = reminder.message
    tries = ReminderTry.objects.filter(reminder__in=rungs.mates([reminder]))
    ReminderTry.objects.get_or_create(reminder=reminder, message=message, defaults={"followed_at": now})
    # They stay in the story, and stand against no address any more.
    tries.filter(set_aside_at__isnull=True).update(set_aside_at=now)
    reminder.state, reminder.due_at, reminder.settled_at = ReminderState.PLANNED, now, None
    reminder.message, reminder.reason = None, ""
    reminder.wording += 1
    reminder.save(update_fields=["state", "due_at", "settled_at", "message", "reason", "wording"])
    return reminder


def _refuse(reminder: PlannedReminder, *, now: datetime) -> None:
    visit = reminder.visit
    patient = visit.schedule.patient
    message = reminder.message
    if reminder.state != ReminderState.RELEASED or message is None:
        raise ValidationError(_("It is planned again already, or was never sent."))
    if patient.status != PatientStatus.ACTIVE:
        raise ValidationError(_("The patient is %(lower)s.") % {"lower": patient.get_status_display().lower()})
    if visit.status not in STANDING:
        raise ValidationError(
            _("%(visit)s is %(lower)s.") % {"visit": visit, "lower": visit.get_status_display().lower()}
        )
    if reminder.expires_at <= now:
        raise ValidationError(_("It would come too late: what it says is over."))
    if fate_of(Status(message.status), Channel(message.channel), fresh=False) is not Fate.LOST:
        raise ValidationError(
            _("Its message is %(lower)s: it may arrive, or has.") % {"lower": message.get_status_display().lower()}
        )
    if message.status == Status.SUPPRESSED:
        raise ValidationError(_("The number has opted out."))
    for mate in rungs.mates([reminder]).exclude(pk=reminder.pk).select_related("message"):
        other = mate.message
        if other and fate_of(Status(other.status), Channel(other.channel), fresh=False) is not Fate.LOST:
            raise ValidationError(_("The same was said by %(lower)s.") % {"lower": other.get_channel_display().lower()})
