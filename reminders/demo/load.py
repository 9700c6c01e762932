"""Loading the demo: what is missing is written, what is there is left alone, so that twice is once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from patients.models import Patient
from reminders import sweeps
from reminders.demo import oddities
from reminders.demo.cast import CAST
from reminders.demo.chronicle import tell_past
from reminders.demo.clinic import make_clinic, make_staff
from reminders.demo.person import Due
from reminders.demo.story import Told, tell
from reminders.domain.words import ReminderState
from reminders.models import PlannedReminder, Treatment
from reminders.planner import plan_schedules

#: What the demo's clinicians have signed; the rest of the catalogue waits for its sign-off.
_SIGNED = "Dr. Elena Marsh (demo)"
_UNSIGNED = ("iban_iv", "sm153", "trip_1", "trip_3", "trip_6")


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many patients were written, and how many reminders wait for the next minutes."""

    patients: int
    due_soon: int


class CatalogueIncomplete(Exception):
    """The catalogue lacks treatments that the demo needs."""


@transaction.atomic
def load(*, now: datetime) -> Loaded:
    """Write whoever of the cast is missing, as things would stand at `now` (aware)."""
    make_staff()
    clinic = make_clinic()
    present = set(Patient.objects.filter(clinic=clinic).values_list("mrn", flat=True))
    missing = [(index, person) for index, person in enumerate(CAST) if person.mrn not in present]
    if not missing:
        return Loaded(0, 0)
    catalogue = _catalogue({person.treatment for _, person in missing})
    if not present:
        _sign(now)
    told = [tell(person, clinic, catalogue[person.treatment], index=index, now=now) for index, person in missing]
    tell_past(told, now=now)
    plan_schedules([each.schedule.pk for each in told], now=now)
    while sweeps.mark_overdue(now=now) == sweeps.BATCH:
        continue
    for each in told:
        oddities.apply(each, now=now)
        _hold_back(each, now)
    soon = PlannedReminder.objects.filter(state=ReminderState.PLANNED, due_at__lt=now + timedelta(minutes=11))
    return Loaded(len(told), soon.filter(visit__schedule__in=[each.schedule for each in told]).count())


def _catalogue(codes: set[str]) -> dict[str, Treatment]:
    catalogue = {treatment.code: treatment for treatment in Treatment.objects.filter(code__in=codes)}
    if codes - catalogue.keys():
        raise CatalogueIncomplete(f"The catalogue lacks {', '.join(sorted(codes - catalogue.keys()))}.")
    return catalogue


def _sign(now: datetime) -> None:
    """A catalogue that nobody has signed would make everything odd, and the odd one invisible."""
    unsigned = Treatment.objects.filter(needs_sign_off=True, signed_off_at__isnull=True)
    unsigned.exclude(code__in=_UNSIGNED).update(signed_off_by=_SIGNED, signed_off_at=now - timedelta(days=30))


def _hold_back(told: Told, now: datetime) -> None:
    """Spread what has struck already over the first minutes, instead of one salvo."""
    if isinstance(told.person.next_visit, Due) and told.person.next_visit.minutes:
        PlannedReminder.objects.filter(
            visit__schedule=told.schedule, state=ReminderState.PLANNED, due_at__lte=now
        ).update(due_at=now + timedelta(minutes=told.person.next_visit.minutes))
