"""Who is on call in a role, after hand-off and readiness: the answers that escalation asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from alerts.domain import rota as pure
from alerts.models import Responder, Rota, RotaQuestion, RotationMember, SingleShift
from alerts.rota.loading import load, rota_of
from alerts.rota.reach import problems
from patients.models import Clinic


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Who is paged for a role at a moment, the shift that says so, and why it is somebody else, if it is."""

    responder: Responder
    shift: pure.Shift
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One rota over a while: who, where nobody, and where two."""

    rota: Rota
    shifts: list[pure.Shift]
    gaps: list[pure.Span]
    overlaps: list[pure.Overlap]


def who(clinic: Clinic, role: str, at: datetime) -> Responder | None:
    """Whom to page for `role` at `at`; None where the rota has a gap or nobody who could be paged."""
    duty = on_duty(clinic, role, at)
    return duty.responder if duty else None


def on_duty(clinic: Clinic, role: str, at: datetime) -> Duty | None:
    """The same with the reason: the outgoing one during a hand-off, the next one for somebody who is not ready."""
    rota = rota_of(clinic, role)
    if rota is None:
        return None
    plan = load(rota, at)
    shift = pure.on_call(plan, at)
    if shift is None:
        return None
    outgoing = staying(rota, shift, at)
    first = [outgoing, shift.person] if outgoing else [shift.person]
    order = list(dict.fromkeys([*first, *pure.successors(plan, shift)]))
    people = Responder.objects.in_bulk(order)
    return _choose(rota, shift, [people[pk] for pk in order if pk in people], outgoing)


def staying(rota: Rota, shift: pure.Shift, at: datetime) -> int | None:
    """Who is still on call because the incoming one has not answered yet."""
    if not rota.handoff_minutes:
        return None
    # Spelt as SQL so that SQLite, which cannot see through parameters, uses the partial index.
    is_open = RawSQL("kind = 'handoff' AND answered_at IS NULL", [], output_field=BooleanField())
    waiting = RotaQuestion.objects.filter(is_open, rota=rota, shift_starts_at__lte=at, expires_at__gt=at)
    return waiting.filter(responder=shift.person).values_list("outgoing", flat=True).first()


def team(clinic: Clinic, role: str) -> list[Responder]:
    """Everybody of the role's rota who can be paged: members of rotations in their order, then the others."""
    rota = rota_of(clinic, role)
    if rota is None:
        return []
    members = RotationMember.objects.filter(rotation__rota=rota).order_by("rotation__position", "rotation", "position")
    others = SingleShift.objects.filter(rota=rota).order_by("-starts_at")[:200]
    order = list(
        dict.fromkeys([*members.values_list("responder", flat=True), *others.values_list("responder", flat=True)])
    )
    people = Responder.objects.in_bulk(order)
    return [people[pk] for pk in order if _reachable(people[pk])]


def coverage(clinic: Clinic, start: datetime, end: datetime) -> list[Coverage]:
    """Every rota of the clinic from `start` to `end`, as it is planned; readiness is a matter of the moment."""
    rotas = Rota.objects.filter(clinic=clinic).select_related("clinic")
    return [covered(rota, start, end) for rota in rotas]


def covered(rota: Rota, start: datetime, end: datetime) -> Coverage:
    """One rota from `start` to `end`."""
    plan = load(rota, start)
    return Coverage(
        rota=rota,
        shifts=pure.shifts(plan, start, end),
        gaps=pure.gaps(plan, start, end),
        overlaps=pure.overlaps(plan, start, end),
    )


def stints(plan: pure.Rota, since: datetime, until: datetime) -> list[pure.Shift]:
    """Shifts that touch the span, whole; those of one person that follow each other without a break are one."""
    margin = timedelta(days=20)
    joined: list[pure.Shift] = []
    for shift in pure.shifts(plan, since - margin, until + margin):
        last = joined[-1] if joined else None
        if last and last.person == shift.person and last.end == shift.start:
            joined[-1] = replace(last, end=shift.end)
        else:
            joined.append(shift)
    return [shift for shift in joined if shift.start < until and shift.end > since]


def _choose(rota: Rota, shift: pure.Shift, people: Sequence[Responder], outgoing: int | None) -> Duty | None:
    found = problems(people) if rota.checks_readiness else {person.pk: [] for person in people}
    fit = [p for p in people if _reachable(p) and not any(problem.silences for problem in found[p.pk])]
    # Somebody who might not hear it is still better than nobody.
    chosen = next(iter(fit), None) or next((p for p in people if _reachable(p)), None)
    if chosen is None:
        return None
    because = ""
    if chosen.pk == outgoing:
        because = "the incoming person has not taken over yet"
    elif chosen.pk != shift.person:
        because = "whoever is on call cannot be reached"
    return Duty(responder=chosen, shift=shift, because=because)


def _reachable(person: Responder) -> bool:
    return person.is_active and bool(person.phone or person.email)
