"""What a text must not be taken for: an opt-out, a nurse's business, a canary's; and managers who cannot be texted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from alerts import alarm_pages, alarms, canary, services
from alerts.domain.words import Outcome
from alerts.models import Alert, NurseReview, Responder
from messaging import consent
from messaging.domain.delivery import Purpose
from messaging.domain.wording import WordingError
from messaging.models import Message
from tests.support import builders as make
from tests.support import nurses
from tests.support import red_flags as flags

pytestmark = pytest.mark.django_db
NOW = flags.NOW
LEGS = "my legs feel numb and weak since this morning, prob nothing"


@pytest.fixture
def team() -> flags.OnCall:
    made = flags.on_call()
    flags.sign_everything()
    make.patient(make.PHONE)
    return made


class TestOptingOut:
    @pytest.mark.parametrize(
        "words",
        [
            "stop the numbness please",
            "please stop the pain i cant feel my legs",
            "dont stop texting me, i cant feel my legs",
            "it wont stop, bleeding everywhere",
            "stop it i am so tired and thirsty of this",
            "no puedo mas, no siento las piernas",
        ],
    )
    def test_whoever_begs_for_the_trouble_to_stop_is_not_silenced(self, team: flags.OnCall, words: str) -> None:
        flags.text(words)
        assert Alert.objects.exists()
        assert consent.state(make.PHONE, Purpose.REMINDERS) is True

    @pytest.mark.parametrize(
        "words",
        ["stop texting me, I can't feel my legs", "STOP! my legs are numb", "no me escriban. no siento las piernas"],
    )
    def test_who_wants_no_more_texts_and_is_in_trouble_is_heard_in_both(self, team: flags.OnCall, words: str) -> None:
        assert flags.text(words).disposition == "alert_raised+stop"
        assert consent.state(make.PHONE, Purpose.REMINDERS) is False

    def test_an_opt_out_within_a_text_for_the_inbox_is_obeyed_and_confirmed_once(self, team: flags.OnCall) -> None:
        before = Message.objects.count()
        assert flags.text("stop texting me, qqq zzz 7f7f").disposition == "nurse_inbox+stop"
        assert NurseReview.objects.exists()
        assert consent.opted_out(make.PHONE)
        assert Message.objects.count() == before + 1
        assert Message.objects.latest("pk").template == "opt_out_done"


class TestNurses:
    def test_an_acceptance_stands_though_it_cannot_be_answered(
        self, team: flags.OnCall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def none(name: str, *args: Any) -> None:
            raise WordingError(name)

        flags.text(LEGS)
        code = nurses.code_of(flags.only_alert(), team.nurse)
        monkeypatch.setattr("alerts.nurse_answers.wordings.load", none)
        flags.text(code, sender=team.nurse.phone)
        assert flags.only_alert().owner == team.nurse

    def test_who_was_told_that_it_is_taken_is_not_woken_again_by_its_end(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        alert = flags.wind(flags.only_alert(), until=NOW + timedelta(minutes=6))
        at = NOW + timedelta(minutes=6)
        services.accept(alert.pk, by=team.backup, via="text", now=at)
        services.close(alert.pk, by=team.backup, outcome=Outcome.ADVICE, via="text", now=at + timedelta(minutes=5))
        assert len(flags.texts_to(team.nurse.phone, template="page_taken")) == 1

    def test_who_is_paged_for_what_somebody_ends_untaken_is_told_once(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        alert = flags.only_alert()
        services.close(alert.pk, by=team.backup, outcome=Outcome.ADVICE, via="admin", now=NOW)
        assert len(flags.texts_to(team.nurse.phone, template="page_taken")) == 1


class TestCryingForHelp:
    @pytest.mark.parametrize("words", ["help me", "Help me!!", "i need help"])
    def test_a_nurse_reads_it_whatever_else_is_answered(self, team: flags.OnCall, words: str) -> None:
        flags.text(words)
        assert NurseReview.objects.exists() or Alert.objects.exists()

    @pytest.mark.parametrize("words", ["HELP", "info", "ayuda", "who is this"])
    def test_the_keyword_alone_is_answered_and_a_nurse_has_it_with_a_clock(
        self, team: flags.OnCall, words: str
    ) -> None:
        assert flags.text(words).disposition == "help"
        assert NurseReview.objects.get().due_at > NOW


class TestManagers:
    def test_one_number_that_is_none_does_not_keep_an_alarm_from_all(self, team: flags.OnCall) -> None:
        manager = Responder.objects.get(name="Manager Ortiz")
        Responder.objects.filter(pk=manager.pk).update(phone="555-0180")
        alarms.shout("trouble", "Something is wrong.", now=NOW)
        alarm_pages.tell(now=NOW)
        assert list(Message.objects.values_list("address", flat=True)) == [manager.email]

    def test_where_no_manager_can_be_told_everybody_is(self, team: flags.OnCall) -> None:
        Responder.objects.filter(name="Manager Ortiz").update(phone="555-0180", email="")
        alarms.shout("trouble", "Something is wrong.", now=NOW)
        alarm_pages.tell(now=NOW)
        assert Message.objects.filter(address=team.nurse.phone).exists()


class TestTheCanary:
    def test_a_canary_that_breaks_the_reading_is_nobodys_text(
        self, team: flags.OnCall, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*args: object, **kwargs: object) -> None:
            raise ZeroDivisionError

        settings.CANARY_PHONE, settings.ALERTS_CANARY_MINUTES = "+12025550199", 15
        monkeypatch.setattr("alerts.canary.read", broken)
        canary.walk(now=NOW)
        assert not NurseReview.objects.exists()
        assert {alarm.key for alarm in alarms.open_alarms()} == {"triage-broke"}
