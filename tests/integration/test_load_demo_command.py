"""`manage.py load_demo` loads patients and red flags, at any hour of the clinic."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from alerts.demo.load import load
from alerts.domain.words import AlertState
from alerts.models import Alert
from reminders.demo.clinic import make_clinic
from reminders.demo.load import load as load_patients

#: A Sunday on which clocks in New York have just gone forward.
NIGHT = datetime(2027, 3, 14, 7, 30, tzinfo=UTC)


@pytest.mark.django_db
def test_at_night_it_tells_the_same_stories() -> None:
    load_patients(now=NIGHT)
    assert load(make_clinic(), now=NIGHT).open_alerts == 5
    # The amber one waits for the morning.
    assert Alert.objects.get(patient__mrn="HB-1013").state == AlertState.RAISED


@pytest.mark.django_db(databases=["default", "sandbox"])
def test_the_command_loads_both_halves(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_demo")
    said = capsys.readouterr().out
    assert "red flags" in said
    assert "warnings are planned" in said
    call_command("load_demo")
    assert "loaded already" in capsys.readouterr().out
