"""What must not cost a red flag its page: our own faults, odd senders, and whatever happens at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError

from alerts import cases, raising, rota, services
from alerts.domain.policy import Role
from alerts.domain.words import AlertState, EventKind, Outcome
from alerts.models import Alarm, Alert, NurseReview, PolicyStep, Responder
from messaging.domain.wording import WordingError
from messaging.wordings import load
from patients.models import Patient
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


def without(*names: str) -> Callable[..., Any]:
    """The templates on disk, but for these."""

    def loaded(name: str, *args: Any) -> Any:
        if name in names:
            raise WordingError(f"{name}: cannot be read")
        return load(name, *args)

    return loaded


class TestAtTheSameMoment:
    def test_a_report_that_meets_the_end_of_its_case_opens_a_new_one(
        self, team: flags.OnCall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flags.text(LEGS)
        first = flags.only_alert()
        lock = cases.lock

        def closed_meanwhile(alert_id: int, **how: bool) -> Alert | None:
            monkeypatch.setattr("alerts.cases.lock", lock)
            services.close(alert_id, by=team.nurse, outcome=Outcome.FALSE_ALARM, via="admin", now=NOW)
            return lock(alert_id, **how)

        monkeypatch.setattr("alerts.cases.lock", closed_meanwhile)
        flags.text(LEGS)
        assert Alert.objects.exclude(pk=first.pk).get().state == AlertState.PAGED

    def test_two_texts_of_an_unknown_number_at_once_are_two_reports(
        self, team: flags.OnCall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        report = raising.report

        def late(*args: Any, **how: Any) -> list[Alert]:
            monkeypatch.setattr("alerts.raising.report", report)
            raise IntegrityError("alert_one_open")

        monkeypatch.setattr("alerts.raising.report", late)
        assert flags.text(LEGS, sender="+12025550999").disposition == "alert_raised"
        assert not Alarm.objects.filter(key="triage-broke").exists()


class TestFaultsOfOurOwn:
    def test_without_words_for_the_patient_the_nurse_is_paged_and_told_to_phone(
        self, team: flags.OnCall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Patient.objects.update(language="es")
        monkeypatch.setattr("alerts.telling._own_words", lambda *_: "")
        monkeypatch.setattr("messaging.wordings.load", without("red_flag_neutral", "nurse_will_call"))
        assert flags.text(LEGS).disposition == "alert_raised"
        alert = flags.only_alert()
        assert flags.paged(alert)[0][0] == team.nurse.name
        assert alert.phone_her
        assert EventKind.NOT_INSTRUCTED in flags.story(alert)
        # Nor does it cost the nurse her acceptance.
        answer = services.accept(alert.pk, by=team.nurse, via="link", now=NOW)
        assert answer.verdict is services.Verdict.WON

    def test_without_words_for_a_call_the_text_goes_out(
        self, team: flags.OnCall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("messaging.wordings.load", without("page_voice", "page_taken"))
        PolicyStep.objects.filter(part="ladder").update(channels=["voice", "sms"])
        flags.text(LEGS)
        alert = flags.only_alert()
        assert flags.paged(alert) == [(team.nurse.name, "sms")]
        services.accept(alert.pk, by=team.nurse, via="link", now=NOW)
        alert.refresh_from_db()
        assert alert.state == AlertState.ACCEPTED

    def test_a_number_that_is_none_leaves_the_step_to_the_others(self, team: flags.OnCall) -> None:
        Responder.objects.filter(pk=team.nurse.pk).update(phone="555-0180", email="")
        flags.text(LEGS)
        assert flags.paged(flags.only_alert())[0][0] == team.backup.name
        assert Alarm.objects.filter(key__startswith="empty-step", closed_at=None).exists()

    def test_a_rota_that_cannot_be_read_leaves_the_step_to_the_next(
        self, team: flags.OnCall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from_rota = rota.who

        def broken(clinic: Any, role: str, at: Any) -> Responder | None:
            if role == Role.NURSE:
                raise ZeroDivisionError
            return from_rota(clinic, role, at)

        monkeypatch.setattr("alerts.rota.who", broken)
        assert flags.text(LEGS).disposition == "alert_raised"
        assert flags.paged(flags.only_alert())[0][0] == team.backup.name

    def test_a_policy_without_steps_pages_all_the_same(self, team: flags.OnCall) -> None:
        PolicyStep.objects.all().delete()
        assert flags.text(LEGS).disposition == "alert_raised"
        alert = flags.only_alert()
        assert flags.paged(alert)[0][0] == team.nurse.name
        assert Alarm.objects.filter(key__startswith="policy-broken", closed_at=None).exists()
        flags.wind(alert, until=NOW.replace(hour=5))
        assert {name for name, _ in flags.paged(alert)} >= {person.name for person in team.people.values()}

    def test_a_patient_whose_zone_is_no_zone_is_paged_for(self, team: flags.OnCall) -> None:
        Patient.objects.update(timezone="Mars/Olympus")
        assert flags.text(LEGS).disposition == "alert_raised"


class TestOddSenders:
    @pytest.mark.parametrize("sender", ["", "24273", "CLINIC", " 12025550999"])
    def test_a_red_flag_from_what_is_no_number_is_paged(self, team: flags.OnCall, sender: str) -> None:
        assert flags.text(LEGS, sender=sender).disposition == "alert_raised"
        alert = flags.only_alert()
        assert flags.paged(alert)[0][0] == team.nurse.name
        assert "PHONE" in alert.pages.all()[0].message.body

    def test_other_words_from_there_are_read_by_a_nurse_and_not_answered(self, team: flags.OnCall) -> None:
        flags.text("qqq zzz 7f7f", sender="24273")
        assert NurseReview.objects.exists()
        assert not flags.texts_to("24273")

    def test_a_patient_who_has_the_number_of_the_canary_is_heard(self, team: flags.OnCall, settings: Any) -> None:
        settings.CANARY_PHONE, settings.ALERTS_CANARY_MINUTES = make.PHONE, 15
        assert flags.text(LEGS).disposition == "alert_raised"

    def test_a_nurse_who_has_the_number_of_the_canary_can_answer(self, team: flags.OnCall, settings: Any) -> None:
        settings.CANARY_PHONE, settings.ALERTS_CANARY_MINUTES = team.nurse.phone, 15
        flags.text(LEGS)
        code = nurses.code_of(flags.only_alert(), team.nurse)
        flags.text(code, sender=team.nurse.phone)
        assert flags.only_alert().owner == team.nurse

    @pytest.mark.parametrize("words", [LEGS, "my L4L5 is bad and i cant feel my legs", "help me i cant feel my legs"])
    def test_a_nurse_who_is_a_patient_too_is_heard_as_one_while_she_has_alerts(
        self, team: flags.OnCall, words: str
    ) -> None:
        flags.text(LEGS)
        make.patient(team.nurse.phone, given_name="Ana")
        flags.text(words, sender=team.nurse.phone)
        assert Alert.objects.filter(patient__given_name="Ana").exists()
