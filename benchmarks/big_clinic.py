"""Ten clinics with a hundred thousand patients, their visits, and three million messages, made inside PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from alerts import rulebook
from alerts.domain.words import AlertState, Outcome, Tier
from alerts.models import Alert, Responder, RuleVersion
from benchmarks import outbox_rows
from patients.models import Clinic, CoordinatorTask, Patient
from reminders.models import ReminderRule, Treatment

CLINICS = 10
#: Visits of each patient, half of them over; reminders of each visit; messages of each patient.
VISITS, RUNGS, MESSAGES = 12, 2, 30
#: Red flags that nobody has closed yet.
_OPEN = 24
_TIERS = (Tier.T0, Tier.RED, Tier.AMBER)
_ZONES = "ARRAY['America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles']"
_NAMES = "ARRAY['Abbott', 'Nguyen', 'Okafor', 'Rossi', 'Silva', 'Tanaka', 'Weber', 'Young']"
_PHONE = "'+1404' || lpad(p.n::text, 7, '0')"
#: Every twentieth past visit was missed.
_MISSED = "(k < 6 AND (p.n + k) %% 20 = 0)"
#: Every two hundredth patient waits for an answer.
_WAITS = "p.n %% 200 = 0"

_STEPS: dict[str, str] = {
    "contacts": f"""
INSERT INTO patients_contactpoint
    (patient_id, kind, address, owner, owner_name, position, unusable_reason, created_at)
SELECT p.id, 'phone', {_PHONE}, 'patient', '', 1, '', %(now)s FROM bench_patients p""",
    "consents": f"""
INSERT INTO messaging_consentevent
    (address, purpose, granted, source, wording, recorded_at, recorded_by, wording_version, language)
SELECT {_PHONE}, 'reminders', true, 'form', 'Yes to reminders.', %(now)s - interval '300 days', '', '', 'en'
FROM bench_patients p""",
    "schedules": """
INSERT INTO reminders_schedule
    (patient_id, treatment_id, first_visit_on, visit_time, number_of_visits, location, status, status_reason,
     planned_until, created_at)
SELECT p.id, %(treatment)s, (%(now)s - interval '168 days' + p.n %% 28 * interval '1 day')::date, time '09:30', 12,
    'Ward ' || p.n %% 8, 'active', '', (%(now)s + interval '120 days')::date, %(now)s
FROM bench_patients p ORDER BY p.n""",
    "visits": f"""
INSERT INTO reminders_visit
    (schedule_id, number, uuid, "on", clock, at, late_until, pinned, status, status_reason, given_on, confirmed_at,
     sequence)
SELECT s.id, k + 1, gen_random_uuid(), s.first_visit_on + k * 28, s.visit_time,
    (s.first_visit_on + k * 28 + s.visit_time) AT TIME ZONE 'America/New_York',
    (s.first_visit_on + k * 28 + 3 + s.visit_time) AT TIME ZONE 'America/New_York', false,
    CASE WHEN {_MISSED} THEN 'missed' WHEN s.first_visit_on + k * 28 < %(now)s::date THEN 'given' ELSE 'planned' END,
    CASE WHEN {_MISSED} THEN 'did not come' ELSE '' END,
    CASE WHEN NOT {_MISSED} AND s.first_visit_on + k * 28 < %(now)s::date THEN s.first_visit_on + k * 28 END,
    CASE WHEN (p.n + k) %% 3 > 0 AND s.first_visit_on + k * 28 < %(now)s::date + 3
        THEN (s.first_visit_on + k * 28 - 2)::timestamptz END, 0
FROM bench_patients p JOIN reminders_schedule s ON s.patient_id = p.id, generate_series(0, 11) AS k
ORDER BY s.id, k""",
    "messages": f"""
INSERT INTO messaging_message
    (uuid, key, channel, purpose, urgency, language, template, template_version, address, sender, subject, body, html,
     calendar, answer_path, segments, status, reason, withdrawn, due_at, wanted_at, expires_at, attempts, claimed_by,
     provider_id, error_code, lane, routine, released_by, owner, created_at, submitted_at, accepted_at, finished_at)
