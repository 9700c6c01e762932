"""Filling the table of planned reminders with millions of rows inside PostgreSQL, in a minute and not in ten."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from benchmarks import clinic
from reminders.models import PlannedReminder

TABLE = PlannedReminder._meta.db_table
#: Moments at which those due became due: the ladder's 09:00 in four zones is not a thousand different moments.
MOMENTS = 4

_VISITS = """
INSERT INTO reminders_visit
    (schedule_id, number, uuid, "on", clock, at, pinned, status, status_reason, sequence)
SELECT schedule.id, number, gen_random_uuid(), (%(now)s + number * interval '28 days')::date, time '09:30',
    %(now)s + number * interval '28 days' + schedule.id %% 1000 * interval '1 minute', false, 'planned', '', 0
FROM (SELECT id FROM reminders_schedule ORDER BY id LIMIT %(schedules)s) AS schedule,
    generate_series(1, %(visits)s) AS number
ORDER BY schedule.id, number
"""
# Due ones lie scattered over the whole table, as they do where each patient's course began on another day.
_REMINDERS = """
INSERT INTO {table}
    (visit_id, rule_id, channel, anchor_at, send_at, due_at, expires_at, state, reason, wording)
SELECT visit_id, rule_id, 'sms', at, due_at, due_at, due_at + interval '12 hours', 'planned', '', 0
FROM (
    SELECT visit.id AS visit_id, rule.id AS rule_id, visit.at, CASE
        WHEN n %% %(every)s = 0 AND n / %(every)s < %(due)s THEN
            %(now)s - n / %(every)s %% %(moments)s * interval '1 hour' - interval '1 minute'
        ELSE visit.at - rule.place * interval '1 day'
    END AS due_at
    FROM (SELECT id, at, row_number() OVER (ORDER BY id) - 1 AS place FROM reminders_visit LIMIT %(limit)s) AS visit,
        (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM reminders_reminderrule WHERE is_active) AS rule,
        LATERAL (SELECT visit.place * %(rules)s + rule.place AS n) AS row_number
) AS row
"""


def visits(schedules: int, *, now: datetime) -> None:
    """Lay out `clinic.VISITS` visits for each of the first `schedules` schedules."""
    _execute(_VISITS, now=now, schedules=schedules, visits=clinic.VISITS)


def reminders(count: int, *, due: int, now: datetime) -> None:
    """Fill the table with `count` planned reminders of the visits that exist, `due` of them due at `now`."""
    rules = len(clinic.RUNGS)
    _execute(
        _REMINDERS.format(table=TABLE),
        now=now,
        due=due,
        every=count // due if due else count + 1,
        moments=MOMENTS,
        limit=count // rules,
        rules=rules,
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), count(*) FILTER (WHERE due_at <= %s) FROM {TABLE}", [now])
        if cursor.fetchone() != (count, due):
            raise RuntimeError(f"{TABLE} was not filled with {count} rows, {due} due")
        cursor.execute(f"VACUUM ANALYZE {TABLE}")


def _execute(statement: str, **values: int | datetime) -> None:
    with connection.cursor() as cursor:
        # Millions of look-ups of foreign keys that are known to hold.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = DEFAULT")
