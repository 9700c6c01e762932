"""What a nurse's page shows: enough to act without a login, and nothing of the patient but initials."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin

from alerts import rendering
from alerts.clock import clock
from alerts.domain import nurse_words
from alerts.domain.reply import Act
from alerts.domain.words import AlertState, Outcome, Tier
from alerts.models import Alert, AlertPage
from patients.domain.address import national
from patients.domain.profile import ContactKind
from patients.models import Clinic
from staff.scope import sees

MOST_LINES = 5


def language_of(page: AlertPage) -> str:
    """In which language its person reads."""
    wanted = page.responder.language if page.responder else page.alert.clinic.default_language
    return nurse_words.language_of(wanted)


def alert(page: AlertPage, user: AbstractBaseUser | AnonymousUser, *, now: datetime) -> dict[str, object]:
    """An alert as the person of `page` may see it; with the patient where `user` is staff of the clinic."""
    alert, language = page.alert, language_of(page)
    zone = alert.clinic.zone
    stage = _stage(page)
    shown: dict[str, object] = {
        "say": nurse_words.PAGE[language],
        "language": language,
        "clinic": alert.clinic.short_name,
        "tier": nurse_words.TIERS[language][Tier(alert.tier)],
        "colour": {Tier.T0: "red", Tier.RED: "red", Tier.AMBER: "amber"}.get(Tier(alert.tier), "green"),
        "initials": rendering.initials(alert.patient),
        "since": clock(alert.raised_at, zone=zone, language=language, now=now),
        "minutes": max(int(((alert.closed_at or now) - alert.raised_at).total_seconds() // 60), 0),
        "stage": stage,
        "owner": alert.owner.name if alert.owner else "",
        "owner_since": _time(alert.reached_at if stage.endswith("spoke") else alert.accepted_at, zone, language, now),
        "marks": _marks(alert, language),
        "outcomes": [(one.value, nurse_words.OUTCOMES[language][one]) for one in Outcome],
        "acts": {act.name.lower(): act.value for act in Act},
        "person": page.responder.name if page.responder else "",
        "line": rendering.line(alert.clinic),
        "line_number": str(alert.clinic.emergency_line or alert.clinic.daytime_line or "911"),
    }
    if stage == "over":
        shown |= _end(alert, zone, language, now)
    if may_see_patient(user, alert):
        shown["details"] = _details(alert, zone, language, now)
    return shown


def gone(page: AlertPage) -> dict[str, object]:
    """What a page that is over for long says."""
    language = language_of(page)
    return {"say": nurse_words.PAGE[language], "language": language, "lines": _lines([page.alert.clinic])}


def nowhere() -> dict[str, object]:
    """What an address that leads to no page says: whom to call, in every clinic's first language."""
    clinics = list(Clinic.objects.order_by("name")[:MOST_LINES])
    language = nurse_words.language_of(clinics[0].default_language if len(clinics) == 1 else "")
    return {"say": nurse_words.PAGE[language], "language": language, "lines": _lines(clinics)}


def may_see_patient(user: AbstractBaseUser | AnonymousUser, alert: Alert) -> bool:
    """Whether `user` is logged in as staff of the alert's clinic who may see patients."""
    if not (user.is_authenticated and user.is_active and getattr(user, "is_staff", False)):
        return False
    responder = getattr(user, "responder", None)
    if responder is not None and responder.clinic_id != alert.clinic_id:
        return False
    if not sees(user, alert.clinic_id):
        return False
    return isinstance(user, PermissionsMixin) and user.has_perm("patients.view_patient")


def _stage(page: AlertPage) -> str:
    """open, mine, mine_spoke, theirs, theirs_spoke, over; or line, for a page that no person got."""
    alert = page.alert
    if not alert.is_open:
        return "over"
    if alert.owner_id is None:
        return "open" if page.responder_id else "line"
    whose = "mine" if alert.owner_id == page.responder_id else "theirs"
    return f"{whose}_spoke" if alert.state == AlertState.REACHED else whose


def _end(alert: Alert, zone: ZoneInfo, language: str, now: datetime) -> dict[str, object]:
    return {
        "ended": nurse_words.OUTCOMES[language][Outcome(alert.outcome)],
        "ended_by": alert.closed_by.name if alert.closed_by else "",
        "ended_at": _time(alert.closed_at, zone, language, now),
    }


def _marks(alert: Alert, language: str) -> list[str]:
    words = nurse_words.PAGE[language]
    marks = [words["phone_her"]] if alert.phone_her else []
    return marks + ([words["shared"]] if alert.shared_phone else [])


def _details(alert: Alert, zone: ZoneInfo, language: str, now: datetime) -> dict[str, object]:
    """The patient, what she wrote, and every number at which she may be had."""
    reports = alert.reports.select_related("inbound").order_by("pk")
    numbers = {alert.phone: ""} if alert.phone else {}
    if alert.patient is not None:
        for contact in alert.patient.contacts.filter(kind=ContactKind.PHONE).order_by("position", "pk"):
            numbers[contact.address] = contact.owner_name
    return {
        "name": f"{alert.patient.given_name} {alert.patient.family_name}" if alert.patient else "",
        "mrn": alert.patient.mrn if alert.patient else "",
        "numbers": [(number, national(number), whose) for number, whose in numbers.items()],
        "texts": [(_time(report.at, zone, language, now), report.inbound.body) for report in reports],
    }


def _lines(clinics: list[Clinic]) -> list[tuple[str, str, str]]:
    numbers = [(clinic, str(clinic.emergency_line or clinic.daytime_line or "")) for clinic in clinics]
    return [(clinic.name, number, national(number)) for clinic, number in numbers if number]


def _time(at: datetime | None, zone: ZoneInfo, language: str, now: datetime) -> str:
    return clock(at, zone=zone, language=language, now=now) if at else ""