SELECT gen_random_uuid(), 'bench:' || p.n || ':' || k, 'sms', 'reminders', 'ordinary', 'en', 'visit_day_before', '',
    {_PHONE}, '', '', %(text)s, '', '', '', 1, CASE WHEN (p.n + k) %% 50 = 0 THEN 'undelivered' ELSE 'delivered' END,
    CASE WHEN (p.n + k) %% 50 = 0 THEN 'the phone could not be reached' ELSE '' END, '', t.at, t.at,
    t.at + interval '6 hours', 1, '', 'SM' || md5(p.n || '/' || k),
    CASE WHEN (p.n + k) %% 50 = 0 THEN '30003' ELSE '' END, %(lane)s || p.clinic_id, true, '', p.clinic_id::text,
    t.at, t.at, t.at, t.at + interval '4 seconds'
FROM bench_patients p, generate_series(0, 29) AS k,
    LATERAL (SELECT %(now)s - (30 - k) * interval '6 days' + p.n %% 5000 * interval '17 seconds' AS at) AS t
ORDER BY t.at""",
    "reminders": """
INSERT INTO reminders_plannedreminder
    (visit_id, rule_id, channel, anchor_at, send_at, due_at, expires_at, state, reason, wording, message_id, settled_at)
SELECT v.id, r.id, 'sms', v.at, t.at, t.at, t.at + interval '12 hours',
    CASE WHEN t.at < %(now)s THEN 'released' ELSE 'planned' END, '', 0, m.id, CASE WHEN t.at < %(now)s THEN t.at END
FROM reminders_visit v JOIN reminders_schedule s ON s.id = v.schedule_id JOIN bench_patients p ON p.id = s.patient_id,
    LATERAL unnest(%(rules)s::bigint[]) WITH ORDINALITY AS r(id, place),
    LATERAL (SELECT v.at - (r.place - 1) * interval '2 days' - interval '1 day' AS at) AS t
    LEFT JOIN LATERAL (SELECT id FROM messaging_message WHERE t.at < %(now)s AND
        key = 'bench:' || p.n || ':' || ((v.number - 1) * 2 + r.place)) AS m ON true
ORDER BY v.id, r.place""",
    "texts of patients": f"""
INSERT INTO messaging_inboundmessage
    (provider_id, from_address, to_address, body, media_count, opt_out_type, source, on_behalf_of, received_at,
     handled_at, disposition)
SELECT 'IN' || md5(p.n || '/' || k), {_PHONE}, '+12025550100', 'Yes, thank you', 0, '', 'text', '', t.at, t.at,
    'confirmed'
FROM bench_patients p, generate_series(0, 5) AS k,
    LATERAL (SELECT %(now)s - (1 + k * 28) * interval '1 day' - p.n %% 5000 * interval '13 seconds' AS at) AS t
ORDER BY t.at""",
    "conversations": f"""
INSERT INTO inbox_thread (clinic_id, patient_id, address, waiting_since, due_at, last_at, unread)
SELECT p.clinic_id, p.id, {_PHONE}, CASE WHEN {_WAITS} THEN t.at END,
    CASE WHEN {_WAITS} THEN t.at + interval '1 day' END, t.at, CASE WHEN {_WAITS} THEN 1 ELSE 0 END
FROM bench_patients p, LATERAL (SELECT %(now)s - interval '1 day' - p.n %% 5000 * interval '13 seconds' AS at) AS t""",
    "texts in conversations": f"""
INSERT INTO inbox_threadtext (thread_id, inbound_id, shared, needs_person, closed_at, disposition, note)
SELECT t.id, i.id, false, {_WAITS} AND i.received_at = t.last_at,
    CASE WHEN NOT ({_WAITS} AND i.received_at = t.last_at) THEN i.received_at END,
    CASE WHEN {_WAITS} AND i.received_at = t.last_at THEN '' ELSE 'answered' END, ''
