"""How words of the domain become choices and conditions of columns."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import Q

from messaging.domain.delivery import Status


def choices(enum: type[StrEnum]) -> list[tuple[str, str]]:
    """Value and words of every member."""
    return [(member.value, member.value.replace("_", " ")) for member in enum]


def if_then(condition: Q, consequence: Q) -> Q:
    """Holds unless `condition` does and `consequence` does not."""
    return ~condition | consequence


def one_of(statuses: frozenset[Status]) -> Q:
    """The status is one of these; sorted, so that a migration reads the same whatever the hash seed of the day."""
    return Q(status__in=sorted(status.value for status in statuses))
