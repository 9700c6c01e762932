"""The board as it lives: what a browser that shows it gets, whose turn it is, and presses that come too late."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alerts import services
from alerts.domain.words import Outcome
from alerts.models import Alert
from messaging.domain.delivery import Channel
from messaging.models import Message, Receipt
from tests.support import builders as make
from tests.support.admin_pages import Desk
from tests.support.flag_desk import BOARD, at_desk, flag, staff
from tests.support.red_flags import OnCall, on_call, sign_everything, wind

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> OnCall:
    made = on_call(now=timezone.now())
    sign_everything(now=timezone.now())
    return made


@pytest.fixture
def nurse(clinic: OnCall) -> Desk:
    return at_desk(staff("nadia", "Nurses", responder=clinic.nurse))


def asked_again(desk: Desk, path: str, seen: str) -> Any:
    return desk.client.get(f"/admin/{path}", {"live": "1", "seen": seen})


def mark(html: str) -> str:
    found = re.search(r'data-signature="(\w+)"', html)
    assert found
    return found[1]


def press(desk: Desk, alert: Alert, deed: str, **data: str) -> tuple[Any, list[str]]:
    """As a button on a card does it."""
    sent = {"next": f"/admin/{BOARD}", "pressed": "1", **data}
    response: Any = desk.client.post(f"/admin/{BOARD}{alert.pk}/{deed}/", sent)
    return response, [str(told) for told in get_messages(response.wsgi_request)]


class TestAskingAgain:
    @pytest.mark.parametrize("which", ["board", "story"])
    def test_it_is_told_in_nothing_that_nothing_changed(self, nurse: Desk, clinic: OnCall, which: str) -> None:
        alert = flag()
        path = BOARD if which == "board" else f"{BOARD}{alert.pk}/change/"
        seen = mark(nurse.see(path))
        same = asked_again(nurse, path, seen)
        assert (same.status_code, same.content) == (204, b"")
        assert same["X-Board-Now"]
        services.accept(alert.pk, by=clinic.backup, via="text", now=timezone.now())
        news = asked_again(nurse, path, seen)
        assert news.status_code == 200
        assert "Taken: Backup Nurse Ortiz" in news.content.decode()
        assert "<html" not in news.content.decode()

    def test_nothing_new_costs_little_however_many_are_open(self, nurse: Desk) -> None:
        def cost() -> int:
            seen = mark(nurse.see(BOARD))
            with CaptureQueriesContext(connection) as queries:
                assert asked_again(nurse, BOARD, seen).status_code == 204
            return len(queries)

        flag()
        few = cost()
        for number in range(4):
            flag(phone=f"+1202555031{number}")
        assert cost() == few
        assert few <= 10

    def test_a_page_without_a_word_of_what_it_shows_is_drawn_whole(self, nurse: Desk) -> None:
        seen = mark(nurse.see(BOARD))
        assert "<html" in nurse.see(BOARD, seen=seen)

    def test_it_rings_for_what_pages_and_nobody_has(self, nurse: Desk, clinic: OnCall) -> None:
        red = flag()
        amber = flag("my jaw hurts and a tooth is loose", phone="+12025550112")
        assert amber.tier == "amber"
        assert f'data-rings="{red.pk}"' in nurse.see(BOARD)
        services.accept(red.pk, by=clinic.backup, via="text", now=timezone.now())
        assert 'data-rings=""' in nurse.see(BOARD)


class TestWhoseTurn:
    def test_it_names_who_was_paged_last_then_who_has_it(self, nurse: Desk, clinic: OnCall) -> None:
        alert = flag()
        assert "On-Call Nurse Ortiz (step 1: on-call nurse)" in nurse.see(BOARD)
        services.accept(alert.pk, by=clinic.backup, via="text", now=timezone.now())
        assert "Backup Nurse Ortiz phones the patient" in nurse.see(BOARD)
        services.reached(alert.pk, by=clinic.backup, spoke=True, via="text", now=timezone.now())
        assert "Backup Nurse Ortiz records the outcome" in nurse.see(BOARD)

    def test_her_phone_is_one_press_away(self, nurse: Desk, clinic: OnCall) -> None:
        alert = flag()
        assert alert.patient
        make.contact(alert.patient, "+12025550177", owner="caregiver", owner_name="Ana Luz")
        for path in (BOARD, f"{BOARD}{alert.pk}/change/"):
            assert f'href="tel:{make.PHONE}"' in nurse.see(path)
        assert re.search(r'href="tel:\+12025550177">[^<]+<span class="bw-soft">Ana Luz', nurse.see(path))

    def test_the_story_tells_how_far_each_page_came(self, nurse: Desk, clinic: OnCall) -> None:
        alert = flag(minutes_ago=2)
        wind(alert, until=timezone.now(), deliver=True)
        page = alert.pages.filter(channel=Channel.SMS).earliest("pk")
        Message.objects.filter(pk=page.message_id).update(accepted_at=timezone.now())
        for word in ("queued", "delivered"):
            Receipt.objects.create(
                message=page.message, provider_id="SM1", word=word, status="", received_at=timezone.now()
            )
        html = nurse.see(f"{BOARD}{alert.pk}/change/")
        assert re.search(r'bw-receipt">\s*delivered\s+<span class="bw-time">\d\d:\d\d:\d\d<', html)
        assert "taken by the carrier" in html
        assert "queued" not in html


class TestPresses:
    def test_an_outcome_is_one_press_on_the_board(self, nurse: Desk, clinic: OnCall) -> None:
        alert = flag()
        services.accept(alert.pk, by=clinic.nurse, via="admin", now=timezone.now())
        assert f'id="ended-{alert.pk}-advice_given"' in nurse.see(BOARD)
        response, told = press(nurse, alert, "outcome", outcome="advice_given", note="")
        assert (response.status_code, response["Location"]) == (302, f"/admin/{BOARD}")
        alert.refresh_from_db()
        assert (alert.state, alert.outcome) == ("closed", "advice_given")
        assert any("Closed" in words for words in told)

    def test_who_comes_too_late_is_back_on_the_board_and_told_who_has_it(self, nurse: Desk, clinic: OnCall) -> None:
        alert = flag()
        services.accept(alert.pk, by=clinic.backup, via="text", now=timezone.now())
        response, told = press(nurse, alert, "take")
        assert response["Location"] == f"/admin/{BOARD}"
        assert any("Backup Nurse Ortiz has it" in words for words in told)

    def test_a_note_is_not_lost_when_somebody_else_was_faster(self, nurse: Desk, clinic: OnCall) -> None:
        alert = flag()
        services.close(alert.pk, by=clinic.backup, outcome=Outcome.ADVICE, via="text", now=timezone.now())
        response, _told = press(nurse, alert, "outcome", outcome="false_alarm", note="She sounded well.")
        assert response.status_code == 200
        assert "She sounded well." in response.content.decode()
        assert "It is over" in response.content.decode()
