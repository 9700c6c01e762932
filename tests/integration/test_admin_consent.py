"""Consent in the admin: it says what is agreed to."""

from __future__ import annotations

import pytest
from django.test import Client

from messaging.domain.delivery import Purpose
from messaging.models import ConsentEvent
from tests.support import builders as make
from tests.support.admin_pages import Desk, superuser

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ({}, {Purpose.REMINDERS, Purpose.WARNINGS}),
        ({"purposes": "both"}, {Purpose.REMINDERS, Purpose.WARNINGS}),
        ({"purposes": "reminders"}, {Purpose.REMINDERS}),
        ({"purposes": "warnings"}, {Purpose.WARNINGS}),
    ],
)
def test_it_says_what_is_agreed_to(client: Client, asked: dict[str, str], granted: set[Purpose]) -> None:
    client.force_login(superuser())
    owner = make.patient()
    make.contact(owner, make.PHONE, agrees=False)
    path = f"reminders/schedule/contacts/{owner.contacts.get().pk}/consent/"
    Desk(client).send(path, granted="yes", source="form", wording="I agree.", **asked)
    assert set(ConsentEvent.objects.filter(granted=True).values_list("purpose", flat=True)) == granted
