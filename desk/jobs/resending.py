"""Sending once more what reached nobody, after an outage of the carrier, the mail host or our own account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from desk.jobs.kinds import Plain, Target
from desk.models import Job, JobRow
from reminders.domain.words import CHANNEL_WORDS
from reminders.resend import failed_since, resend


class Resending(Plain):
    """Each reminder that failed is planned for now; the gate looks at it once more before it leaves."""

    def targets(self, job: Job, *, now: datetime) -> Iterator[Target]:
        """The reminders of the clinic whose last message has failed since the moment asked for."""
        rows = failed_since(datetime.fromisoformat(job.wish["since"]))
        rows = rows.filter(visit__schedule__patient__clinic=job.clinic_id)
        if job.wish.get("location"):
            rows = rows.filter(visit__schedule__location=job.wish["location"])
        for one in rows.select_related("message", "rule", "visit__schedule__patient").iterator(chunk_size=500):
            message = one.message
            status = message.get_status_display().lower() if message else ""
            way = CHANNEL_WORDS.get(message.channel if message else one.channel, one.channel)
            yield Target(
                one.pk, f"{one.visit.schedule.patient}: {one.rule.name}, {one.visit}"[:200], f"{way}: {status}"
            )

    def do(self, job: Job, row: JobRow, *, now: datetime) -> str:
        """Plan one for now."""
        resend(row.target, now=now)
        return _("on its way")
