"""From a text that was read to alerts: one open alert for each patient and condition, told and paged at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from alerts import cases, rulebook, telling
from alerts.domain import worse
from alerts.domain.case import Raised, ReportedAgain, Worsened
from alerts.domain.policy import Policy
from alerts.domain.triage import Evidence, Fired, Reading
from alerts.domain.words import AlertState, Condition, EventKind, Tier
from alerts.models import Alert, AlertReport, RuleVersion
from messaging.domain.quiet_hours import Window, next_open
from messaging.models import InboundMessage
from patients.models import Clinic, Patient

#: The tiers that make an alert; green ones are read in the inbox.
ALERTING = (Tier.T0, Tier.RED, Tier.AMBER)

#: Whoever writes of the same thing again is told again what to do, but not at once.
TELL_AGAIN_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Whose case it is: a patient, or a number that nobody knows."""

    clinic: Clinic
    patient: Patient | None
    phone: str
    shared_phone: bool = False
    is_canary: bool = False
    #: Instead of the rule's own.
    policy: Policy | None = None
    #: What it is about, where neither a patient nor a number tells.
    about: str = ""
    #: Why she must be phoned from now on, though the text itself may be answered.
    phone_her: str = ""

    @property
    def subject(self) -> str:
        """What makes it the same person's case."""
        if self.is_canary:
            return "canary"
        if self.about:
            return self.about
        return f"patient:{self.patient.pk}" if self.patient else f"phone:{self.phone}"[:80]


def report(
    inbound: InboundMessage,
    teller: Teller,
    reading: Reading,
    *,
    now: datetime,
    hand: cases.Hand | None = None,
    book: rulebook.Book | None = None,
) -> list[Alert]:
    """Raise what `reading` calls for, or add it to what is open; the worst one's instruction goes out.

    In one transaction with the caller's: alert, report, instruction and first page stand or fall together.
    `book`: the rules that were read with, where the caller has them.
    """
    hand = hand or cases.Hand("text")
    fired = _to_raise(reading.fired, teller)
    book = book or rulebook.current()
    with transaction.atomic(savepoint=False):
        if teller.patient is not None:
            # Two texts of one patient at once: the second waits, and finds what the first has opened.
            Patient.objects.select_for_update().get(pk=teller.patient.pk)
        raised, told = [], False
        for number, one in enumerate(fired):
            version = RuleVersion.objects.select_related("policy").get(pk=book.versions[one.rule])
            alert = _open_alert(teller, one.condition)
            if alert is None:
                alert = _new(teller, one, version, stands_in=one.rule in book.stand_ins, now=now)
                _report(alert, inbound, one, reading, whole=number == 0, now=now)
                _begin(alert, inbound, version, hand, tell=not told, now=now)
                told = True
            else:
                alert.phone_her = alert.phone_her or teller.phone_her
                told |= _again(alert, inbound, one, reading, version, hand, whole=number == 0, tell=not told, now=now)
            raised.append(alert)
    return raised


def evidence_json(evidence: Sequence[Evidence]) -> list[dict[str, Any]]:
    """Evidence as it is kept beside a report."""
    kept = []
    for piece in evidence:
        row = asdict(piece)
        row["stance"] = piece.stance.value
        row["qualifiers"] = sorted(piece.qualifiers)
        kept.append(row)
    return kept


def _to_raise(fired: Sequence[Fired], teller: Teller) -> list[Fired]:
    """The worst of each condition, worst first. Beside a red flag an amber one opens no alert of its own.

    It stands in the red one's report: one nurse hears of all of it, by one page.
    """
    worst: dict[Condition, Fired] = {}
    for one in sorted(fired, key=lambda one: one.tier.rank):
        if one.tier in ALERTING:
            worst.setdefault(one.condition, one)
    found = list(worst.values())
    if not any(one.tier.pages for one in found):
        return found
    return [one for one in found if one.tier.pages or _open_alert(teller, one.condition) is not None]


def _open_alert(teller: Teller, condition: Condition) -> Alert | None:
    same = Alert.objects.filter(subject=teller.subject, condition=condition).exclude(state=AlertState.CLOSED)
    pk = same.values_list("pk", flat=True).first()
    alert = cases.lock(pk) if pk else None
    # Closed while its row was waited for: what she writes now is a new case.
    return alert if alert is not None and alert.is_open else None


