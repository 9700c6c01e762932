"""A clinic that is on call: five people, a rota for each role, signed-off rules, and the ladder of clinical.md."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.apps import apps
from django.contrib.auth import get_user_model

from alerts import rulebook, sweeps
from alerts.domain.policy import Role
from alerts.models import Alert, AlertRule, EscalationPolicy, Responder, Rota, Rotation, RotationMember, RuleVersion
from alerts.starter import loading
from messaging import inbound
from messaging.domain.delivery import Status, Urgency
from messaging.models import InboundMessage, Message
from patients.models import Clinic
from tests.support import builders as make

NOW = datetime.fromisoformat("2026-06-14T03:10:00-04:00")  # a Sunday night in New York
LINE = "+12025550160"
PHONES = {role: f"+1202555018{number}" for number, role in enumerate(Role)}
_sids = itertools.count(1)


@dataclass
class OnCall:
    """The clinic and who is on call in it."""

    clinic: Clinic
    people: dict[Role, Responder] = field(default_factory=dict)

    @property
    def nurse(self) -> Responder:
        return self.people[Role.NURSE]

    @property
    def backup(self) -> Responder:
        return self.people[Role.BACKUP]


def on_call(*roles: Role, now: datetime = NOW) -> OnCall:
    """A clinic with one person on call for ever in each of `roles` (all of them when none is named)."""
    clinic = make.clinic(emergency_line=LINE)
    made = OnCall(clinic)
    for role in roles or tuple(Role):
        person = Responder.objects.create(
            clinic=clinic,
            name=f"{role.words.title()} Ortiz",
            phone=PHONES[role],
            email=f"{role}@clinic.example",
            phone_verified_at=now - timedelta(days=30),
            email_verified_at=now - timedelta(days=30),
        )
        rota = Rota.objects.create(clinic=clinic, role=role, checks_readiness=False, handoff_minutes=0)
        rotation = Rotation.objects.create(rota=rota, name="always", starts_on=date(2026, 1, 5), handover=time(8))
        RotationMember.objects.create(rotation=rotation, responder=person)
        made.people[role] = person
    return made


def sign_everything(*, now: datetime = NOW) -> None:
    """Every starter rule signed off and active, as a clinic does before it goes live."""
    if not AlertRule.objects.exists():
        loading.load(apps, now=now)
    signer, _ = get_user_model().objects.get_or_create(username="signer")
    for rule in AlertRule.objects.all():
        version = rule.versions.order_by("-number").first()
        assert version is not None
        if not version.is_signed:
            rulebook.sign_off(version, user=signer, signed_as="Dr. Test, medical director", now=now)
        rulebook.activate(rule, version)


def text(body: str, *, sender: str = make.PHONE, now: datetime = NOW) -> InboundMessage:
    """A text that has come in and was read, as the web request does it."""
    arrival = inbound.Arrival(
        provider_id=f"SM{next(_sids):032d}", from_address=sender, to_address="+12025550100", body=body
    )
    inbound.receive(arrival, now=now)
    return InboundMessage.objects.get(provider_id=arrival.provider_id)


def only_alert(**filters: object) -> Alert:
    """The one alert that there is."""
    return Alert.objects.get(**filters)


def story(alert: Alert) -> list[str]:
    """What happened to it, in order."""
    return list(alert.events.order_by("number").values_list("kind", flat=True))


def texts_to(address: str, *, template: str = "") -> list[Message]:
    """What was written to one address, in order."""
    rows = Message.objects.filter(address=address).order_by("pk")
    return list(rows.filter(template=template) if template else rows)


def paged(alert: Alert) -> list[tuple[str, str]]:
    """Who was paged by what, in order; the clinic's line is "line"."""
    pages = alert.pages.select_related("responder").order_by("pk")
    return [(page.responder.name if page.responder else "line", page.channel) for page in pages]


def deliver_all(*, now: datetime) -> int:
    """The carrier takes and delivers all that waits: for hand-wound clocks, which have no worker."""
    waiting = Message.objects.filter(status=Status.PLANNED, urgency=Urgency.URGENT)
    taken = 0
    for message in waiting:
        taken += Message.objects.filter(pk=message.pk).update(
            status=Status.DELIVERED,
            provider_id=f"SM{message.pk:032d}",
            attempts=1,
            submitted_at=now,
            accepted_at=now,
            finished_at=now,
        )
    return taken


def wind(alert: Alert, *, until: datetime, deliver: bool = True) -> Alert:
    """Wind the clock by hand: every clock that strikes until then strikes at its own moment."""
    while True:
        alert.refresh_from_db()
        moment = alert.next_due_at
        if moment is None or moment > until:
            return alert
        if deliver:
            deliver_all(now=moment)
            sweeps.check_receipts(now=moment)
        assert sweeps.advance(now=moment) >= 1


def red_policy() -> EscalationPolicy:
    """The policy that red flags climb, as it ships."""
    version = RuleVersion.objects.filter(rule__code="mscc_neuro").order_by("-number").first()
    assert version is not None
    return version.policy
