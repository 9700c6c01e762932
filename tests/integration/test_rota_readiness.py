"""Answers by code, the verification of a number, and a STOP from a responder's phone."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from alerts import rota as duty
from alerts.domain import codes
from alerts.models import Alarm, Override, ReplyCode, Responder, RotaQuestion
from alerts.rota import keeping, reach, readiness
from messaging import consent
from messaging.domain.delivery import Purpose
from tests.support import builders as make
from tests.support import rota as on_call

pytestmark = pytest.mark.django_db

NOW = make.ny("2026-06-10 09:00")  # Bea's week
CODE = codes.make(random.Random(1))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class TestVerification:
    """A number is verified by the code that was sent to it."""

    def test_her_reply_with_the_code_verifies_the_number(self) -> None:
        ana = on_call.nurse(phone_verified_at=None)
        question = readiness.verify(ana, now=NOW)
        assert question is not None
        message = on_call.last_text(ana)
        assert question.code in message.body
        assert (message.urgency, message.purpose) == ("urgent", "pages")
        spaced = " ".join(question.code.lower())
        assert readiness.answer(ana, f"  {spaced}!", NOW + MINUTE)
        ana.refresh_from_db()
        assert ana.phone_verified_at == NOW + MINUTE
        assert on_call.texts(ana) == ["rota_verify", "rota_verified"]

    def test_other_words_and_other_peoples_codes_verify_nothing(self) -> None:
        ana, bea = on_call.nurse(phone_verified_at=None), on_call.nurse("Bea Stone", phone_verified_at=None)
        readiness.verify(ana, now=NOW)
        for words in ("", "ok", "K7Q4 what?", on_call.code_of(ana, "verify")):
            assert not readiness.answer(bea, words, NOW + MINUTE)
        assert not readiness.answer(ana, "thanks", NOW + MINUTE)
        assert not Responder.objects.filter(phone_verified_at__isnull=False).exists()

    def test_a_code_that_went_to_the_old_number_does_not_verify_the_new_one(self) -> None:
        ana = on_call.nurse(phone_verified_at=None)
        readiness.verify(ana, now=NOW)
        Responder.objects.filter(pk=ana.pk).update(phone="+12025550199")
        ana.refresh_from_db()
        assert readiness.answer(ana, RotaQuestion.objects.get().code, NOW + MINUTE)
        ana.refresh_from_db()
        assert ana.phone_verified_at is None

    def test_a_code_said_twice_is_taken_once(self) -> None:
        ana = on_call.nurse(phone_verified_at=None)
        readiness.verify(ana, now=NOW)
        for _ in range(2):
            assert readiness.answer(ana, on_call.code_of(ana, "verify"), NOW + MINUTE)
        assert on_call.texts(ana).count("rota_verified") == 1

    def test_without_a_phone_nothing_can_be_asked(self) -> None:
        assert readiness.verify(on_call.nurse(phone=""), now=NOW) is None

    def test_a_code_is_none_that_an_alert_has_on_the_same_phone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ana = on_call.nurse()
        alert = on_call.alert(make.patient())
        drawn = iter([CODE, CODE, "R3X9"])
        monkeypatch.setattr("alerts.rota.asking.codes.make", lambda _: next(drawn))
        ReplyCode.objects.create(phone=ana.phone, code=CODE, alert=alert, responder=ana, issued_at=NOW)
        question = readiness.verify(ana, now=NOW)
        assert question is not None
        assert question.code == "R3X9"


class TestStop:
    """STOP from a responder's phone."""

    def test_it_is_shouted_at_once_and_the_next_one_put_on(self) -> None:
        _, (_, bea, cat) = on_call.weekly()
        on_call.stop(bea, NOW)
        assert readiness.stopped(bea.phone, NOW)
        assert Alarm.objects.get(key=f"rota:stop:{bea.pk}").grave
        row = Override.objects.get()
        assert (row.responder, row.other, row.starts_at) == (cat, bea, NOW)
        assert row.ends_at == make.ny("2026-06-15 08:00")
        assert "STOP" in row.reason

    def test_a_shift_of_next_month_is_left_to_the_coordinator(self) -> None:
        _, (ana, _, _) = on_call.weekly()
        assert readiness.stopped(ana.phone, NOW)
        assert Alarm.objects.count() == 1
        assert not Override.objects.exists()

    def test_a_strangers_stop_is_nothing_to_the_rota(self) -> None:
        on_call.weekly()
        assert not readiness.stopped("+12025550198", NOW)
        assert not Alarm.objects.exists()

    def test_a_code_that_comes_back_afterwards_undoes_it(self) -> None:
        ana = on_call.nurse()
        on_call.stop(ana, NOW)
        assert reach.problems([ana])[ana.pk] == [reach.Problem.STOPPED]
        readiness.verify(ana, now=NOW + HOUR)
        assert readiness.answer(ana, on_call.code_of(ana, "verify"), NOW + HOUR + MINUTE)
        assert reach.problems([ana])[ana.pk] == []

    def test_a_start_sends_the_code_that_undoes_it(self) -> None:
        ana = on_call.nurse()
        readiness.started(ana, NOW)
        assert on_call.texts(ana) == [], "nothing was stopped"
        on_call.stop(ana, NOW)
        readiness.started(ana, NOW + HOUR)
        assert readiness.answer(ana, on_call.code_of(ana, "verify"), NOW + HOUR + MINUTE)
        assert reach.problems([ana])[ana.pk] == []

    def test_a_code_from_before_the_stop_does_not(self) -> None:
        ana = on_call.nurse()
        readiness.verify(ana, now=NOW)
        on_call.stop(ana, NOW + HOUR)
        readiness.answer(ana, on_call.code_of(ana, "verify"), NOW + HOUR + MINUTE)
        assert reach.problems([ana])[ana.pk] == [reach.Problem.STOPPED]

    def test_the_stop_of_a_patient_with_the_same_phone_stands(self) -> None:
        ana = on_call.nurse()
        make.patient(ana.phone)
        on_call.stop(ana, NOW)
        readiness.verify(ana, now=NOW + HOUR)
        readiness.answer(ana, on_call.code_of(ana, "verify"), NOW + HOUR + MINUTE)
        assert consent.state(ana.phone, Purpose.REMINDERS) is False


