"""Who did what to a version of a wording, and when: written once, never changed, shown on its page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType

from messaging.models import WordingVersion

#: How the line of somebody begins who has written words of the version.
WROTE = "Wrote"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the trail."""

    at: datetime
    by: str
    words: str


def note(version: WordingVersion, by: AbstractBaseUser, words: str, *, now: datetime) -> None:
    """Add a line."""
    LogEntry.objects.create(
        user_id=by.pk,
        content_type=ContentType.objects.get_for_model(WordingVersion),
        object_id=str(version.pk),
        object_repr=str(version)[:200],
        action_flag=CHANGE,
        change_message=words,
        action_time=now,
    )


def steps(version: WordingVersion) -> list[Step]:
    """Every line, the newest first."""
    rows = _of([version.pk]).select_related("user").order_by("-action_time", "-pk")
    return [Step(row.action_time, row.user.get_username(), row.get_change_message()) for row in rows]


def writers(version: WordingVersion) -> set[int]:
    """Everybody who has written words of it."""
    wrote = _of([version.pk]).filter(change_message__startswith=WROTE)
    return {version.made_by_id, *wrote.values_list("user_id", flat=True)}


def _of(ids: Iterable[int]) -> Any:
    kind = ContentType.objects.get_for_model(WordingVersion)
    return LogEntry.objects.filter(content_type=kind, object_id__in=[str(pk) for pk in ids])
