"""Whose messages stand in a lane of the outbox: clinics by the id that their messages carry."""

from __future__ import annotations

from patients.models import Clinic


def names() -> dict[str, str]:
    """Name of every clinic by its id as text."""
    return {str(pk): name for pk, name in Clinic.objects.values_list("pk", "name")}
