"""What became of a report, as its sender is told: by what the triage of texts made of it, in words that are signed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from alerts import telling
from alerts.domain.words import Tier
from alerts.models import Alert, NurseReview
from messaging.models import InboundMessage
from portal.opened import Opened
from reminders.domain import phrases


class Level(StrEnum):
    """How much it matters."""

    URGENT = "urgent"  # a nurse is being called
    SOON = "soon"  # a nurse is told, in the clinic's hours
    READ = "read"  # it lies in the nurse's inbox, with a clock
    NOTED = "noted"
    WAITING = "waiting"  # kept, and not read yet


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the sender is told. `instruction`: what to do now, in the words that a text would say it with."""

    level: Level
    instruction: str = ""
    when: str = ""
    no_phone: bool = False


def outcome_of(opened: Opened, inbound: InboundMessage) -> Outcome:
    """What became of a text that came by a page."""
    alerts = Alert.objects.filter(reports__inbound=inbound).select_related("rule_version", "clinic").distinct()
    worst = min(alerts, key=lambda alert: (Tier(alert.tier).rank, alert.pk), default=None)
    if worst is not None:
        level = Level.URGENT if Tier(worst.tier).pages else Level.SOON
        words = telling.instruction_words(worst.rule_version, opened.clinic, opened.language, stands_in=worst.stands_in)
        return Outcome(level, words, no_phone=not worst.phone)
    review = NurseReview.objects.filter(inbound=inbound).first()
    if review is not None:
        return Outcome(Level.READ, when=_when(opened, review))
    return Outcome(Level.NOTED if inbound.handled_at else Level.WAITING)


def _when(opened: Opened, review: NurseReview) -> str:
    zone, spoken = opened.patient.zone, opened.language
    return opened.say["symptoms"]["when"].format(
        day=phrases.day(review.due_at, now=opened.now, zone=zone, language=spoken),
        time=phrases.clock(review.due_at, zone=zone, language=spoken),
    )
