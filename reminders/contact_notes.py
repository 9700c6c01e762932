"""What stands beside a patient's contacts: what its owner agreed to, and that it does not work, with ways to act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from messaging import faults
from messaging.models import AddressFault
from patients.admin.clock import day
from patients.models import ContactPoint
from reminders.patient_page import consent_notes
from reminders.reach import CHANNELS


def notes(contacts: Sequence[ContactPoint], now: datetime) -> Mapping[int, SafeString]:
    """Beside each contact: consent, and where it does not work since when and why, and the way to try it again."""
    found = dict(consent_notes(contacts, now))
    zone = contacts[0].patient.clinic.zone
    for pk, fault in faults_of(contacts).items():
        found[pk] = format_html(
            '{}<br><span class="bw-chip bw-bad">{}</span> <a class="bw-link" href="{}">try again…</a>',
            found[pk],
            f"does not work since {day(fault.found_at.astimezone(zone).date())} ({fault.words})",
            reverse("admin:reminders_contact_try_again", args=[pk]),
        )
    return found


def broken(contacts: Sequence[ContactPoint], now: datetime) -> Mapping[int, str]:
    """Those of `contacts` that do not work, each with why, by id."""
    return {pk: fault.words for pk, fault in faults_of(contacts).items()}


def faults_of(contacts: Sequence[ContactPoint]) -> Mapping[int, AddressFault]:
    """What providers have said of contacts that do not work, by the contact's id."""
    where = {contact.pk: (CHANNELS[contact.kind], contact.address) for contact in contacts}
    standing = faults.standing(set(where.values()))
    return {pk: standing[pair] for pk, pair in where.items() if pair in standing}
