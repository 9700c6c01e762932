"""Stopping mails: by one click, on the page, by nobody who only looks; and what the headers offer."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging import consent, stop_links
from messaging.channels.memory import Memory
from messaging.domain.delivery import CONSENT_PURPOSES, Purpose
from messaging.models import ConsentEvent, Message
from patients.models import TaskKind
from sandbox.mail_host import one_click
from sandbox.mailbox import parse, read
from tests.support import builders as make
from tests.support.mails import MAILBOX, raw, sent
from tests.support.messages import mail, outbox_with

pytestmark = pytest.mark.django_db
_UUID = UUID("0b5c9f9e-6d53-4b57-9d0e-2f1a4f6f9a11")


@pytest.fixture(autouse=True)
def _channels(memory: type[Memory]) -> None:
    """Nothing leaves."""


def strict() -> Client:
    """A browser without cookies, where forms are checked."""
    return Client(enforce_csrf_checks=True)


def path(message: Message) -> str:
    return f"/u/{stop_links.token(message.uuid)}/"


def standing() -> set[Purpose]:
    return {purpose for _, purpose in consent.allowed({(MAILBOX, purpose) for purpose in CONSENT_PURPOSES})}


class TestHeaders:
    def test_a_mail_that_rests_on_consent_offers_one_click(self) -> None:
        message = sent()
        url = one_click(raw(message))
        assert url == f"https://clinic.example{path(message)}"
        offered = str(parse(raw(message))["List-Unsubscribe"])
        assert f"<mailto:returns+{message.uuid.hex}@bonewatch.example?subject=unsubscribe>" in offered

    @pytest.mark.parametrize("purpose", [Purpose.REPLIES, Purpose.PAGES])
    def test_a_page_to_staff_offers_none(self, purpose: Purpose) -> None:
        (message,) = outbox_with(mail(purpose=purpose, html="<table><!--foot--></table>"))
        letter = read(raw(message))
        assert not {"list-unsubscribe", "list-unsubscribe-post"} & {name.lower() for name, _ in letter.headers}
        assert letter.text.strip() == message.body
        assert "foot" not in letter.html

    def test_who_it_is_from_and_where_it_comes_back_to_are_two(self) -> None:
        message = sent()
        written = parse(raw(message))
        assert "clinic@bonewatch.example" in str(written["From"])
        assert (written["Auto-Submitted"], written["Content-Language"]) == ("auto-generated", "en")
        assert str(written["Message-ID"]) == f"<{message.uuid}@bonewatch.example>"

    def test_the_key_is_not_in_what_is_kept(self) -> None:
        message = sent(html="<table><!--foot--></table>")
        token = stop_links.token(message.uuid)
        assert token not in message.body + message.html
        letter = read(raw(message))
        assert token in letter.text
        assert token in letter.html


class TestOneClick:
    def test_it_needs_neither_cookie_nor_form(self) -> None:
        message = sent()
        response = strict().post(path(message), {"List-Unsubscribe": "One-Click"})
        assert (response.status_code, response.content) == (200, b"OK")
        assert standing() == set()
        entry = ConsentEvent.objects.order_by("-pk")[0]
        assert (entry.source, entry.wording) == ("mail", "List-Unsubscribe=One-Click")
        assert strict().post(path(message), {"List-Unsubscribe": "One-Click"}).status_code == 200

    def test_somebody_agrees_on_another_way_to_be_reached(self) -> None:
        make.patient(MAILBOX)
        strict().post(path(sent()), {"List-Unsubscribe": "One-Click"})
        assert make.open_tasks(TaskKind.OPT_OUT)

    @pytest.mark.parametrize("method", ["get", "head"])
    def test_a_scanner_that_opens_it_stops_nothing(self, method: str) -> None:
        response = getattr(strict(), method)(path(sent()))
        assert response.status_code == 200
        assert standing() == set(CONSENT_PURPOSES)
        assert response["Referrer-Policy"] == "no-referrer"


class TestThePage:
    def test_only_reminders_then_everything_then_again(self) -> None:
        message = sent()
        page = strict().post(path(message), {"what": "reminders"})
        assert "Done. We will not send these mails" in page.content.decode()
        assert standing() == set(CONSENT_PURPOSES) - {Purpose.REMINDERS}
        strict().post(path(message), {"what": "everything"})
        assert standing() == set()
        page = strict().post(path(message), {"what": "start"})
        assert "You will get our mails again" in page.content.decode()
        assert Purpose.REMINDERS in standing()

    def test_it_speaks_the_language_of_the_mail_and_names_nobody(self) -> None:
        page = strict().get(path(sent(language="es"))).content.decode()
        assert '<html lang="es">' in page
        assert "Dejar de recibir todos los correos" in page
        assert MAILBOX not in page

    def test_a_post_that_asks_for_nothing_does_nothing(self) -> None:
        assert strict().post(path(sent()), {"what": "nonsense"}).status_code == 200
        assert standing() == set(CONSENT_PURPOSES)


class TestKeys:
    @given(place=st.integers(0, 42), bit=st.integers(0, 5))
    @settings(max_examples=60, deadline=None)
    def test_one_changed_bit_opens_nothing(self, place: int, bit: int) -> None:
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        token = stop_links.token(_UUID)
        changed = letters[letters.index(token[place]) ^ (1 << bit)]
        assert stop_links.uuid_of(token[:place] + changed + token[place + 1 :]) is None
        assert stop_links.uuid_of(token) == _UUID

    @pytest.mark.parametrize("token", ["x", "A" * 43, "á" * 43, "A" * 5000])
    def test_a_forged_one_gets_a_kind_page(self, token: str) -> None:
        response = strict().post(f"/u/{token}/", {"List-Unsubscribe": "One-Click"})
        assert response.status_code == 404
        assert "This link does not work" in response.content.decode()

    def test_it_says_nothing_but_which_mail(self) -> None:
        message = sent()
        shown = base64.urlsafe_b64decode(stop_links.token(message.uuid) + "=")
        assert shown[:16] == message.uuid.bytes

    def test_it_still_works_after_the_secret_has_changed(self, settings: Any) -> None:
        token = stop_links.token(_UUID)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another-secret-another-secret-another"
        assert stop_links.uuid_of(token) == _UUID
        settings.SECRET_KEY_FALLBACKS = []
        assert stop_links.uuid_of(token) is None
