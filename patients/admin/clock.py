"""Instants as staff read them: by the patient's clock first, and by the clinic's where the two differ."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _


def city(zone: ZoneInfo) -> str:
    """The zone's name as people say it: New York."""
    return zone.key.rpartition("/")[2].replace("_", " ")


def clock(instant: datetime | None, zone: ZoneInfo) -> str:
    """`Tue 24 Nov 2026, 09:00` by clocks in `zone`; a dash for none."""
    return date_format(instant.astimezone(zone), "D j M Y, H:i") if instant else "–"


def moment(instant: datetime | None, patient_zone: ZoneInfo, clinic_zone: ZoneInfo) -> str:
    """The patient's time with its zone, and the clinic's own where its clocks show another time."""
    if instant is None:
        return "–"
    local, clinic = instant.astimezone(patient_zone), instant.astimezone(clinic_zone)
    text = f"{clock(instant, patient_zone)} {city(patient_zone)}"
    if local.utcoffset() == clinic.utcoffset():
        return text
    same_day = local.date() == clinic.date()
    shown = f"{clinic:%H:%M}" if same_day else date_format(clinic, "D j M, H:i")
    return _("%(text)s (%(shown)s clinic time, %(city)s)") % {"text": text, "shown": shown, "city": city(clinic_zone)}


def local_now(zone: ZoneInfo) -> datetime:
    """What clocks in `zone` show at this moment."""
    return timezone.now().astimezone(zone)


def day(on: date) -> str:
    """`23 Mar 2027`."""
    return date_format(on, "j M Y")
