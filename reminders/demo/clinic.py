"""The demo's clinic and its staff: six logins with one published password, on machines for trying out only."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from patients.models import Clinic
from staff.domain.roles import Role
from staff.models import Membership
from staff.roles import keep_in_step

NAME = "Harbor Bone Clinic"
PASSWORD = "bonewatch-demo"  # noqa: S105 - printed by `make run`, known to everybody

#: Login, name, role.
_STAFF = (
    ("coordinator", ("Cora", "Ellison"), Role.COORDINATOR),
    ("nurse", ("Nadia", "Burke"), Role.NURSE),
    ("physician", ("Elena", "Marsh"), Role.PHYSICIAN),
    ("manager", ("Miles", "Draper"), Role.MANAGER),
    ("auditor", ("Aldo", "Reyes"), Role.AUDITOR),
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
    """The logins that are missing, each a member of the clinic; one that is there keeps password, groups, clinics."""
    users = get_user_model().objects
    clinic = make_clinic()
    keep_in_step()
    if not users.filter(username="admin").exists():
        users.create_superuser("admin", "admin@example.com", PASSWORD, first_name="Ada", last_name="Winters")
    for login, (first, last), role in _STAFF:
        if users.filter(username=login).exists():
            continue
        user = users.create_user(
            login, f"{login}@example.com", PASSWORD, first_name=first, last_name=last, is_staff=True
        )
        user.groups.add(Group.objects.get(name=role.value))
        Membership.objects.get_or_create(user=user, clinic=clinic)
