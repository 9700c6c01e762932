"""The demo's wordings: one is being written, one waits for its signature; loading twice changes nothing."""

from __future__ import annotations

import pytest
from django.utils import timezone

from messaging.demo import load
from messaging.models import WordingVersion
from messaging.words import versions
from reminders.demo.clinic import make_staff


@pytest.mark.django_db
def test_one_is_being_written_and_one_waits_for_its_signature() -> None:
    make_staff()
    load(now=timezone.now())
    load(now=timezone.now())
    rows = {row.name: row for row in WordingVersion.objects.all()}
    assert {name: row.state for name, row in rows.items()} == {
        "visit_same_day": "draft",
        "visit_day_before": "reviewed",
    }
    assert [versions.refusing(row) for row in rows.values()] == [[], []]
