"""Puts catalogue and ladder into the database: adds what is missing by its code, changes nothing that is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from reminders.catalogue import ENTRIES, ROUTE_RUNGS, TREATMENT_RUNGS
from reminders.catalogue.ladder import Rung


class Registry(Protocol):
    """Where models are found: Django's own registry, or the one of a migration."""

    def get_model(self, app_label: str, model_name: str) -> Any:
        """The model of that name."""


def load(apps: Registry, *, using: str = "default") -> None:
    """Add every entry and every rung that the database does not have. What a clinic changed stays changed."""
    treatments = apps.get_model("reminders", "Treatment").objects.using(using)
    there = set(treatments.values_list("code", flat=True))
    _add(treatments, (entry.fields() for entry in ENTRIES if entry.code not in there))
    ids = dict(treatments.values_list("code", "pk"))
    rules = apps.get_model("reminders", "ReminderRule").objects.using(using)
    rungs = set(rules.values_list("route", "treatment_id", "code"))
    _add(rules, (row for row in _rows(ids) if (row["route"], row["treatment_id"], row["code"]) not in rungs))


def unload(apps: Registry, *, using: str = "default") -> None:
    """Take out again what no schedule and no planned reminder uses."""
    planned = apps.get_model("reminders", "PlannedReminder").objects.using(using)
    schedules = apps.get_model("reminders", "Schedule").objects.using(using)
    rules = apps.get_model("reminders", "ReminderRule").objects.using(using)
    treatments = apps.get_model("reminders", "Treatment").objects.using(using)
    ids = dict(treatments.values_list("code", "pk"))
    in_use = set(planned.values_list("rule_id", flat=True).distinct())
    for row in _rows(ids):
        found = rules.filter(route=row["route"], treatment_id=row["treatment_id"], code=row["code"])
        found.exclude(pk__in=in_use).delete()
    kept = set(schedules.values_list("treatment_id", flat=True).distinct())
    kept.update(rules.exclude(treatment_id=None).values_list("treatment_id", flat=True))
    treatments.filter(code__in=[entry.code for entry in ENTRIES]).exclude(pk__in=kept).delete()


def _rows(ids: Mapping[str, int]) -> Iterable[dict[str, Any]]:
    """Every rung with its owner; the same rung hangs on several routes or treatments."""
    for route, rungs in ROUTE_RUNGS.items():
        yield from (_row(rung, route=route.value, treatment_id=None) for rung in rungs)
    for code, rungs in TREATMENT_RUNGS.items():
        if code in ids:
            yield from (_row(rung, route="", treatment_id=ids[code]) for rung in rungs)


def _row(rung: Rung, *, route: str, treatment_id: int | None) -> dict[str, Any]:
    return {"route": route, "treatment_id": treatment_id} | rung.fields()


def _add(manager: Any, rows: Iterable[Mapping[str, Any]]) -> None:
    """Store rows, leaving out columns that the table does not have yet at this migration."""
    columns = {field.attname for field in manager.model._meta.concrete_fields}
    manager.bulk_create(
        manager.model(**{name: value for name, value in row.items() if name in columns}) for row in rows
    )
