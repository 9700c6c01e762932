"""Filling the outbox inside PostgreSQL: texts of ten clinics to phones that have agreed, due when it is said."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, models

from benchmarks.bare import TEXT as TEXT
from messaging.domain.delivery import Channel, Purpose, Urgency
from messaging.domain.lanes import lane_of
from messaging.models import ConsentEvent, Message, Sender

CLINICS = 10
#: More than any benchmark sends in a second: what is measured is the machine, not the pace of a phone number.
PACE = 1_000_000.0
#: Every message has a phone of its own; `n` is its number.
_PHONE = "'+1404' || lpad(n::text, 7, '0')"
#: A lane of each of the clinics; the two halves stand around the clinic's number.
_LANE = str(lane_of(Channel.SMS, Purpose.REMINDERS, sender="", owner="{}")).split("{}")
#: What stands before the clinic's number in a lane of reminders by text.
LANE_START = _LANE[0]


def unpaced() -> None:
    """Our number may send as fast as it can."""
    Sender.objects.update_or_create(
        channel=Channel.SMS, address=settings.TWILIO_FROM_REMINDERS, defaults={"pace": PACE}
    )


def agreed(numbers: range, *, now: datetime) -> None:
    """Phones that have said yes to reminders."""
    said = {
        "purpose": Purpose.REMINDERS,
        "granted": True,
        "source": "form",
        "wording": "Yes to reminders.",
        "recorded_at": now - timedelta(days=1),
    }
    insert(ConsentEvent, numbers, said, {"address": _PHONE})


def texts(numbers: range, *, series: str, due_at: datetime, spread: timedelta = timedelta(seconds=1)) -> None:
    """One text for each number, due at `due_at` or later by less than `spread`, in no order."""
    same = {
        "channel": Channel.SMS,
        "purpose": Purpose.REMINDERS,
        "urgency": Urgency.ORDINARY,
        "template": "day_before",
        "body": TEXT,
        "segments": 1,
        "due_at": due_at,
        "created_at": due_at,
    }
    due = f"%(due_at)s + n::bigint * 7919 %% {int(spread.total_seconds())} * interval '1 second'"
    each = {
        "uuid": "gen_random_uuid()",
        "key": f"'{series}:' || n",
        "address": _PHONE,
        "lane": f"'{_LANE[0]}' || n %% {CLINICS} || '{_LANE[1]}'",
        "due_at": due,
        "wanted_at": due,
        "expires_at": f"{due} + interval '6 hours'",
    }
    insert(Message, numbers, same, each)


def names() -> set[str]:
    """Our own names for all messages of the outbox."""
    return {str(name) for name in Message.objects.values_list("uuid", flat=True)}


def insert(model: type[models.Model], numbers: range, same: dict[str, Any], each: dict[str, str]) -> None:
    """A row of `model` for each `n` of `numbers`: values that are the same in all, expressions in SQL for the others.

    Columns that neither names have the default that the model gives them.
    """
    fields = {str(field.column): field for field in model._meta.concrete_fields if not field.primary_key}
    values = {
        name: field.get_db_prep_save(same.get(name, field.get_default()), connection) for name, field in fields.items()
    }
    columns = ", ".join(f'"{name}"' for name in values)
    chosen = ", ".join(each.get(name, f"%({name})s") for name in values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {chosen} FROM generate_series(%(a)s, %(b)s) AS n",
            values | {"a": numbers.start, "b": numbers.stop - 1},
        )
