"""What migrations put into a database: kept aside, and put back when a transactional test has emptied its tables.

Such a test ends with a flush, and a flush takes the catalogue and the starter content too. Whoever runs next in
that process would find an installation that no migration ever leaves behind.
"""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.core.management.color import no_style
from django.db import connection, models, router, transaction
from django.db.models.signals import post_migrate

# Rights and content types come back by Django's own `post_migrate`, the groups by that of `staff`.
MADE_ELSEWHERE = {"admin", "auth", "auditlog", "contenttypes", "sessions"}

_kept: dict[type[models.Model], list[models.Model]] = {}


def remember() -> None:
    """Keep aside every row of the freshly migrated database, and have it back after each flush."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in MADE_ELSEWHERE or not model._meta.managed or model._meta.proxy:
            continue
        if not router.allow_migrate_model(connection.alias, model):
            continue
        if rows := list(model._base_manager.all()):
            _kept[model] = rows
    last = list(apps.get_app_configs())[-1]
    post_migrate.connect(put_back, sender=last, dispatch_uid="tests.starting")


def put_back(sender: AppConfig, using: str = "default", **_: Any) -> None:
    """Hears the end of a flush: the rows stand again, where they are missing."""
    if using != connection.alias:
        return
    # Foreign keys are looked at when the transaction ends: rules and their versions point at each other.
    with transaction.atomic():
        for model, rows in _kept.items():
            if not model._base_manager.exists():
                model._base_manager.bulk_create(rows)
        # A flush by hand sets sequences to 1, where the rows now stand; PostgreSQL would give their ids out again.
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(_kept)):
                cursor.execute(statement)
