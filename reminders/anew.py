"""What a released reminder becomes that is to be said again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F

from reminders.domain.words import ReminderState

#: Column by column, for an update; its due time is the caller's.
PLANNED_ANEW: Mapping[str, Any] = {
    "state": ReminderState.PLANNED,
    "reason": "",
    "settled_at": None,
    "message": None,
    "wording": F("wording") + 1,
}
