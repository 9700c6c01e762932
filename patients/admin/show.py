"""Small pieces of HTML that lists, forms and panels share. Whatever comes from people is escaped."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from patients.admin.clock import city, clock


def chip(kind: str, words: object) -> SafeString:
    """A word in the colour of `kind`: a status, or one of ok, bad, warning, info."""
    return format_html('<span class="bw-chip bw-{}">{}</span>', kind, words)


def link(view: str, pk: Any, words: object) -> SafeString:
    """A link to the admin's page `view` (such as patients_patient_change) of one row."""
    return format_html('<a class="bw-link" href="{}">{}</a>', reverse(f"admin:{view}", args=[pk]), words)


def two_lines(first: object, second: object) -> SafeString:
    """A line, and a softer one beneath."""
    return format_html('<span class="bw-two">{}<br><span class="bw-soft">{}</span></span>', first, second)


def when(instant: datetime | None, patient_zone: ZoneInfo, clinic_zone: ZoneInfo) -> SafeString:
    """The patient's time; beneath it the place and the clinic's own time, where the clinic's clocks differ."""
    if instant is None:
        return SafeString("–")
    local, clinic = instant.astimezone(patient_zone), instant.astimezone(clinic_zone)
    first = format_html('<span class="bw-time">{}</span>', clock(instant, patient_zone))
    if local.utcoffset() == clinic.utcoffset():
        return first
    shown = f"{clinic:%H:%M}" if local.date() == clinic.date() else date_format(clinic, "D j M H:i")
    return two_lines(first, _("%(city)s; clinic %(shown)s") % {"city": city(patient_zone), "shown": shown})
