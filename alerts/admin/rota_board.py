"""What the rota page shows besides its weeks: who is on now, what is wrong, and whether people can be reached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from alerts import alarms
from alerts.admin.rota_week import DAY, Drawn, hue, span_words, week
from alerts.alarm_scope import own_keys
from alerts.domain import rota as pure
from alerts.domain.policy import Role
from alerts.models import Override, Responder, Rota, RotaQuestion
from alerts.rota import reach, troubles
from alerts.rota.duty import covered, on_duty, stints, team
from alerts.rota.loading import load
from messaging.domain import wall_time
from patients.models import Clinic

WEEKS = 4
FAR = timedelta(days=20)
#: Shifts that begin before the first week are shown whole when they are clicked.
MARGIN = timedelta(days=32)


def board(clinic: Clinic, monday: date, user: Any, *, now: datetime, may_change: bool) -> dict[str, Any]:
    """The context of the page, as `user` may see it."""
    rotas = sorted(clinic.rotas.select_related("clinic"), key=lambda rota: list(Role).index(Role(rota.role)))
    names = {person.pk: person for person in Responder.objects.filter(clinic=clinic)}
    start = wall_time.at(monday, time(0), clinic.zone)
    end = wall_time.at(monday + 7 * WEEKS * DAY, time(0), clinic.zone)
    drawn = [_drawn(rota, start, end, names, may_change=may_change) for rota in rotas]
    weeks = [week(monday + 7 * n * DAY, clinic.zone, drawn, now=now) for n in range(WEEKS)]
    return {
        "clinic": clinic,
        "weeks": weeks,
        "previous": (monday - 7 * WEEKS * DAY).isoformat(),
        "following": (monday + 7 * WEEKS * DAY).isoformat(),
        "is_now": monday <= wall_time.local_date(now, clinic.zone) < monday + 7 * DAY,
        "cards": [duty_card(rota, now) for rota in rotas],
        "people": _people(rotas, names, now),
        "changes": _changes(rotas, now),
        "troubles": _troubles(rotas, user, now),
        "missing": [_(role.words) for role in Role if role not in {rota.role for rota in rotas}],
        "may_change": may_change,
    }


def monday_of(asked: str, clinic: Clinic, *, now: datetime) -> date:
    """The Monday of the week that was asked for; of this one where nothing sensible was."""
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        day = wall_time.local_date(now, clinic.zone)
    if not date(2000, 1, 1) < day < date(2200, 1, 1):
        day = wall_time.local_date(now, clinic.zone)
    return day - day.weekday() * DAY


def feed_link(person: Responder) -> str:
    """Where her calendar is to be had."""
    return str(settings.PUBLIC_BASE_URL).rstrip("/") + reverse("alerts:oncall_feed", args=[person.calendar_token])


def badges(person: Responder, wrong: Sequence[reach.Problem]) -> list[tuple[str, str]]:
    """Chips: colour and words."""
    if not wrong:
        return [("ok", "ready")]
    return [("bad" if problem.silences else "warning", _(problem.words)) for problem in wrong]


def _drawn(rota: Rota, start: datetime, end: datetime, names: dict[int, Responder], *, may_change: bool) -> Drawn:
    wide = covered(rota, start - MARGIN, end + MARGIN)
    near = covered(rota, start, end)
    return Drawn(
        rota=rota,
        shifts=wide.shifts,
        gaps=near.gaps,
        overlaps=near.overlaps,
        names=names,
        clickable=may_change,
    )


def duty_card(rota: Rota, now: datetime) -> dict[str, Any]:
    """Who is on now in one role, until when, and who comes next."""
    plan = load(rota, now)
    duty = on_duty(rota.clinic, rota.role, now)
    shift = next((stint for stint in stints(plan, now, now + DAY) if stint.start <= now < stint.end), None)
    # Further ahead than stints are looked for there is no change in sight.
    near = shift is not None and shift.end < now + FAR
    following = pure.on_call(plan, shift.end) if shift and near else None
    person = duty.responder if duty else None
    return {
        "role": str(rota.get_role_display()).capitalize(),
        "person": person,
        "hue": hue(person.pk) if person else 0,
        "until": date_format(shift.end.astimezone(rota.zone), "D j M H:i") if shift and near else "",
        "because": duty.because if duty else "",
        "next": Responder.objects.filter(pk=following.person).first() if following else None,
        "badges": badges(person, reach.problems([person])[person.pk]) if person else [("bad", "nobody")],
    }


def _people(rotas: Sequence[Rota], names: dict[int, Responder], now: datetime) -> list[dict[str, Any]]:
    """Everybody of these rotas, with badges, the next shift and the feed."""
    roles: dict[int, list[str]] = {}
    coming: dict[int, str] = {}
    for rota in rotas:
        for person in team(rota.clinic, rota.role):
            roles.setdefault(person.pk, []).append(str(rota.get_role_display()))
        for shift in pure.shifts(load(rota, now), now, now + 60 * DAY):
            coming.setdefault(shift.person, span_words(shift.start, shift.end, rota.zone))
    members = [names[pk] for pk in roles if pk in names]
    wrong = reach.problems(members)
    asked = _last_answers(members)
    return [
        {
            "person": person,
            "hue": hue(person.pk),
            "roles": ", ".join(roles[person.pk]),
            "badges": badges(person, wrong[person.pk]),
            "answered": asked.get(person.pk, ""),
            "next": coming.get(person.pk, "–"),
            "feed": feed_link(person),
        }
        for person in sorted(members, key=lambda each: each.name)
    ]


def _last_answers(people: Sequence[Responder]) -> dict[int, str]:
    """When each last answered a test page."""
    answered = RotaQuestion.objects.filter(responder__in=people, answered_at__isnull=False).order_by("answered_at")
    zones = {person.pk: person.clinic.zone for person in people}
    return {
        question.responder_id: date_format(question.answered_at.astimezone(zones[question.responder_id]), "j M Y, H:i")
        for question in answered.select_related(None)
        if question.answered_at
    }


def _changes(rotas: Sequence[Rota], now: datetime) -> list[dict[str, Any]]:
    """Overrides and swaps that still matter, the newest first; what nobody has looked at yet is marked."""
    rows = Override.objects.filter(rota__in=rotas, withdrawn_at__isnull=True, ends_at__gt=now)
    return [
        {
            "row": row,
            "when": span_words(row.starts_at, row.ends_at, row.rota.zone),
            "second": span_words(row.other_starts_at, row.other_ends_at, row.rota.zone)
            if row.other_starts_at and row.other_ends_at
            else "",
            "unseen": row.kind == "readiness" and row.seen_at is None,
            "waiting": row.kind == "swap" and not row.stands,
        }
        for row in rows.select_related("rota__clinic", "responder", "other", "created_by").order_by("-pk")
    ]


def _troubles(rotas: Sequence[Rota], user: Any, now: datetime) -> list[troubles.Trouble]:
    """What is wrong with these rotas and is not in the banner of open alarms already."""
    shown = {alarm.key for alarm in alarms.open_alarms()}
    found = [each for each in troubles.troubles(now) if each.key not in shown and _is_of(each.key, rotas)]
    known = own_keys([each.key for each in found], user)
    return [*(each for each in found if each.key in known), *troubles.twice(rotas, now)]


def _is_of(key: str, rotas: Sequence[Rota]) -> bool:
    parts = key.split(":")
    about_a_rota = parts[1] in ("gaps", "overlaps", "unready", "silent")
    return not about_a_rota or parts[2] in {str(rota.pk) for rota in rotas}
