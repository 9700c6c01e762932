"""Writing planned reminders down: the same rows whatever the database, and none of a batch that clashes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from messaging.domain.delivery import Channel
from reminders import planned_rows
from reminders.domain.plan import Wanted
from reminders.models import PlannedReminder, Visit
from tests.support import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def wanted() -> list[Wanted]:
    """What planning would store for one visit, with nothing stored yet."""
    make.ladder()
    course = make.planned_schedule()
    rows = list(PlannedReminder.objects.filter(visit=Visit.objects.get(schedule=course, number=1)).order_by("pk"))
    PlannedReminder.objects.all().delete()
    return [
        Wanted(
            visit_id=row.visit_id,
            rule_id=row.rule_id,
            channel=Channel(row.channel),
            anchor_at=row.anchor_at,
            send_at=row.send_at + timedelta(microseconds=1),
            expires_at=row.expires_at,
        )
        for row in rows
    ]


def columns(row: PlannedReminder) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}


def test_it_stores_what_the_model_would_store(wanted: list[Wanted]) -> None:
    planned_rows.store(wanted)
    stored = PlannedReminder.objects.order_by("pk")
    assert [columns(row) for row in stored] == [
        columns(
            PlannedReminder(
                visit_id=one.visit_id,
                rule_id=one.rule_id,
                channel=str(one.channel),
                anchor_at=one.anchor_at,
                send_at=one.send_at,
                due_at=one.send_at,
                expires_at=one.expires_at,
            )
        )
        for one in wanted
    ]


def test_one_that_is_there_already_keeps_all_of_them_out(wanted: list[Wanted]) -> None:
    planned_rows.store(wanted[:1])
    with pytest.raises(IntegrityError, match=r"unique|UNIQUE"), transaction.atomic():
        planned_rows.store([*wanted[1:], wanted[0]])
    assert PlannedReminder.objects.count() == 1


def test_a_reminder_without_an_end_is_refused(wanted: list[Wanted]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        planned_rows.store([replace(wanted[0], expires_at=None)])  # type: ignore[arg-type]
    assert not PlannedReminder.objects.exists()


def test_nothing_to_store_is_no_question(wanted: list[Wanted], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        planned_rows.store([])
