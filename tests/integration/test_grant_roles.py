"""Roles as groups: there after every migration, and brought back to the table of rights by a command."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from staff.domain.roles import RIGHTS, Role
from staff.roles import keep_in_step

pytestmark = pytest.mark.django_db


def codes(role: Role) -> set[str]:
    """What the group of a role may do, as the database has it."""
    found = Permission.objects.filter(group__name=role.value)
    return {f"{app}.{code}" for app, code in found.values_list("content_type__app_label", "codename")}


@pytest.mark.parametrize("role", Role)
def test_a_database_that_was_migrated_has_the_groups_and_every_right_in_the_table_exists(role: Role) -> None:
    assert codes(role) == RIGHTS[role].codes()


def test_what_was_given_or_taken_by_hand_is_put_back() -> None:
    Group.objects.filter(name="Auditors").delete()
    nurses = Group.objects.get(name="Nurses")
    nurses.permissions.set(Permission.objects.filter(codename="sign_off_rule"))
    call_command("grant_roles", stdout=StringIO())
    call_command("grant_roles", stdout=StringIO())
    assert {role: codes(role) for role in Role} == {role: RIGHTS[role].codes() for role in Role}


def test_a_group_that_a_clinic_made_is_left_alone() -> None:
    porters = Group.objects.create(name="Porters")
    porters.permissions.set(Permission.objects.filter(codename="view_visit"))
    keep_in_step()
    assert list(porters.permissions.values_list("codename", flat=True)) == ["view_visit"]
