"""What was and will be written to the patient: reminders, warnings, whatever else goes to these addresses."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.domain.warning_words import WarningReason, WarningState
from alerts.models import PlannedWarning, WarningTry
from desk.domain.timeline import Entry, Kind, Place
from desk.timeline.keyset import Source, Subject
from inbox.models import StaffAnswer
from messaging.admin.message_words import CHANNELS, status_of, template_in_words
from messaging.domain.delivery import Purpose
from messaging.models import Message
from patients.admin.clock import clock
from reminders.domain.words import Reason, ReminderState
from reminders.models import PlannedReminder, ReminderTry

REMINDERS, WARNINGS, OTHERS = 2, 3, 4
#: What was planned and took another shape: the plan that took its place says all.
_SUPERSEDED = (Reason.VISIT_MOVED, Reason.RULE_CHANGED, Reason.SCHEDULE_CHANGED, Reason.CONTACT_CHANGED)
_OVERTAKEN = (WarningReason.RULE_CHANGED, WarningReason.TAKEN_BACK)


def _moment(settled: Sequence[str], planned: str) -> Case:
    """When it was settled; while it waits when it is due; what was never to leave when it would have."""
    return Case(
        When(state__in=settled, then=F("settled_at")),
        When(state=planned, then=F("due_at")),
        default=F("send_at"),
        output_field=DateTimeField(),
    )


def _reminders(subject: Subject) -> QuerySet[PlannedReminder]:
    rows = PlannedReminder.objects.filter(visit__schedule__patient=subject.patient)
    rows = rows.exclude(state=ReminderState.CANCELLED, reason__in=_SUPERSEDED)
    settled = (ReminderState.RELEASED, ReminderState.SKIPPED)
    return rows.annotate(moment=_moment(settled, ReminderState.PLANNED)).select_related(
        "rule", "message", "visit__schedule__treatment"
    )


def _show_reminders(rows: Sequence[PlannedReminder], subject: Subject) -> list[Entry]:
    return [
        _entry(
            row,
            row.message,
            REMINDERS,
            subject,
            why="reminder",
            title=row.rule.name,
            way=str(CHANNELS[row.message.channel if row.message else row.channel]),
            about=_("for the visit of %(when)s, %(treatment)s")
            % {"when": clock(row.visit.at, subject.patient.zone), "treatment": row.visit.schedule.treatment.name},
        )
        for row in rows
    ]


def _warnings(subject: Subject) -> QuerySet[PlannedWarning]:
    rows = PlannedWarning.objects.filter(patient=subject.patient)
    rows = rows.exclude(state=WarningState.CANCELLED, reason__in=_OVERTAKEN)
    settled = (WarningState.RELEASED, WarningState.SKIPPED)
    return rows.annotate(moment=_moment(settled, WarningState.PLANNED)).select_related("rule", "message")


def _show_warnings(rows: Sequence[PlannedWarning], subject: Subject) -> list[Entry]:
    return [
        _entry(
            row,
            row.message,
            WARNINGS,
            subject,
            why="warning",
            title=row.rule.name,
            way=str(CHANNELS[row.message.channel]) if row.message else "",
            about=_("a warning about what to watch for"),
        )
        for row in rows
    ]


def _entry(
    row: PlannedReminder | PlannedWarning,
    message: Message | None,
    rank: int,
    subject: Subject,
    *,
    why: str,
    title: str,
    way: str,
    about: str,
) -> Entry:
    notes, reason = [about], row.get_reason_display()
    if message is not None:
        chip, colour = status_of(message), message.status
        notes += [message.reason] if message.reason else []
    elif row.state == ReminderState.PLANNED:
        chip, colour = _("planned"), "planned"
    else:
        chip, colour = _("not sent"), row.state
    return Entry(
        kind=Kind.MESSAGE,
        place=Place(row.moment, rank, row.pk),  # type: ignore[union-attr]
        title=title,
        chip=chip,
        colour=colour,
        notes=[*notes, *([reason] if reason else [])],
        words=_words(message),
        who=_who(way, message, subject),
        why=reverse("chart:why", args=[subject.patient.pk, why, row.pk]),
    )


def _others(subject: Subject) -> QuerySet[Message]:
    """What else went to these addresses; of what is known to be about somebody else nothing."""
    pk = OuterRef("pk")
    tied = (
        Exists(PlannedReminder.objects.filter(message=pk))
        | Exists(PlannedWarning.objects.filter(message=pk))
        | Exists(ReminderTry.objects.filter(message=pk))
        | Exists(WarningTry.objects.filter(message=pk))
    )
    elsewhere = Exists(StaffAnswer.objects.filter(message=pk).exclude(thread__patient=subject.patient))
    instruction = Q(key__startswith="instruction:") & ~Q(key__endswith=f":patient:{subject.patient.pk}")
    rows = Message.objects.filter(address__in=subject.addresses).exclude(purpose=Purpose.PAGES)
    return rows.filter(~tied & ~elsewhere & ~instruction).annotate(moment=Coalesce("submitted_at", "due_at"))


def _show_others(rows: Sequence[Message], subject: Subject) -> list[Entry]:
    answers = StaffAnswer.objects.filter(message__in=[row.pk for row in rows]).select_related("written_by")
    wrote = {answer.message_id: answer.written_by.get_username() for answer in answers}
    entries = []
    for row in rows:
        notes = [row.reason] if row.reason else []
        if row.address in subject.shared and row.pk not in wrote:
            notes.append(_("a shared phone: it may have been for somebody else"))
        entries.append(
            Entry(
                kind=Kind.MESSAGE,
                place=Place(row.moment, OTHERS, row.pk),  # type: ignore[attr-defined]
                title=_("%(who)s wrote") % {"who": wrote[row.pk]}
                if row.pk in wrote
                else template_in_words(row.template) or _("Message"),
                chip=status_of(row),
                colour=row.status,
                notes=notes,
                words=_words(row),
                who=_who(str(CHANNELS[row.channel]), row, subject),
                why=reverse("chart:why", args=[subject.patient.pk, "message", row.pk]),
            )
        )
    return entries


def _words(message: Message | None) -> str:
    if message is None:
        return ""
    return f"{message.subject}\n{message.body}" if message.subject else message.body


def _who(way: str, message: Message | None, subject: Subject) -> str:
    if message is None:
        return way
    whom = subject.names.get(message.address, _("a contact that is gone"))
    return _("%(way)s to %(whom)s") % {"way": way, "whom": whom}


SOURCES = (
    Source(Kind.MESSAGE, REMINDERS, _reminders, _show_reminders),
    Source(Kind.MESSAGE, WARNINGS, _warnings, _show_warnings),
    Source(Kind.MESSAGE, OTHERS, _others, _show_others),
)
