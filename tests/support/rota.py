"""Rotas for tests: a few nurses who can be reached, a weekly rotation, and what they were texted."""

from __future__ import annotations

import itertools
from datetime import date, datetime, time
from typing import Any

from alerts.domain.words import AlertState
from alerts.models import (
    Alert,
    AlertRule,
    EscalationPolicy,
    Override,
    Responder,
    Rota,
    RotaQuestion,
    Rotation,
    RotationMember,
    RuleVersion,
    SingleShift,
)
from messaging import consent
from messaging.domain.delivery import CONSENT_PURPOSES
from messaging.models import Message
from patients.models import Patient
from tests.support import builders as make

#: A Monday; the rotation of the tests changes on Mondays at eight, New York.
FIRST = date(2026, 6, 1)
_numbers = itertools.count(201)


def nurse(name: str = "Ana Ruiz", **changes: Any) -> Responder:
    """Somebody who is ready: verified phone, a mailbox, not opted out."""
    number = next(_numbers)
    plain: dict[str, Any] = {
        "clinic": changes.pop("clinic", None) or make.clinic(),
        "name": name,
        "phone": f"+12025550{number}",
        "email": f"n{number}@example.org",
        "phone_verified_at": make.NOW,
    }
    return Responder.objects.create(**plain | changes)


def rota(role: str = "nurse", **changes: Any) -> Rota:
    """A rota of the test's clinic."""
    return Rota.objects.create(clinic=changes.pop("clinic", None) or make.clinic(), role=role, **changes)


def rotation(of: Rota, *people: Responder, **changes: Any) -> Rotation:
    """People who take turns of a week, changing on Mondays at eight."""
    plain: dict[str, Any] = {"name": "Weeks", "starts_on": FIRST, "handover": time(8)}
    made = Rotation.objects.create(rota=of, **plain | changes)
    for position, person in enumerate(people, start=1):
        RotationMember.objects.create(rotation=made, responder=person, position=position)
    return made


def weekly(*names: str, **changes: Any) -> tuple[Rota, list[Responder]]:
    """A rota with one weekly rotation of these people."""
    people = [nurse(name) for name in names or ("Ana Ruiz", "Bea Stone", "Cat Lowe")]
    made = rota(**changes)
    rotation(made, *people)
    return made, people


def single(of: Rota, person: Responder, start: str, end: str) -> SingleShift:
    """One shift by New York's clock."""
    return SingleShift.objects.create(rota=of, responder=person, starts_at=make.ny(start), ends_at=make.ny(end))


def override(of: Rota, person: Responder, start: str, end: str, **changes: Any) -> Override:
    """Somebody else for a while, by New York's clock."""
    plain: dict[str, Any] = {"kind": "override", "reason": "a test", "created_at": make.NOW}
    return Override.objects.create(
        rota=of, responder=person, starts_at=make.ny(start), ends_at=make.ny(end), **plain | changes
    )


def alert(patient: Patient, **changes: Any) -> Alert:
    """An open alert of which nobody has been told."""
    policy, _ = EscalationPolicy.objects.get_or_create(name="A policy of the test")
    rule, _ = AlertRule.objects.get_or_create(code="test_rule", condition="fracture")
    plain = {"fires_on": {}, "policy": policy, "source": "a test", "written_at": make.NOW, "written_by": "a test"}
    version, _ = RuleVersion.objects.get_or_create(rule=rule, number=1, defaults=plain)
    values: dict[str, Any] = {
        "clinic": patient.clinic,
        "subject": f"patient:{patient.pk}",
        "condition": "fracture",
        "tier": "red",
        "rule_version": version,
        "policy": {},
        "state": AlertState.PAGED,
        "raised_at": make.NOW,
        "step_due_at": make.NOW,
        "next_due_at": make.NOW,
    }
    return Alert.objects.create(patient=patient, **values | changes)


def stop(person: Responder, now: datetime) -> None:
    """Her STOP as the consent ledger keeps it."""
    for purpose in CONSENT_PURPOSES:
        consent.record(person.phone, purpose, granted=False, source="text", wording="STOP", now=now)


def texts(person: Responder) -> list[str]:
    """The templates of what was written to her, in order."""
    return list(Message.objects.filter(address=person.phone).order_by("pk").values_list("template", flat=True))


def last_text(person: Responder) -> Message:
    """What was written to her last."""
    return Message.objects.filter(address=person.phone).latest("pk")


def code_of(person: Responder, kind: str) -> str:
    """The code of the last question of a kind that she was asked."""
    return RotaQuestion.objects.filter(responder=person, kind=kind).latest("pk").code
