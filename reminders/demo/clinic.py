"""The demo's clinic and its staff: four logins with one published password, on machines for trying out only."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db.models import Q

from patients.models import Clinic

NAME = "Harbor Bone Clinic"
PASSWORD = "bonewatch-demo"  # noqa: S105 - printed by `make run`, known to everybody

_OWN_APPS = ("patients", "messaging", "reminders")
_CARE = ("patient", "contactpoint", "coordinatortask", "schedule", "visit", "plannedreminder", "consentevent")
_BOARD = ("coordinatortask", "visit")
_CATALOGUE = ("clinic", "treatment", "reminderrule")

#: Login, name, group, and what the group may add and change; everybody on staff may view everything.
_STAFF = (
    ("coordinator", ("Cora", "Ellison"), "Coordinators", _CARE),
    ("nurse", ("Nadia", "Burke"), "Nurses", _BOARD),
    ("manager", ("Miles", "Draper"), "Managers", (*_CARE, *_CATALOGUE)),
)


def make_clinic() -> Clinic:
    """The clinic, as it stands or as it starts."""
    clinic, _ = Clinic.objects.get_or_create(
        name=NAME,
        defaults={
            "short_name": "Harbor Bone",
            "timezone": "America/New_York",
            "daytime_line": "+12025550142",
            "emergency_line": "+12025550143",
        },
    )
    return clinic


def make_staff() -> None:
    """The logins that are missing; one that is there keeps its password and its groups."""
    users = get_user_model().objects
    if not users.filter(username="admin").exists():
        users.create_superuser("admin", "admin@example.com", PASSWORD, first_name="Ada", last_name="Winters")
    for login, (first, last), group, models in _STAFF:
        if users.filter(username=login).exists():
            continue
        user = users.create_user(
            login, f"{login}@example.com", PASSWORD, first_name=first, last_name=last, is_staff=True
        )
        user.groups.add(_group(group, models))


def _group(name: str, models: tuple[str, ...]) -> Group:
    group, new = Group.objects.get_or_create(name=name)
    if new:
        may_view = Q(codename__startswith="view_")
        may_change = Q(codename__in=[f"{verb}_{model}" for verb in ("add", "change") for model in models])
        own = Permission.objects.filter(content_type__app_label__in=_OWN_APPS)
        group.permissions.set(own.filter(may_view | may_change))
    return group
