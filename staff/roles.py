"""Roles as groups: made after every migration, and kept exactly as the table of rights says."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import DEFAULT_DB_ALIAS, connections

from staff.domain.roles import RIGHTS, Role


def keep_in_step(*, using: str = DEFAULT_DB_ALIAS) -> None:
    """Each of the five groups, made where it is missing, with the rights of its role and no others.

    A clinic that wants other rights makes a group of its own beside these.
    """
    known = {
        f"{app}.{code}": pk
        for pk, app, code in Permission.objects.using(using).values_list("pk", "content_type__app_label", "codename")
    }
    for role, rights in RIGHTS.items():
        group, _ = Group.objects.using(using).get_or_create(name=role.value)
        group.permissions.set([known[code] for code in rights.codes() if code in known])


def after_migrate(sender: AppConfig, *, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Hears `post_migrate`: Django makes permissions only then, app by app, so all of them are asked for first."""
    if Group._meta.db_table not in connections[using].introspection.table_names():
        return
    for app in sorted({code.split(".")[0] for rights in RIGHTS.values() for code in rights.codes()}):
        create_permissions(apps.get_app_config(app), verbosity=0, using=using)
    keep_in_step(using=using)


def role_of(user: Any) -> Role | None:
    """The role of somebody, by the group; the first in the order of the table where somebody has several."""
    names = set(user.groups.values_list("name", flat=True))
    return next((role for role in Role if role.value in names), None)