class TestSwap:
    """A swap counts when both have agreed."""

    def test_two_replies_make_it_stand(self) -> None:
        made, (ana, bea, _) = on_call.weekly()
        swap = on_call.override(
            made,
            ana,
            "2026-06-08 08:00",
            "2026-06-15 08:00",
            kind="swap",
            other=bea,
            other_starts_at=make.ny("2026-06-22 08:00"),
            other_ends_at=make.ny("2026-06-29 08:00"),
        )
        for person in (ana, bea):
            RotaQuestion.objects.create(
                key=f"swap:{person.pk}",
                kind="swap",
                responder=person,
                code=CODE,
                phone=person.phone,
                asked_at=NOW,
                expires_at=NOW + DAY,
                override=swap,
            )
        assert readiness.answer(ana, CODE, NOW)
        assert duty.who(make.clinic(), "nurse", NOW) == bea
        assert readiness.answer(bea, CODE.lower(), NOW)
        assert duty.who(make.clinic(), "nurse", NOW) == ana


def test_a_test_page_that_was_answered_is_remembered() -> None:
    _, (_, bea, _) = on_call.weekly()
    start = make.ny("2026-06-08 08:00")
    keeping.keep(now=start - DAY)
    assert readiness.answer(bea, on_call.code_of(bea, "ready"), start - 23 * HOUR)
    assert RotaQuestion.objects.get(kind="ready").answered_at == start - 23 * HOUR
    assert "You are on call as nurse from Mon, Jun 8 at 8:00 AM" in on_call.last_text(bea).body
