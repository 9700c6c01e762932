"""What a reviewer would have to remember about wordings and the ladder, remembered by system checks."""

from __future__ import annotations

from typing import Any

from django.core.checks import Error, register
from django.db import DatabaseError

from reminders.models import ReminderRule
from reminders.rendering import template_problems


@register("database")
def check_ladder_has_words(**kwargs: Any) -> list[Error]:
    """reminders.E001: an active rule names a template that cannot be sent by one of its channels in some language."""
    if not kwargs.get("databases"):
        return []
    try:
        rules = list(ReminderRule.objects.filter(is_active=True))
    except DatabaseError:
        # Before the first migration there is no ladder to look at.
        return []
    return [
        Error(f"Rule {rule.code!r}: {problem}", id="reminders.E001")
        for rule in rules
        for problem in template_problems(rule.template, rule.channels)
    ]
