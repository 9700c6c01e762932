"""Writing planned reminders down by the thousand: through COPY on PostgreSQL, through the ORM elsewhere.

COPY costs a tenth of the processor time of an INSERT that the ORM puts together; benchmarks/planning.py shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from reminders.domain.plan import Wanted
from reminders.domain.words import ReminderState
from reminders.models import PlannedReminder

_INSERT_BATCH = 2000
# A column that is missing here and has no default of the database's own is refused by COPY.
_COLUMNS = "visit_id, rule_id, channel, anchor_at, send_at, due_at, expires_at, state, reason, wording"
_COPY = f"COPY {PlannedReminder._meta.db_table} ({_COLUMNS}) FROM STDIN"


def store(reminders: Sequence[Wanted]) -> None:
    """Store `reminders`, none of which may be there yet; IntegrityError, and none stored, where one is."""
    if not reminders:
        return
    rows = map(_values, reminders)
    if connection.vendor == "postgresql":
        _copy(rows)
    else:
        names = _COLUMNS.split(", ")
        PlannedReminder.objects.bulk_create(
            (PlannedReminder(**dict(zip(names, row, strict=True))) for row in rows), batch_size=_INSERT_BATCH
        )


def _values(reminder: Wanted) -> tuple[object, ...]:
    return (
        reminder.visit_id,
        reminder.rule_id,
        str(reminder.channel),
        reminder.anchor_at,
        reminder.send_at,
        reminder.send_at,
        reminder.expires_at,
        ReminderState.PLANNED.value,
        "",
        0,
    )


def _copy(rows: Iterable[tuple[object, ...]]) -> None:
    # The cursor hands `copy` through as the driver made it, so its errors have to be made Django's here.
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(_COPY) as copy:
        for row in rows:
            copy.write_row(row)
