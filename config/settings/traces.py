"""What leaves a trace: the rows that staff edit, whose they are, and the fields that no trace may hold."""

from __future__ import annotations

from typing import Any

#: The package's own table would stand empty beside ours, and keep PostgreSQL from emptying those that it refers to.
MIGRATION_MODULES: dict[str, str | None] = {"auditlog": None}
#: Rows that staff edit → whose they are: ways from the row to ids, steps separated by dots.
TRACE_CONCERNS: dict[str, dict[str, str]] = {
    "patients.clinic": {"clinic": "pk"},
    "patients.patient": {"patient": "pk", "clinic": "clinic_id"},
    "patients.contactpoint": {"patient": "patient_id", "clinic": "patient.clinic_id"},
    "patients.coordinatortask": {"patient": "patient_id", "clinic": "patient.clinic_id"},
    "reminders.treatment": {},
    "reminders.reminderrule": {},
    "reminders.schedule": {"patient": "patient_id", "clinic": "patient.clinic_id"},
    "reminders.visit": {"patient": "schedule.patient_id", "clinic": "schedule.patient.clinic_id"},
    "alerts.alertrule": {},
    "alerts.ruleversion": {},
    "alerts.escalationpolicy": {"clinic": "clinic_id"},
    "alerts.policystep": {"clinic": "policy.clinic_id"},
    "alerts.responder": {"clinic": "clinic_id"},
    "alerts.rota": {"clinic": "clinic_id"},
    "alerts.rotation": {"clinic": "rota.clinic_id"},
    "alerts.rotationmember": {"clinic": "rotation.rota.clinic_id"},
    "alerts.singleshift": {"clinic": "rota.clinic_id"},
    "alerts.override": {"clinic": "rota.clinic_id"},
    "alerts.warningrule": {},
    "alerts.warningtext": {},
    "messaging.wordingversion": {},
    "messaging.wordingtext": {},
    "messaging.sender": {},
    "messaging.codereaction": {},
    "messaging.sendingpause": {},
    "messaging.addressfault": {},
    "auth.user": {},
    "auth.group": {},
    "staff.membership": {"clinic": "clinic_id"},
    "otp_totp.totpdevice": {},
}
#: What the product writes by itself, all the time, and what nobody may read anywhere.
_LEFT_OUT: dict[str, list[str]] = {
    "auth.user": ["last_login", "date_joined"],
    "reminders.schedule": ["planned_until"],
    "messaging.sender": ["probe_at", "probes"],
    "otp_totp.totpdevice": [
        *("key", "throttling_failure_timestamp", "throttling_failure_count", "last_used_at"),
        *("last_t", "drift", "step", "t0", "digits", "tolerance"),
    ],
}
#: That they changed is told, never what they are.
_MASKED: dict[str, list[str]] = {"auth.user": ["password"], "alerts.responder": ["calendar_token"]}
_SETS: dict[str, list[str]] = {"auth.user": ["groups", "user_permissions"], "auth.group": ["permissions"]}

AUDITLOG_LOGENTRY_MODEL = "staff.Trace"
AUDITLOG_STORE_JSON_CHANGES = True
AUDITLOG_MASK_CALLABLE = "staff.audit.masked"
AUDITLOG_INCLUDE_TRACKING_MODELS: list[dict[str, Any]] = [
    {
        "model": label,
        "exclude_fields": _LEFT_OUT.get(label, []),
        "mask_fields": _MASKED.get(label, []),
        "m2m_fields": _SETS.get(label, []),
    }
    for label in TRACE_CONCERNS
]
#: Kinds of rows that name an address and no clinic.
TRACE_ADDRESSES = ("messaging.addressfault",)
#: Changes that one press puts back: fields that stand for themselves, where nothing but saving the row follows.
#: Status, telephone numbers, dates of visits and what is signed are changed on their own pages, which say what follows.
TRACE_PUT_BACK: dict[str, tuple[str, ...]] = {
    "patients.patient": (
        *("given_name", "family_name", "date_of_birth", "language", "timezone", "primary_cancer", "lesion_type"),
        *("metastasis_sites", "messages_from", "messages_until"),
    ),
    "patients.contactpoint": ("position", "owner_name"),
    "patients.clinic": (
        *("name", "short_name", "daytime_line", "messages_from", "messages_until", "default_language", "phone_region"),
        *("texts_a_day", "texts_a_week", "holiday_region"),
    ),
    "alerts.responder": ("name", "language"),
    "reminders.schedule": ("location",),
    "auth.user": ("first_name", "last_name", "email"),
}