def _new(teller: Teller, fired: Fired, version: RuleVersion, *, stands_in: bool, now: datetime) -> Alert:
    policy = teller.policy or rulebook.policy_to_climb(version, fired.tier, teller.clinic, now=now)
    # The clocks are set by the machine a moment later, in the same transaction.
    return Alert.objects.create(
        clinic=teller.clinic,
        patient=teller.patient,
        subject=teller.subject,
        phone=teller.phone,
        condition=fired.condition,
        tier=fired.tier,
        rule_version=version,
        policy=policy.to_json(),
        step_due_at=now,
        next_due_at=now,
        raised_at=now,
        shared_phone=teller.shared_phone,
        stands_in=stands_in,
        is_canary=teller.is_canary,
        phone_her=teller.phone_her,
    )


def _begin(
    alert: Alert, inbound: InboundMessage, version: RuleVersion, hand: cases.Hand, *, tell: bool, now: datetime
) -> None:
    # Before the page: whether she could be told stands on it.
    told = telling.instruct(alert, inbound, now=now) if tell else True
    fallback_at = now + timedelta(minutes=version.fallback_after) if Tier(alert.tier).pages else None
    raised = Raised(_opens_at(alert, now), fallback_at)
    cases.move(alert, raised, hand=hand, now=now, then=_told(told) if tell else ())


def _again(
    alert: Alert,
    inbound: InboundMessage,
    fired: Fired,
    reading: Reading,
    version: RuleVersion,
    hand: cases.Hand,
    *,
    whole: bool,
    tell: bool,
    now: datetime,
) -> bool:
    """Add a report to an open case; answers whether she was told again what to do."""
    known = {piece["concept"] for report in alert.reports.all() for piece in report.evidence}
    is_worse = worse.is_worse(Tier(alert.tier), known, fired)
    _report(alert, inbound, fired, reading, whole=whole, now=now)
    # Said again where it is worse or some time has passed: a telephone that answers by itself would go on for ever.
    tell = tell and (is_worse or not _happened(alert, EventKind.INSTRUCTED, since=now - TELL_AGAIN_AFTER))
    told = telling.instruct(alert, inbound, now=now) if tell else True
    if is_worse and fired.tier.pages and not Tier(alert.tier).pages:
        # An amber case that turns red climbs the red ladder from here on.
        alert.policy = rulebook.policy_to_climb(version, fired.tier, alert.clinic, now=now).to_json()
    event = Worsened(fired.tier, _fallback_at(alert, fired, version, now)) if is_worse else ReportedAgain(fired.tier)
    cases.move(alert, event, hand=hand, now=now, then=_told(told) if tell else ())
    return tell


def _fallback_at(alert: Alert, fired: Fired, version: RuleVersion, now: datetime) -> datetime | None:
    """When she is told not to wait any longer; said once for each alert."""
    if not fired.tier.pages or _happened(alert, EventKind.FALLBACK_SENT):
        return None
    return now + timedelta(minutes=version.fallback_after)


def _happened(alert: Alert, kind: EventKind, *, since: datetime | None = None) -> bool:
    events = alert.events.filter(kind=kind)
    return (events.filter(at__gt=since) if since else events).exists()


def _told(told: bool) -> list[tuple[EventKind, dict[str, Any]]]:  # noqa: FBT001
    return [(EventKind.INSTRUCTED if told else EventKind.NOT_INSTRUCTED, {})]


def _report(
    alert: Alert, inbound: InboundMessage, fired: Fired, reading: Reading, *, whole: bool, now: datetime
) -> None:
    """What was read; the first alert of a text keeps all of it, also what raised nothing by itself."""
    AlertReport.objects.create(
        alert=alert,
        inbound=inbound,
        tier=fired.tier,
        evidence=evidence_json(reading.evidence if whole else fired.evidence),
        why=reading.why,
        at=now,
    )


def _opens_at(alert: Alert, now: datetime) -> datetime:
    """When the first page may go out: at once, but for a policy that waits for the clinic's hours."""
    if Tier(alert.tier).pages or not alert.policy["waits_for_opening"]:
        return now
    clinic = alert.clinic
    return next_open(now, Window(clinic.messages_from, clinic.messages_until), clinic.zone)
