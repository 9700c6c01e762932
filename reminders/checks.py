"""What a reviewer would have to remember about wordings and the ladder, remembered by system checks."""

from __future__ import annotations

from typing import Any

from django.core.checks import Error, register
from django.db import DatabaseError

from messaging import wordings
from reminders.models import ReminderRule


@register("database")
def check_ladder_has_words(**kwargs: Any) -> list[Error]:
    """reminders.E001: an active rule names a template that does not exist for one of its channels."""
    if not kwargs.get("databases"):
        return []
    try:
        rules = list(ReminderRule.objects.filter(is_active=True))
    except DatabaseError:
        # Before the first migration there is no ladder to look at.
        return []
    known = set(wordings.names())
    return [
        Error(f"Rule {rule.code!r} names the template {rule.template!r}, which does not exist.", id="reminders.E001")
        for rule in rules
        if rule.template not in known
    ]
