"""The limits of the flood guard leave room for what the ladder that ships asks: two patients, one phone, one day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.conf import settings

from messaging.domain.delivery import Channel
from reminders.catalogue.loading import load
from reminders.models import PlannedReminder, Treatment
from tests.support import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _catalogue() -> None:
    """What the migration loaded; a test that flushed the tables may have taken it away."""
    load(apps)


def most_within(moments: list[datetime], span: timedelta) -> int:
    """The most of `moments` that lie within any such span."""
    return max(sum(moment - span < other <= moment for other in moments) for moment in moments)


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.EMAIL])
def test_they_leave_room_for_two_patients_who_share_a_phone_and_a_visit_day(channel: Channel) -> None:
    treatments = [Treatment.objects.get(code=code) for code in ("zol_q4w", "dmab_q4w")]
    for _ in range(2):
        patient = make.patient(make.PHONE, make.MAILBOX)
        for treatment in treatments:
            make.planned_schedule(patient, treatment=treatment)
    moments = list(PlannedReminder.objects.filter(channel=channel).values_list("send_at", flat=True))
    assert len(moments) > 20
    assert most_within(moments, timedelta(hours=1)) <= settings.ROUTINE_PER_HOUR
    assert most_within(moments, timedelta(days=1)) <= settings.ROUTINE_PER_DAY
