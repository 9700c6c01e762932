"""Writing one invented patient down: profile, contacts, consent, schedule, and the doses given so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, Q

from messaging import consent
from messaging.domain import wall_time
from messaging.domain.delivery import CONSENT_PURPOSES
from messaging.models import ConsentEvent
from patients.domain.profile import ContactKind, Owner
from patients.models import Clinic, ContactPoint, Patient
from reminders.demo.person import Due, Person
from reminders.demo.timing import ZONES, Slot, awake, has_struck, slot
from reminders.domain.offsets import WallTime
from reminders.domain.schedule import Course
from reminders.domain.words import Route, VisitStatus
from reminders.models import ReminderRule, Schedule, Treatment, Visit

WORDING = "May we send you reminders, check-ins and warnings? (Demo consent form)"
#: Consent was given this long before the demo is loaded.
_CONSENTED_BEFORE = timedelta(days=400)
_SATURDAY = 5


@dataclass(slots=True)
class Told:
    """A person and the rows that tell of them."""

    person: Person
    patient: Patient
    schedule: Schedule
    given: list[Visit] = field(default_factory=list)


def tell(person: Person, clinic: Clinic, treatment: Treatment, *, index: int, now: datetime) -> Told:
    """Store `person` as a patient of `clinic` with everything up to `now`; planning comes after."""
    place, given_last = _place(person, treatment, index=index, now=now)
    patient = Patient.objects.create(
        clinic=clinic,
        mrn=person.mrn,
        given_name=person.name[0],
        family_name=person.name[1],
        date_of_birth=person.birthday,
        language=person.language,
        timezone=place.zone,
        primary_cancer=person.cancer,
        metastasis_sites=list(person.sites),
        lesion_type=person.lesions,
    )
    contacts = _contacts(person, patient)
    ContactPoint.objects.bulk_create(contacts)
    if person.consent:
        _consent(contacts, now)
    schedule = Schedule(
        patient=patient,
        treatment=treatment,
        first_visit_on=place.on,
        visit_time=place.clock,
        number_of_visits=treatment.default_visits,
        location=person.location,
    )
    days = _doses(schedule.course(), person.given, place.on, given_last=given_last)
    late = timedelta(days=person.late_by)
    if days:
        schedule.first_visit_on = days[0] - (late if len(days) == 1 else timedelta(0))
    schedule.save()
    told = Told(person, patient, schedule, _given_visits(schedule, days, late))
    Visit.objects.bulk_create(told.given)
    return told


def _place(person: Person, treatment: Treatment, *, index: int, now: datetime) -> tuple[Slot, bool]:
    """Zone, day and time of the visit that matters, and whether its dose was given already."""
    if not isinstance(person.next_visit, Due):
        zone = person.zone or ZONES[0]
        day = wall_time.local_date(now, ZoneInfo(zone)) + timedelta(days=person.next_visit.days)
        if person.next_visit.days > 0 and treatment.route != Route.TABLET:
            day = _weekday(day, step=1)
        return Slot(zone, day, person.clock), False
    offset = _rung(treatment, person.next_visit.rung).offset()
    zones = awake(now)
    if isinstance(offset, WallTime):
        zones = [zone for zone in zones if has_struck(offset, zone=zone, now=now)] or zones
    zone = zones[index % min(len(zones), 3)]
    minutes = person.next_visit.minutes
    return slot(
        offset, zone=zone, minutes=minutes, clock=person.clock, now=now
    ), not offset.is_before and person.given > 0


def _rung(treatment: Treatment, code: str) -> ReminderRule:
    """The treatment's own rule of that code, or its route's."""
    rules = ReminderRule.objects.filter(Q(treatment=treatment) | Q(treatment=None, route=treatment.route), code=code)
    return rules.order_by(F("treatment").desc(nulls_last=True))[:1].get()


def _contacts(person: Person, patient: Patient) -> list[ContactPoint]:
    contacts = []
    if person.phone:
        contacts.append(ContactPoint(patient=patient, kind=ContactKind.PHONE, address=person.phone, position=1))
    if person.email:
        contacts.append(ContactPoint(patient=patient, kind=ContactKind.EMAIL, address=person.mailbox, position=1))
    if person.caregiver is not None:
        contacts.append(
            ContactPoint(
                patient=patient,
                kind=ContactKind.PHONE,
                address=person.caregiver.phone,
                owner=Owner.CAREGIVER,
                owner_name=person.caregiver.name,
                position=2,
            )
        )
    return contacts


def _consent(contacts: Sequence[ContactPoint], now: datetime) -> None:
    there = consent.latest([contact.address for contact in contacts])
    consent.record_all(
        [
            ConsentEvent(
                address=contact.address,
                purpose=purpose,
                granted=True,
                source=ConsentEvent.Source.DEMO,
                wording=WORDING,
                recorded_at=now - _CONSENTED_BEFORE,
                recorded_by="load_demo",
            )
            for contact in contacts
            for purpose in CONSENT_PURPOSES
            # A shared phone has said it once, and may have said no since.
            if (contact.address, purpose.value) not in there
        ]
    )


def _doses(course: Course, given: int, on: date, *, given_last: bool) -> list[date]:
    """The days on which `given` doses were given so that the next falls on `on`, or the last did."""
    days: list[date] = []
    day, number = on, given + 1
    if given_last and given:
        days, number = [on], given
    while number > 1:
        day -= timedelta(days=course.gap(number))
        while course.weekdays_only and day.weekday() > 4:
            day -= timedelta(days=1)
        days.insert(0, day)
        number -= 1
    return days


def _weekday(day: date, *, step: int) -> date:
    """`day`, or the nearest day from Monday to Friday in the direction of `step`."""
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=step)
    return day


def _given_visits(schedule: Schedule, days: Sequence[date], late: timedelta) -> list[Visit]:
    course = schedule.course()
    visits = []
    for number, day in enumerate(days, start=1):
        planned = day - late if number == len(days) else day
        visits.append(
            Visit(
                schedule=schedule,
                number=number,
                on=planned,
                clock=schedule.visit_time,
                at=wall_time.at(planned, schedule.visit_time, course.zone),
                late_until=course.late_until(planned),
                status=VisitStatus.GIVEN,
                given_on=day,
            )
        )
    return visits
