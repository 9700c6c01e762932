"""The command that gives staff their rights to red flags."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_it_makes_the_groups_and_only_managers_sign_off() -> None:
    Group.objects.all().delete()
    call_command("grant_roles")
    call_command("grant_roles")
    may_sign = Group.objects.filter(permissions__codename="sign_off_rule").values_list("name", flat=True)
    assert list(may_sign) == ["Managers"]
    assert set(Group.objects.values_list("name", flat=True)) == {"Coordinators", "Nurses", "Managers"}
