"""A dry run with the clinic's own people: the rota says who, the outbox's own rules say by which channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import paging, rota
from alerts.domain.dry_run import Line, Recipient, Scene, Slowest, Spans, Whom, play, slowest
from alerts.domain.policy import Policy, Role, Step
from alerts.domain.words import Tier
from messaging.domain.delivery import Channel
from messaging.domain.quiet_hours import Window, next_open
from patients.models import Clinic

#: How far ahead a policy must hold.
AHEAD = timedelta(weeks=4)
LINE = "the clinic’s 24-hour line"


def whom(clinic: Clinic) -> Whom:
    """Who would be paged by a step at a moment: the same answer as the page itself would get."""

    def answer(step: Step, at: datetime) -> Sequence[Recipient]:
        found: dict[str, list[Channel]] = {}
        for way in paging.ways(clinic, step, now=at):
            found.setdefault(way.responder.name if way.responder else LINE, []).append(way.channel)
        return [Recipient(name, tuple(channels)) for name, channels in found.items()]

    return answer


def rehearse(
    policy: Policy, clinic: Clinic, *, tier: Tier, at: datetime, fallback_after: timedelta | None, lines: int
) -> tuple[Line, ...]:
    """What happens when a rule of `tier` fires at `at` (aware) and nobody answers."""
    opens = at
    if policy.waits_for_opening and not tier.pages:
        opens = next_open(at, Window(clinic.messages_from, clinic.messages_until), clinic.zone)
    fallback_at = at + fallback_after if fallback_after and tier.pages else None
    scene = Scene(tier=tier, raised_at=at, opens_at=opens, fallback_at=fallback_at)
    return play(policy, scene, whom(clinic), lines=lines)


@dataclass(frozen=True, slots=True)
class TooSlow:
    """A clinic in which a policy would need too long, and from when on."""

    clinic: Clinic
    slowest: Slowest


def too_slow(policy: Policy, clinics: Sequence[Clinic], *, now: datetime) -> list[TooSlow]:
    """Where over the next weeks no telephone would ring within the policy's own limit, nobody answering.

    Counted from the first page on: a policy that waits for opening is not slow at night.
    """
    found = []
    for clinic in clinics:
        turning = turns(policy, clinic, now, now + AHEAD)
        asked = Spans(turning).remembering(whom(clinic))
        changes = [moment for moments in turning.values() for moment in moments]
        worst = slowest(policy, asked, changes=changes, start=now, end=now + AHEAD)
        if worst.after is None or worst.after > policy.human_within:
            found.append(TooSlow(clinic, worst))
    return found


def turns(policy: Policy, clinic: Clinic, start: datetime, end: datetime) -> dict[Role, list[datetime]]:
    """For each role of the policy every moment at which somebody's turn begins or ends."""
    roles = {step.role for step in (*policy.ladder, *policy.ring) if step.role}
    found: dict[Role, list[datetime]] = {role: [] for role in roles}
    for covered in rota.coverage(clinic, start, end):
        if covered.rota.role in roles:
            moments = {moment for shift in covered.shifts for moment in (shift.start, shift.end)}
            found[Role(covered.rota.role)] = sorted(moments)
    return found
