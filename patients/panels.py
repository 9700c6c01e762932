"""What other rooms put on a patient's page: they hand up panels by name, so that patients import none of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from patients.models import ContactPoint, Patient


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One block of a patient's page: a template with its context, and a few words for the strip on top."""

    key: str
    title: str
    template: str
    context: Mapping[str, object]
    summary: str = ""


def panels(patient: Patient, *, now: datetime) -> list[Panel]:
    """The panels of `settings.PATIENT_PAGE_PANELS`, in order; those that have nothing to say are left out."""
    answers = (import_string(path)(patient, now) for path in settings.PATIENT_PAGE_PANELS)
    return [panel for panel in answers if panel is not None]


def contact_notes(contacts: Sequence[ContactPoint], *, now: datetime) -> Mapping[int, str]:
    """What `settings.CONTACT_NOTES` says beside each contact, by the contact's id."""
    notes: Mapping[int, str] = import_string(settings.CONTACT_NOTES)(contacts, now) if contacts else {}
    return notes


def contact_faults(contacts: Sequence[ContactPoint], *, now: datetime) -> Mapping[int, str]:
    """Those of `contacts` that `settings.CONTACT_FAULTS` knows not to work, each with why, by id."""
    faults: Mapping[int, str] = import_string(settings.CONTACT_FAULTS)(contacts, now) if contacts else {}
    return faults
