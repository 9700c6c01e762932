"""What coordinators do to a rota: an override, a swap, taking one back, looking at a substitution; and previews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from alerts import alarms
from alerts.domain import rota as pure
from alerts.domain.rota_words import Question, Why
from alerts.models import Override, Responder, Rota
from alerts.rota import reach, texts
from alerts.rota.asking import Ask, ask
from alerts.rota.duty import stints
from alerts.rota.loading import load, overlay
from alerts.rota.substitution import alarm_key

LONGEST = timedelta(days=62)
#: Longer on call without a break is said in the preview.
LONG = timedelta(hours=36)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The rota around a change before and after it, and what the coordinator should know."""

    start: datetime
    end: datetime
    before: list[pure.Shift]
    after: list[pure.Shift]
    gaps_before: list[pure.Span]
    gaps_after: list[pure.Span]
    notes: list[str]


def cover(rota: Rota, person: Responder, span: pure.Span, *, reason: str, now: datetime) -> Override:
    """An override as it would be written; whoever holds most of the span is named as replaced."""
    held = pure.shifts(load(rota, now), span.start, span.end)
    longest = max(held, key=lambda shift: shift.end - shift.start, default=None)
    return Override(
        rota=rota,
        kind=Why.OVERRIDE,
        responder=person,
        starts_at=span.start,
        ends_at=span.end,
        other_id=longest.person if longest and longest.person != person.pk else None,
        reason=reason,
        created_at=now,
    )


def swap(rota: Rota, one: pure.Shift, two: pure.Shift, *, reason: str, now: datetime) -> Override:
    """A swap as it would be written: each takes the other's shift. It stands once both have agreed."""
    return Override(
        rota=rota,
        kind=Why.SWAP,
        responder_id=two.person,
        starts_at=one.start,
        ends_at=one.end,
        other_id=one.person,
        other_starts_at=two.start,
        other_ends_at=two.end,
        reason=reason,
        created_at=now,
    )


def preview(row: Override, *, now: datetime) -> Preview:
    """What would change, a day to each side of it."""
    edges = [at for at in (row.starts_at, row.ends_at, row.other_starts_at, row.other_ends_at) if at]
    start, end = min(edges) - timedelta(hours=12), max(edges) + timedelta(hours=12)
    plan = load(row.rota, start)
    then = replace(plan, overlays=(*plan.overlays, overlay(row)))
    return Preview(
        start=start,
        end=end,
        before=pure.shifts(plan, start, end),
        after=pure.shifts(then, start, end),
        gaps_before=pure.gaps(plan, start, end),
        gaps_after=pure.gaps(then, start, end),
        notes=[*_notes(row, now), *_long_hours(row, then, start, end)],
    )


@transaction.atomic
def save(
    row: Override, *, by: AbstractBaseUser | None, now: datetime, agreed: bool = False, tell: bool = True
) -> Override:
    """Write the override or swap down and tell those whom it concerns. ValidationError naming what is wrong."""
    _refuse(row, now)
    row.created_by = by  # type: ignore[assignment]
    if row.kind == Why.SWAP and agreed:
        row.agreed_at = row.other_agreed_at = now
    row.full_clean()
    row.save()
    if row.kind == Why.SWAP and not agreed:
        _ask_both(row, now=now)
    elif tell:
        _tell(row, now=now)
    return row


@transaction.atomic
def withdraw(row: Override, *, by: AbstractBaseUser | None, now: datetime) -> None:
    """Take it back: the rota is again what lies beneath. ValidationError when that was done before."""
    done = Override.objects.filter(pk=row.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=now, withdrawn_by=by, seen_at=now, seen_by=by
    )
    if not done:
        raise ValidationError(_("It was taken back already."))
    alarms.settle(alarm_key(row), now=now)
    for person in {row.responder, row.other} - {None}:
        _send_changed(row, person, _holder(row, now), key=f"rota:withdrawn:{row.pk}", now=now)


def seen(row: Override, *, by: AbstractBaseUser | None, now: datetime) -> None:
    """The coordinator has looked at what the product did by itself, and lets it stand."""
    Override.objects.filter(pk=row.pk, seen_at__isnull=True).update(seen_at=now, seen_by=by)
    alarms.settle(alarm_key(row), now=now)


