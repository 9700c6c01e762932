"""Consent in the admin: it says what is agreed to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from messaging import consent
from messaging.domain.delivery import EVERYTHING, Purpose
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


def consent_path(**contact: str) -> str:
    owner = make.patient()
    made = make.contact(owner, make.PHONE, agrees=False, **contact)
    return f"reminders/schedule/contacts/{made.pk}/consent/"


def test_it_keeps_version_language_and_the_warning_and_shows_the_history(client: Client) -> None:
    client.force_login(superuser())
    path = consent_path()
    said = {"purposes": "all", "wording_version": "F-7", "language": "es", "unencrypted": "yes"}
    Desk(client).send(path, granted="yes", source="form", wording="Estoy de acuerdo.", **said)
    event = ConsentEvent.objects.get()
    kept = (event.purpose, event.wording_version, event.language, event.unencrypted_ok)
    assert kept == (EVERYTHING, "F-7", "es", True)
    page = client.get(f"/admin/{path}").content.decode()
    assert "Estoy de acuerdo." in page
    assert "version F-7" in page


def test_who_wants_nothing_unencrypted_does_not_agree_to_it(client: Client) -> None:
    client.force_login(superuser())
    form = {"granted": "yes", "source": "form", "wording": "I agree.", "unencrypted": "no"}
    page = client.post(f"/admin/{consent_path()}", form).content.decode()
    assert "cannot agree to them" in page
    assert not ConsentEvent.objects.exists()


def test_the_suppression_list_shows_who_said_no_and_is_searched_without_a_url(client: Client) -> None:
    client.force_login(superuser())
    rosa = make.patient(make.PHONE, family_name="Quintero")
    consent.revoke_everything(make.PHONE, source="text", wording="ya no me manden", now=make.NOW)
    consent.revoke_everything("+12025550155", source="staff", wording="on paper", now=make.NOW)
    path = "/admin/messaging/consentevent/suppressed/"
    page = client.get(path).content.decode()
    assert "ya no me manden" in page
    assert rosa.family_name in page
    assert "+12025550155" not in page, "a no on paper is none of the address's own"
    assert make.PHONE in client.post(path, {"search": make.PHONE[-4:]}).content.decode()
    assert "Nobody on the list" in client.post(path, {"search": "zzz"}).content.decode()
    consent.restore(make.PHONE, source="text", wording="START", now=make.NOW + timedelta(minutes=1))
    assert make.PHONE not in client.get(path).content.decode()


def test_whoever_may_not_see_consent_does_not_see_the_list(client: Client) -> None:
    client.force_login(get_user_model().objects.create_user("new", is_staff=True))
    assert client.get("/admin/messaging/consentevent/suppressed/").status_code == 403