FROM bench_patients p JOIN inbox_thread t ON t.patient_id = p.id
    JOIN messaging_inboundmessage i ON i.from_address = t.address""",
}


@dataclass(frozen=True, slots=True)
class Size:
    """How many patients; everything else follows."""

    patients: int

    @property
    def messages(self) -> int:
        """Texts that have left."""
        return self.patients * MESSAGES


def fill(size: Size, *, now: datetime) -> list[Clinic]:
    """The clinics, with patients in equal shares."""
    clinics = [
        Clinic.objects.create(name=f"Clinic {number}", short_name=f"C{number}", daytime_line="+12025550142")
        for number in range(CLINICS)
    ]
    ids = [clinic.pk for clinic in clinics]
    outbox_rows.insert(
        Patient,
        range(1, size.patients + 1),
        {"given_name": "Ana", "language": "en", "status": "active", "created_at": now},
        {
            "clinic_id": f"(ARRAY{ids})[n %% {CLINICS} + 1]",
            "mrn": "'B' || lpad(n::text, 7, '0')",
            "family_name": f"({_NAMES})[n %% 8 + 1] || ' ' || n",
            "timezone": f"({_ZONES})[n %% 4 + 1]",
        },
    )
    _execute("CREATE TEMP VIEW bench_patients AS SELECT *, substr(mrn, 2)::int AS n FROM patients_patient")
    values = _values(now)
    for statement in _STEPS.values():
        _execute(statement, **values)
    CoordinatorTask.objects.bulk_create(_tasks(size, now), batch_size=1000)
    Alert.objects.bulk_create(_alerts(size, clinics, now), batch_size=1000)
    _execute("VACUUM ANALYZE")
    return clinics


def _values(now: datetime) -> dict[str, Any]:
    rules = ReminderRule.objects.filter(is_active=True, route="infusion").order_by("pk")
    return {
        "now": now,
        "treatment": Treatment.objects.get(code="zol_q4w").pk,
        "rules": list(rules.values_list("pk", flat=True)[:RUNGS]),
        "text": outbox_rows.TEXT,
        "lane": outbox_rows.LANE_START,
    }


def _tasks(size: Size, now: datetime) -> list[CoordinatorTask]:
    people = Patient.objects.order_by("pk").values_list("pk", flat=True)[: max(size.patients // 50, 1)]
    return [
        CoordinatorTask(
            patient_id=pk, kind="overdue_visit", key=f"bench:{pk}", title="Visit is overdue: rebook", opened_at=now
        )
        for pk in people
    ]


def _alerts(size: Size, clinics: list[Clinic], now: datetime) -> list[Alert]:
    """Two years of them, one for every ten patients; of the last 24 nobody has the outcome yet."""
    rules = list(RuleVersion.objects.select_related("rule").order_by("pk")[:6])
    policies = [
        rulebook.policy_to_climb(rule, _TIERS[number % 3], clinics[0], now=now).to_json()
        for number, rule in enumerate(rules)
    ]
    nurses = {clinic.pk: Responder.objects.create(clinic=clinic, name=f"Nurse of {clinic.name}") for clinic in clinics}
    people = Patient.objects.order_by("-pk").values_list("pk", "clinic_id")[: max(size.patients // 10, 1)]
    return [
        _alert(number, person, nurses[clinic], rules[number % len(rules)], policies[number % len(rules)], now)
        for number, (person, clinic) in enumerate(people)
    ]


def _alert(number: int, person: int, nurse: Responder, version: RuleVersion, policy: Any, now: datetime) -> Alert:
    raised = now - timedelta(minutes=5 + number * 105)
    alert = Alert(
        clinic_id=nurse.clinic_id,
        patient_id=person,
        subject=f"patient:{person}",
        condition=version.rule.condition,
        tier=_TIERS[number % 3],
        rule_version=version,
        policy=policy,
        raised_at=raised,
        first_paged_at=raised + timedelta(seconds=4),
    )
    if number < _OPEN:
        alert.step_due_at = alert.next_due_at = now + timedelta(minutes=5)
        return alert
    alert.state, alert.outcome = AlertState.CLOSED, Outcome.ADVICE
    alert.owner = alert.closed_by = nurse
    alert.accepted_at = raised + timedelta(seconds=30 + number % 300)
    alert.closed_at = raised + timedelta(minutes=10 + number % 90)
    return alert


def _execute(statement: str, **values: Any) -> None:
    with connection.cursor() as cursor:
        # Millions of look-ups of foreign keys that are known to hold.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, values or None)
        cursor.execute("SET session_replication_role = DEFAULT")
