"""Which messages, texts and addresses a member of staff sees; whose they are is known above: `ADDRESS_SCOPE`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from messaging.models import InboundMessage, Message


def _hook() -> Any:
    return import_module(settings.ADDRESS_SCOPE)


def of_addresses(rows: QuerySet[Any], user: Any, field: str = "address") -> QuerySet[Any]:
    """Those of `rows` of which the address in `field` is the user's to see."""
    return rows.filter(_hook().addresses(user, field))


def of_messages(rows: QuerySet[Message], user: Any) -> QuerySet[Message]:
    """Those of `rows` that are the user's to see."""
    return rows.filter(messages(user))


def messages(user: Any) -> Q:
    """What holds of the messages that are the user's to see."""
    found: Q = _hook().messages(user)
    return found


def of_texts(rows: QuerySet[InboundMessage], user: Any) -> QuerySet[InboundMessage]:
    """Those of `rows` that are the user's to see."""
    return rows.filter(_hook().texts(user))


def owners(user: Any) -> frozenset[str] | None:
    """The owners of lanes whose messages the user sees; None for all."""
    found: frozenset[str] | None = _hook().owners(user)
    return found
