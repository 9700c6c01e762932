"""From warning rules to planned warnings: patient after patient, idempotent, safe side by side.

A patient is looked at when she is enrolled, when her care or her profile changes, and once a day. Her
WarningPlan row is locked meanwhile; the unique constraint on planned warnings stands behind it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import F

from alerts.domain import education
from alerts.domain.education import Existing, Fact, Learner, Lesson, Occasion
from alerts.domain.warning_words import Anchor, Audience, WarningReason, WarningState
from alerts.models import PlannedWarning, WarningPlan, WarningRule
from messaging.domain import wall_time
from patients.domain.care import CareKind
from patients.domain.profile import PatientStatus
from patients.models import CareEvent, Patient

log = structlog.get_logger(__name__)

#: Patients in one transaction.
BATCH = 200
#: How far ahead warnings exist as rows.
HORIZON = timedelta(days=60)
LOOK_AGAIN = timedelta(days=1)


def plan_due(*, now: datetime, limit: int = BATCH) -> int:
    """Plan the warnings of up to `limit` patients whose turn it is at `now` (aware); how many were looked at."""
    _enrol(now, limit)
    _call_up_changed(now)
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        due = WarningPlan.objects.filter(look_at__lte=now).order_by("look_at", "id")
        plans = list(due.select_for_update(skip_locked=skip)[:limit])
        added, cancelled = _plan(plans, now)
    if plans:
        log.info("warnings_planned", patients=len(plans), added=added, cancelled=cancelled)
    return len(plans)


def look_again(patients: Collection[int] | None = None, *, now: datetime) -> int:
    """Let these patients (None: all) be planned with the next sweep; how many."""
    plans = WarningPlan.objects.filter(look_at__gt=now)
    if patients is not None:
        plans = plans.filter(patient__in=patients)
    return plans.update(look_at=now)


def lessons() -> list[Lesson]:
    """The rules that stand, as planning reads them."""
    return [
        Lesson(
            rule_id=rule.pk,
            audience=Audience(rule.audience),
            drug_class=rule.drug_class,
            anchor=Anchor(rule.anchor),
            after_days=rule.after_days,
            at_time=rule.at_time,
            every_weeks=rule.every_weeks,
            for_weeks=rule.for_weeks,
            first_doses=rule.first_doses,
            expires_days=rule.expires_days,
        )
        for rule in WarningRule.objects.filter(is_active=True).order_by("pk")
    ]


def _enrol(now: datetime, limit: int) -> None:
    """Who has no row yet gets one; two sweeps at once do no harm."""
    new = Patient.objects.filter(warning_plan__isnull=True, status=PatientStatus.ACTIVE).order_by("pk")
    rows = [WarningPlan(patient_id=pk, planned_at=now, look_at=now) for pk in new.values_list("pk", flat=True)[:limit]]
    WarningPlan.objects.bulk_create(rows, ignore_conflicts=True)


def _call_up_changed(now: datetime) -> None:
    """Whose care has changed since she was planned; older changes were seen by the daily look."""
    lately = CareEvent.objects.filter(changed_at__gt=now - 2 * LOOK_AGAIN, changed_at__lte=now)
    changed = lately.filter(changed_at__gt=F("patient__warning_plan__planned_at")).values("patient_id")
    WarningPlan.objects.filter(look_at__gt=now, patient__in=changed).update(look_at=now)


def _plan(plans: Sequence[WarningPlan], now: datetime) -> tuple[int, int]:
    ids = [plan.patient_id for plan in plans]
    patients = Patient.objects.in_bulk(ids)
    facts, there = _facts(ids), _existing(ids)
    rules = lessons()
    add: list[PlannedWarning] = []
    cancel: dict[WarningReason, list[int]] = defaultdict(list)
    for pk in ids:
        try:
            learner = _learner(patients[pk], facts[pk])
            occasions = education.wanted(learner, rules, now=now, until=now + HORIZON)
            difference = education.compare(occasions, there[pk], learner, rules, now=now)
        except (ValueError, OverflowError) as error:
            # One row that nobody foresaw must not hold back all the others.
            log.error("warnings_cannot_be_planned", patient=pk, error=type(error).__name__)
            continue
        add += [_row(pk, occasion) for occasion in difference.add]
        for row_id, reason in difference.cancel:
            cancel[reason].append(row_id)
    # Cancelled first: the new row may be the old one at another time.
    for reason, rows in cancel.items():
        PlannedWarning.objects.filter(pk__in=rows, state=WarningState.PLANNED).update(
            state=WarningState.CANCELLED, reason=reason, settled_at=now
        )
    PlannedWarning.objects.bulk_create(add, batch_size=1000)
    WarningPlan.objects.filter(pk__in=[plan.pk for plan in plans]).update(planned_at=now, look_at=now + LOOK_AGAIN)
    return len(add), sum(map(len, cancel.values()))


def learner_of(patient: Patient) -> Learner:
    """One patient as planning reads her."""
    return _learner(patient, _facts([patient.pk])[patient.pk])


def _learner(patient: Patient, facts: Sequence[Fact]) -> Learner:
    return Learner(
        status=PatientStatus(patient.status),
        enrolled_on=wall_time.local_date(patient.created_at, patient.zone),
        zone=patient.zone,
        spine="spine" in patient.metastasis_sites,
        facts=facts,
    )


def _facts(patients: Sequence[int]) -> dict[int, list[Fact]]:
    found: dict[int, list[Fact]] = defaultdict(list)
    events = CareEvent.objects.filter(patient__in=patients, stands=True).order_by()
    for patient, key, kind, drug_class, on in events.values_list("patient_id", "key", "kind", "drug_class", "on"):
        found[patient].append(Fact(key, CareKind(kind), drug_class, on))
    return found


def _existing(patients: Sequence[int]) -> dict[int, list[Existing]]:
    found: dict[int, list[Existing]] = defaultdict(list)
    # Locked, so that a release in full flight either comes first and is seen, or waits for this plan.
    rows = PlannedWarning.objects.select_for_update().filter(patient__in=patients)
    rows = rows.exclude(state=WarningState.CANCELLED).order_by("pk")
    fields = ("id", "patient_id", "rule_id", "occasion", "send_at", "expires_at", "state")
    for pk, patient, rule, occasion, send_at, expires_at, state in rows.values_list(*fields):
        waits = state == WarningState.PLANNED
        found[patient].append(
            Existing(id=pk, rule_id=rule, occasion=occasion, send_at=send_at, expires_at=expires_at, waits=waits)
        )
    return found


def _row(patient: int, occasion: Occasion) -> PlannedWarning:
    return PlannedWarning(
        patient_id=patient,
        rule_id=occasion.rule_id,
        occasion=occasion.occasion,
        send_at=occasion.send_at,
        due_at=occasion.send_at,
        expires_at=occasion.expires_at,
    )
