"""Who is on call in the demo: invented people with phones of the range kept for fiction, and their turns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.contrib.auth import get_user_model

from alerts.domain.policy import Role
from alerts.domain.rota_words import Why
from alerts.models import Override, Responder, Rota, Rotation, RotationMember
from messaging.domain import wall_time
from patients.models import Clinic
from staff.roles import keep_in_step

#: How long ago the rotas began.
_WEEKS = 26
#: Turns change on the weekday three days from loading: whoever tries the demo out sees no hand-over at once.
_NEXT_CHANGE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Member:
    """One of the team; `login` where the demo has one for her."""

    name: str
    phone: str
    login: str = ""

    @property
    def mailbox(self) -> str:
        """A mailbox at an example domain."""
        return f"{self.name.split()[-1].lower()}@staff.example.com"


TEAM = (
    Member("Nurse Nadia Burke", "+12025550181", "nurse"),
    Member("Nurse Paul Ibarra", "+12025550182"),
    Member("Nurse Grace Adeyemi", "+12025550183"),
    Member("Nurse Tom Lindgren", "+12025550184"),
    Member("Charge nurse Ruth Alvarez", "+12025550185"),
    Member("Charge nurse Simon Falk", "+12025550186"),
    Member("Dr. Elena Marsh", "+12025550187", "physician"),
    Member("Dr. Wei Chen", "+12025550188"),
    Member("Miles Draper", "+12025550189", "manager"),
)
_NURSES = (0, 1, 2, 3)
#: Role → who takes turns, whoever has the present one first. The backup is the on-call nurse of next week.
_TURNS: dict[Role, tuple[int, ...]] = {
    Role.NURSE: _NURSES,
    Role.BACKUP: (*_NURSES[1:], _NURSES[0]),
    Role.CHARGE: (4, 5),
    Role.PHYSICIAN: (6, 7),
    Role.MANAGER: (8,),
}


def make_team(clinic: Clinic, *, now: datetime) -> dict[str, Responder]:
    """The team by name, with rotas that have run for half a year; what is there stays as it is."""
    keep_in_step()
    people = [_responder(member, clinic, now) for member in TEAM]
    today = wall_time.local_date(now, clinic.zone)
    for role, turns in _TURNS.items():
        rota, is_new = Rota.objects.get_or_create(
            clinic=clinic,
            role=role,
            # Nobody in the demo answers test pages: only the nurses' rota asks for them.
            defaults={
                "checks_readiness": role is Role.NURSE,
                "handoff_minutes": 30 if role is Role.NURSE else 0,
            },
        )
        if is_new:
            _rotate(rota, [people[index] for index in turns], starts_on=today + _NEXT_CHANGE - timedelta(weeks=_WEEKS))
            if role is Role.NURSE:
                _stand_in(rota, people[3], today, now)
    return {person.name: person for person in people}


def _responder(member: Member, clinic: Clinic, now: datetime) -> Responder:
    user = get_user_model().objects.filter(username=member.login).first() if member.login else None
    person, _ = Responder.objects.get_or_create(
        name=member.name,
        clinic=clinic,
        defaults={
            "user": user,
            "phone": member.phone,
            "email": member.mailbox,
            "phone_verified_at": now - timedelta(days=100),
            "email_verified_at": now - timedelta(days=100),
        },
    )
    return person


def _rotate(rota: Rota, people: list[Responder], *, starts_on: date) -> None:
    rotation = Rotation.objects.create(rota=rota, name="Weeks", starts_on=starts_on, handover=time(8))
    # The present turn is the last whole week before the next change.
    first = (_WEEKS - 1) % len(people)
    order = [people[(place - first) % len(people)] for place in range(len(people))]
    RotationMember.objects.bulk_create(
        RotationMember(rotation=rotation, responder=person, position=position)
        for position, person in enumerate(order, start=1)
    )


def _stand_in(rota: Rota, person: Responder, today: date, now: datetime) -> None:
    """One night next week that somebody else takes."""
    day = today + timedelta(days=8)
    Override.objects.create(
        rota=rota,
        kind=Why.OVERRIDE,
        responder=person,
        starts_at=wall_time.at(day, time(19), rota.zone),
        ends_at=wall_time.at(day + timedelta(days=1), time(7), rota.zone),
        reason="Parents' evening at school",
        created_at=now - timedelta(days=2),
    )
