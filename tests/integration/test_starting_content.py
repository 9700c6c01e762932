"""What every test may lean on: the catalogue and the starter content stand, whoever ran before."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from alerts.models import AlertRule
from reminders.models import Treatment
from tests.support.warnings import rule


@pytest.mark.django_db(transaction=True)
def test_a_flush_leaves_what_migrations_put_in() -> None:
    before = (Treatment.objects.count(), AlertRule.objects.count())
    call_command("flush", interactive=False, verbosity=0)
    assert (Treatment.objects.count(), AlertRule.objects.count()) == before
    assert all(before)


@pytest.mark.django_db(transaction=True)
def test_a_row_written_after_a_flush_gets_an_id_of_its_own() -> None:
    call_command("flush", interactive=False, verbosity=0)
    assert rule(code="new").pk