def _refuse(row: Override, now: datetime) -> None:
    problems: dict[str, str] = {}
    if row.ends_at <= row.starts_at:
        problems["ends_on"] = _("It ends before it begins.")
    elif row.ends_at <= now:
        problems["ends_on"] = _("It is over already: a rota can be changed from now on.")
    elif row.ends_at - row.starts_at > LONGEST:
        problems["ends_on"] = _("%(days)s days at most; for longer, change the rotation.") % {"days": LONGEST.days}
    if row.responder.clinic_id != row.rota.clinic_id or not row.responder.is_active:
        problems["person"] = _("%(responder)s cannot be put on call here.") % {"responder": row.responder}
    if row.kind == Why.SWAP and row.other_ends_at and row.other_ends_at <= now:
        problems["shift"] = _("That shift is over already.")
    if problems:
        raise ValidationError(problems)


def _notes(row: Override, now: datetime) -> list[str]:
    people = [person for person in (row.responder, row.other if row.kind == Why.SWAP else None) if person]
    found = [
        f"{person} is not ready: {reach.in_words(wrong)}."
        for person, wrong in ((p, reach.problems([p])[p.pk]) for p in people)
        if wrong
    ]
    if row.starts_at < now:
        found.append(_("It begins in the past: it counts from now on."))
    return found + [_elsewhere(row, rota) for rota in _others(row)]


def _long_hours(row: Override, then: pure.Rota, start: datetime, end: datetime) -> list[str]:
    """Whoever would be on call longer than before without a break, if that is long."""
    mine = [stint for stint in stints(then, start, end) if stint.person in (row.responder_id, row.other_id)]
    own = max(row.ends_at - row.starts_at, LONG)
    names = {person.pk: str(person) for person in (row.responder, row.other) if person}
    return [
        _("%(person)s would be on call for %(end)s hours in a row.")
        % {"person": names[stint.person], "end": (stint.end - stint.start) // timedelta(hours=1)}
        for stint in mine
        if stint.end - stint.start > own
    ]


def _others(row: Override) -> Sequence[Rota]:
    """Other rotas in which she is on call at the same time."""
    rotas = Rota.objects.filter(clinic=row.rota.clinic_id).exclude(pk=row.rota_id).select_related("clinic")
    return [
        rota
        for rota in rotas
        if any(s.person == row.responder_id for s in pure.shifts(load(rota, row.starts_at), row.starts_at, row.ends_at))
    ]


def _elsewhere(row: Override, rota: Rota) -> str:
    return f"{row.responder} is on call as {texts.role_words(rota, 'en')} at the same time."


def _ask_both(row: Override, *, now: datetime) -> None:
    if row.other is None or row.other_starts_at is None or row.other_ends_at is None:
        return
    spans = (row.starts_at, row.ends_at), (row.other_starts_at, row.other_ends_at)
    for person, partner, mine, hers in (
        (row.responder, row.other, spans[0], spans[1]),
        (row.other, row.responder, spans[1], spans[0]),
    ):
        language = texts.language_of(person)
        values = texts.shift_values(row.rota, *mine, person) | {
            "name": partner.name,
            "other_starts": texts.moment(hers[0], row.rota.zone, language),
            "other_ends": texts.moment(hers[1], row.rota.zone, language),
        }
        question = Ask(
            key=f"swap:{row.pk}:{person.pk}",
            kind=Question.SWAP,
            person=person,
            template="rota_swap",
            values=values,
            lasts=max(min(spans[0][0], spans[1][0]) - now, timedelta(minutes=15)),
            rota=row.rota,
            override=row,
        )
        ask(question, now=now)


def _tell(row: Override, *, now: datetime) -> None:
    for person in (row.responder, row.other):
        if person is not None:
            _send_changed(row, person, row.responder.name, key=f"rota:changed:{row.pk}", now=now)


def _send_changed(row: Override, person: Responder | None, name: str, *, key: str, now: datetime) -> None:
    if person is None or not name:
        return
    values = texts.shift_values(row.rota, row.starts_at, row.ends_at, person) | {"name": name}
    texts.send(person, "rota_changed", values, key=f"{key}:{person.pk}", now=now)


def _holder(row: Override, now: datetime) -> str:
    """Whose shift it is after the override was taken back."""
    shift = pure.on_call(load(row.rota, now), max(row.starts_at, now))
    person = Responder.objects.filter(pk=shift.person).first() if shift else None
    return person.name if person else ""
