"""The story of one red flag: words, evidence, texts, pages, events, and what would come next."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from alerts import cases, services
from alerts.domain.policy import Role
from alerts.domain.words import EventKind, Outcome
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


class TestStory:
    def test_it_tells_words_evidence_pages_events_and_what_comes(self, nurse: Desk, clinic: OnCall) -> None:
        alert = flag("no fever but i cant feel my legs", minutes_ago=4)
        wind(alert, until=timezone.now(), deliver=False)
        html = nurse.see(f"{BOARD}{alert.pk}/change/")
        assert re.search(r'bw-mark-asserted" title="[^"]+reported as so">cant feel my legs</mark>', html)
        assert re.search(r'bw-mark-negated" title="[^"]+denied">fever</mark>', html)
        assert "mscc_neuro v1" in html
        assert "What to do now" in html
        assert "This may be an emergency." in html
        for words in ("Raised", "Paged step 1, on-call nurse: On-Call Nurse Ortiz", "No answer to step 1"):
            assert words in html, words
        assert "Step 3: backup nurse by text and call" in html
        assert "Backup Nurse Ortiz (text and call)" in html
        assert "waits 3 min" in html

    def test_it_tells_who_closed_it_and_how(self, nurse: Desk, clinic: OnCall) -> None:
        alert = flag()
        services.accept(alert.pk, by=clinic.nurse, via="call", now=timezone.now())
        services.close(
            alert.pk, by=clinic.nurse, outcome=Outcome.IMAGING, note="MRI at 14:00", via="link", now=timezone.now()
        )
        html = nurse.see(f"{BOARD}{alert.pk}/change/")
        assert "On-Call Nurse Ortiz took it" in html
        assert "by a keypress in the call" in html
        assert "Imaging arranged" in html
        assert "MRI at 14:00" in html
        assert "What comes next" not in html

    def test_it_tells_of_a_gap_in_the_rota(self, nurse: Desk, clinic: OnCall) -> None:
        alert = flag()
        clinic.people[Role.BACKUP].is_active = False
        clinic.people[Role.BACKUP].save()
        assert "nobody: skipped at once" in nurse.see(f"{BOARD}{alert.pk}/change/")

    def test_it_tells_what_was_noted(self, nurse: Desk, clinic: OnCall) -> None:
        alert = flag()
        for what in ("line_heard", "some_{odd}_thing"):
            cases.note(alert, EventKind.NOTED, hand=cases.Hand("call"), now=timezone.now(), what=what)
        html = nurse.see(f"{BOARD}{alert.pk}/change/")
        assert "line pressed 1: heard" in html
        assert "Noted: some {odd} thing" in html

    def test_one_that_does_not_exist_is_not_found(self, nurse: Desk) -> None:
        for odd in ("999", "abc", "0"):
            assert nurse.client.get(f"/admin/{BOARD}{odd}/change/").status_code == 404
