"""Nurses who are paged one after the other, an open alert, and what they text, press and are told."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts import cases, nurse_replies
from alerts.domain.case import Raised
from alerts.domain.policy import Policy, Step, Target
from alerts.domain.words import Condition, Tier
from alerts.models import Alert, AlertPage, AlertRule, EscalationPolicy, ReplyCode, Responder, RuleVersion
from messaging.domain.delivery import Channel
from messaging.models import InboundMessage, Message
from patients.models import Clinic, Patient
from tests.support import builders as make

NOW = datetime.fromisoformat("2026-06-14T03:10:00-04:00")  # a Sunday night in New York
LINE = "+12025550160"
_sids = itertools.count(1)


@dataclass
class Ward:
    """A clinic with two nurses; Ana is paged first, Bea after her, then the clinic's line."""

    clinic: Clinic
    ana: Responder
    bea: Responder

    def alert(
        self,
        owner: Patient | None = None,
        *,
        condition: Condition = Condition.CORD,
        now: datetime = NOW,
        **changes: Any,
    ) -> Alert:
        """An alert that was raised at `now` and has paged Ana by text and by call."""
        owner = owner or make.patient(clinic=self.clinic)
        alert = Alert.objects.create(
            **{
                "clinic": self.clinic,
                "patient": owner,
                "subject": f"patient:{owner.pk}",
                "phone": make.PHONE,
                "condition": condition,
                "tier": Tier.RED,
                "rule_version": version(),
                "policy": self.policy().to_json(),
                "step_due_at": now,
                "next_due_at": now,
                "raised_at": now,
            }
            | changes
        )
        # The machine sets the clocks of a case that has not begun.
        alert.step_due_at = None
        return cases.move(alert, Raised(now), hand=cases.Hand("text"), now=now)

    def policy(self) -> Policy:
        """Ana by text and call, then both, then the line, for ever."""
        both = (Channel.SMS, Channel.VOICE)
        wait = timedelta(minutes=3)
        steps = [Step(Target.PERSON, both, wait, responder_id=nurse.pk) for nurse in (self.ana, self.bea)]
        return Policy(name="night", ladder=tuple(steps), ring=(Step(Target.LINE, (Channel.VOICE,), wait),))


def ward(**changes: Any) -> Ward:
    """The clinic and its nurses."""
    clinic = make.clinic(emergency_line=LINE)
    return Ward(clinic, nurse(clinic, "Ana Ortiz", **changes), nurse(clinic, "Bea Quinn", **changes))


def nurse(clinic: Clinic, name: str, **changes: Any) -> Responder:
    """Somebody who can be paged."""
    number = f"+1202555{1000 + Responder.objects.count():04d}"
    plain = {"phone": number, "phone_verified_at": NOW}
    return Responder.objects.create(clinic=clinic, name=name, **plain | changes)


def version() -> RuleVersion:
    """A rule for alerts to have been raised by."""
    rule, _ = AlertRule.objects.get_or_create(code="test_rule", defaults={"condition": Condition.CORD})
    policy, _ = EscalationPolicy.objects.get_or_create(name="test policy")
    plain = {"fires_on": {}, "policy": policy, "source": "made up for tests", "written_at": NOW, "written_by": "test"}
    return RuleVersion.objects.get_or_create(rule=rule, number=1, defaults=plain)[0]


def code_of(alert: Alert, person: Responder) -> str:
    """The code that she was given for it."""
    return ReplyCode.objects.get(alert=alert, phone=person.phone).code


def page_of(alert: Alert, person: Responder | None, channel: str = "sms") -> AlertPage:
    """Her last page by that channel."""
    page = alert.pages.filter(responder=person, channel=channel).order_by("-pk").first()
    assert page is not None
    return page


def writes(person: Responder, words: str, *, now: datetime = NOW, **changes: Any) -> str | None:
    """A text of hers, read: what became of it."""
    message = InboundMessage.objects.create(
        provider_id=f"SM{next(_sids):032d}",
        from_address=person.phone,
        to_address="+12025550100",
        body=words,
        received_at=now,
        **changes,
    )
    return nurse_replies.handle(message, person, now=now)


def told(person: Responder) -> list[Message]:
    """What she was texted besides pages, in order."""
    return list(Message.objects.filter(address=person.phone, channel="sms").exclude(template="page").order_by("pk"))


def last_told(person: Responder) -> str:
    """The last of it."""
    return told(person)[-1].body
