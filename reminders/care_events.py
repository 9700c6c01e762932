"""What reminders tell the other rooms of a patient's care: when a treatment started, and each dose given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from patients.domain.care import CareKind
from patients.models import CareEvent
from reminders.domain.words import ScheduleStatus
from reminders.models import Schedule, Visit

SOURCE = "reminders"
#: A start that is planned counts; one that was put off or called off before the first dose does not.
_STARTS = (ScheduleStatus.ACTIVE, ScheduleStatus.FINISHED)


def write(schedules: Sequence[Schedule], visits: Mapping[int, Sequence[Visit]], *, now: datetime) -> int:
    """Bring the facts of these schedules (locked, with treatment) to what their visits say; how many changed.

    A fact that is no longer so is kept and marked as taken back, so that readers see the change.
    """
    classed = [schedule for schedule in schedules if schedule.treatment.drug_class]
    if not classed:
        return 0
    there = _there(classed)
    wanted = {event.key: event for schedule in classed for event in _facts(schedule, visits.get(schedule.pk, ()))}
    new = [event for key, event in wanted.items() if key not in there]
    changed = []
    for key, row in there.items():
        said = wanted.get(key)
        before = (row.on, row.stands, row.drug_class)
        row.stands = said is not None
        if said is not None:
            row.on, row.drug_class = said.on, said.drug_class
        if before != (row.on, row.stands, row.drug_class):
            changed.append(row)
    for event in (*new, *changed):
        event.changed_at = now
    CareEvent.objects.bulk_create(new, batch_size=1000)
    CareEvent.objects.bulk_update(changed, ["on", "stands", "drug_class", "changed_at"], batch_size=500)
    return len(new) + len(changed)


def _there(schedules: Sequence[Schedule]) -> dict[str, CareEvent]:
    heads = {_head(schedule) for schedule in schedules}
    rows = CareEvent.objects.filter(patient_id__in={schedule.patient_id for schedule in schedules}, source=SOURCE)
    return {row.key: row for row in rows if row.key.rpartition("/")[0] in heads}


def _head(schedule: Schedule) -> str:
    return f"schedule:{schedule.pk}"


def _facts(schedule: Schedule, visits: Sequence[Visit]) -> Iterator[CareEvent]:
    given = {visit.number: visit.given_on for visit in visits if visit.given_on}
    if given or schedule.status in _STARTS:
        on = min(given.values(), default=schedule.first_visit_on)
        yield CareEvent(kind=CareKind.TREATMENT_STARTED, on=on, key=f"{_head(schedule)}/start", **_common(schedule))
    for number, on in given.items():
        yield CareEvent(kind=CareKind.DOSE_GIVEN, on=on, key=f"{_head(schedule)}/{number}", **_common(schedule))


def _common(schedule: Schedule) -> dict[str, object]:
    return {
        "patient_id": schedule.patient_id,
        "drug_class": schedule.treatment.drug_class,
        "source": SOURCE,
    }
