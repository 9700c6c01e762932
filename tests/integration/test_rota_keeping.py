"""What happens around a shift: reminder, test page, substitution, hand-off. Each minute, by a clock that is wound."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts import rota as duty
from alerts.models import Alarm, Override, Responder, RotaQuestion
from alerts.rota import keeping, readiness
from messaging.models import Message
from tests.support import builders as make
from tests.support import rota as on_call

pytestmark = pytest.mark.django_db

HANDOVER = make.ny("2026-06-08 08:00")  # from Ana to Bea
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def keep(*moments: datetime) -> None:
    for now in moments:
        keeping.keep(now=now)
    assert not Alarm.objects.filter(key__startswith="rota:broken").exclude(words__contains="Manager").exists()


def say(person: Responder, kind: str, now: datetime) -> bool:
    return readiness.answer(person, f"ok {on_call.code_of(person, kind).lower()}", now)


def who(at: datetime) -> Responder | None:
    return duty.who(make.clinic(), "nurse", at)


class TestReminders:
    """A day and an hour before."""

    def test_a_day_ahead_comes_the_test_page_and_an_hour_ahead_a_reminder(self) -> None:
        _, (_, bea, _) = on_call.weekly()
        keep(HANDOVER - DAY - MINUTE)
        assert on_call.texts(bea) == []
        keep(HANDOVER - DAY, HANDOVER - DAY + MINUTE, HANDOVER - 20 * HOUR)
        assert on_call.texts(bea) == ["rota_test"]
        assert say(bea, "ready", HANDOVER - 20 * HOUR)
        keep(HANDOVER - HOUR, HANDOVER - 30 * MINUTE)
        assert on_call.texts(bea) == ["rota_test", "rota_ready", "rota_reminder"]

    def test_the_reminder_counts_open_alerts_and_names_nobody(self) -> None:
        _, (_, bea, _) = on_call.weekly()
        on_call.alert(make.patient(given_name="Rosa", family_name="Luz"))
        keep(HANDOVER - DAY)
        message = on_call.last_text(bea)
        assert "Open alerts now: 1." in message.body
        assert "Rosa" not in message.body
        assert "R. L." not in message.body
        assert (message.purpose, message.urgency) == ("pages", "ordinary")
        assert "Mon, Jun 8 at 8:00 AM" in message.body

    def test_it_speaks_her_language(self) -> None:
        _, (_, bea, _) = on_call.weekly()
        Responder.objects.filter(pk=bea.pk).update(language="es")
        keep(HANDOVER - DAY)
        assert "usted esta de guardia (enfermera) desde lun, 8 jun a las 8:00" in on_call.last_text(bea).body

    def test_a_silent_phone_is_tried_again_an_hour_ahead_and_the_coordinator_told(self) -> None:
        _, (_, bea, _) = on_call.weekly()
        keep(HANDOVER - DAY, HANDOVER - HOUR)
        assert on_call.texts(bea) == ["rota_test", "rota_test"]
        bodies = Message.objects.filter(address=bea.phone).values_list("body", flat=True)
        assert all(on_call.code_of(bea, "ready") in body for body in bodies)
        (alarm,) = Alarm.objects.all()
        assert "has not answered the test page" in alarm.words
        assert not alarm.grave

    def test_a_shift_that_is_entered_late_is_tested_at_once_and_once(self) -> None:
        made, (_, _, cat) = on_call.weekly()
        on_call.override(made, cat, "2026-06-03 12:00", "2026-06-03 18:00")
        now = make.ny("2026-06-03 11:20")
        keep(now, now + MINUTE, now + 20 * MINUTE)
        assert on_call.texts(cat) == ["rota_test"]

    def test_turns_of_one_person_in_a_row_are_one_shift(self) -> None:
        _, (ana,) = on_call.weekly("Ana Ruiz")
        keep(HANDOVER - DAY, HANDOVER - HOUR, HANDOVER)
        assert on_call.texts(ana) == []

    def test_a_rota_that_does_not_check_reminds_only(self) -> None:
        _, (_, bea, _) = on_call.weekly(checks_readiness=False)
        Responder.objects.filter(pk=bea.pk).update(email="")
        keep(HANDOVER - DAY, HANDOVER - HOUR, HANDOVER - HOUR + MINUTE)
        assert on_call.texts(bea) == ["rota_reminder", "rota_reminder"]
        assert not Override.objects.exists()


class TestSubstitution:
    """Not ready means that the next person is put on."""

    @pytest.mark.parametrize(
        ("trouble", "words"),
        [
            ({"phone_verified_at": None}, "number not verified"),
            ({"email": ""}, "no second channel"),
            ({"is_active": False}, "switched off"),
        ],
    )
    def test_whoever_is_not_ready_a_day_ahead_is_replaced(self, trouble: dict[str, Any], words: str) -> None:
        _, (_, bea, cat) = on_call.weekly()
        Responder.objects.filter(pk=bea.pk).update(**trouble)
        keep(HANDOVER - DAY)
        row = Override.objects.get()
        assert (row.kind, row.responder, row.other) == ("readiness", cat, bea)
        assert (row.starts_at, row.ends_at) == (HANDOVER, HANDOVER + 7 * DAY)
        assert words in row.reason
        assert on_call.texts(cat) == ["rota_put_on"]
        assert on_call.texts(bea) == ["rota_put_off"]
        (alarm,) = Alarm.objects.all()
        assert "Cat Lowe was put on call" in alarm.words
        assert who(HANDOVER) == cat

    def test_it_is_done_once_however_often_it_is_looked_at(self) -> None:
        _, (_, bea, cat) = on_call.weekly()
        on_call.stop(bea, HANDOVER - 2 * DAY)
        keep(*(HANDOVER - DAY + n * MINUTE for n in range(4)))
        assert Override.objects.count() == 1
        assert on_call.texts(cat) == ["rota_put_on"]

    def test_where_the_coordinator_took_it_back_her_word_stands(self) -> None:
        _, (_, bea, _) = on_call.weekly()
        Responder.objects.filter(pk=bea.pk).update(email="")
        keep(HANDOVER - DAY)
        Override.objects.update(withdrawn_at=HANDOVER - DAY)
        keep(HANDOVER - DAY + MINUTE, HANDOVER - HOUR)
        assert Override.objects.count() == 1
        assert who(HANDOVER) == bea

    def test_whoever_is_put_on_by_hand_above_a_substitution_stays_on_and_is_reminded(self) -> None:
        made, (_, bea, _) = on_call.weekly()
        Responder.objects.filter(pk=bea.pk).update(email="")
        keep(HANDOVER - DAY)
        on_call.override(made, bea, "2026-06-08 08:00", "2026-06-15 08:00")
        keep(HANDOVER - 20 * HOUR)
        assert who(HANDOVER) == bea
        assert Override.objects.count() == 2
        assert on_call.texts(bea) == ["rota_put_off", "rota_test"]

    def test_an_unanswered_test_page_puts_the_next_one_on_when_the_shift_begins(self) -> None:
        _, (ana, bea, cat) = on_call.weekly()
        keep(HANDOVER - DAY, HANDOVER - HOUR, HANDOVER - 2 * MINUTE)
        assert not Override.objects.exists()
        keep(HANDOVER - MINUTE)
        row = Override.objects.get()
        assert (row.responder, row.other, row.starts_at) == (cat, bea, HANDOVER)
        assert "test page" in row.reason
        handoff = RotaQuestion.objects.get(kind="handoff")
        assert (handoff.responder, handoff.outgoing) == (cat, ana)
        assert on_call.texts(cat) == ["rota_handoff"]

    def test_an_answer_that_comes_too_late_is_answered_with_who_has_it(self) -> None:
        _, (_, bea, _) = on_call.weekly()
        keep(HANDOVER - DAY, HANDOVER - MINUTE)
        assert say(bea, "ready", HANDOVER + HOUR)
        assert "Cat Lowe was put on call in your place" in on_call.last_text(bea).body

    def test_the_next_one_must_be_ready_too(self) -> None:
        _, (_, bea, cat, dot) = on_call.weekly("Ana Ruiz", "Bea Stone", "Cat Lowe", "Dot Hale")
        Responder.objects.filter(pk__in=[bea.pk, cat.pk]).update(phone_verified_at=None)
        keep(HANDOVER - DAY)
        assert Override.objects.get().responder == dot

    def test_whoever_is_the_backup_at_that_time_is_put_on_last(self) -> None:
        _, (_, bea, cat, dot) = on_call.weekly("Ana Ruiz", "Bea Stone", "Cat Lowe", "Dot Hale")
        on_call.rotation(on_call.rota("backup", checks_readiness=False), cat)
        Responder.objects.filter(pk=bea.pk).update(email="")
        keep(HANDOVER - DAY)
        assert Override.objects.get().responder == dot

    def test_when_nobody_is_ready_it_is_shouted_and_she_stays(self) -> None:
        _, (_, bea, _) = on_call.weekly()
        Responder.objects.update(email="")
        keep(HANDOVER - DAY)
        assert not Override.objects.exists()
        (alarm,) = Alarm.objects.all()
        assert alarm.grave
        assert "Nobody else of the rota is ready" in alarm.words
        assert who(HANDOVER) == bea


class TestHandoff:
    """The outgoing one stays on until the incoming one has answered."""

    def ready(self) -> list[Responder]:
        _, people = on_call.weekly()
        keep(HANDOVER - DAY)
        say(people[1], "ready", HANDOVER - 20 * HOUR)
        keep(HANDOVER - HOUR)
        return people

    def test_the_answer_hands_the_shift_over(self) -> None:
        ana, bea, _ = self.ready()
        keep(HANDOVER - MINUTE, HANDOVER)
        assert who(HANDOVER - MINUTE) == ana
        assert who(HANDOVER) == ana, "not answered yet"
        assert "Until then Ana Ruiz stays on call." in on_call.last_text(bea).body
        assert say(bea, "handoff", HANDOVER + 2 * MINUTE)
        assert who(HANDOVER + 2 * MINUTE) == bea
        assert on_call.texts(bea)[-1] == "rota_taken_over"

    def test_the_text_leaves_when_the_shift_begins(self) -> None:
        _, bea, _ = self.ready()
        keep(HANDOVER - MINUTE, HANDOVER, HANDOVER + MINUTE)
        message = on_call.last_text(bea)
        assert (message.template, message.urgency, message.due_at) == ("rota_handoff", "urgent", HANDOVER)
        assert on_call.texts(bea).count("rota_handoff") == 1

    def test_silence_is_shouted_after_half_an_hour_and_the_incoming_one_counts(self) -> None:
        ana, bea, _ = self.ready()
        keep(HANDOVER - MINUTE, HANDOVER + 29 * MINUTE)
        assert not Alarm.objects.filter(grave=True).exists()
        assert who(HANDOVER + 29 * MINUTE) == ana
        keep(HANDOVER + 30 * MINUTE)
        assert who(HANDOVER + 30 * MINUTE) == bea
        alarm = Alarm.objects.get(grave=True)
        assert "Bea Stone has not answered the hand-off" in alarm.words
        say(bea, "handoff", HANDOVER + HOUR)
        alarm.refresh_from_db()
        assert alarm.closed_at == HANDOVER + HOUR

    def test_open_alerts_are_listed_with_initials_and_codes_that_take_them(self) -> None:
        _, bea, _ = self.ready()
        alert = on_call.alert(make.patient(given_name="Rosa", family_name="Luz"))
        keep(HANDOVER)
        code = alert.codes.get(phone=bea.phone).code
        body = on_call.last_text(bea).body
        assert f"Open alerts: 1 ({code} R. L.)." in body
        assert "Rosa" not in body
        assert on_call.last_text(bea).segments <= 2

    def test_with_many_alerts_it_still_fits_two_parts(self) -> None:
        _, bea, _ = self.ready()
        for _ in range(9):
            on_call.alert(make.patient(given_name="Wanda", family_name="Wu"))
        keep(HANDOVER)
        message = on_call.last_text(bea)
        assert "Open alerts: 9 (" in message.body
        assert ", +5)" in message.body
        assert message.segments <= 2

    def test_without_a_limit_nothing_is_asked(self) -> None:
        _, (_, bea, _) = on_call.weekly(handoff_minutes=0, checks_readiness=False)
        keep(HANDOVER)
        assert on_call.texts(bea) == []
        assert who(HANDOVER) == bea

    def test_an_outgoing_one_who_has_stopped_does_not_hold_the_shift(self) -> None:
        ana, bea, _ = self.ready()
        keep(HANDOVER)
        on_call.stop(ana, HANDOVER)
        assert who(HANDOVER + MINUTE) == bea

    def test_after_a_gap_there_is_nobody_to_stay(self) -> None:
        _, (ana,) = on_call.weekly("Ana Ruiz")
        keep(make.ny("2026-06-01 08:00"))
        question = RotaQuestion.objects.get(kind="handoff")
        assert question.outgoing is None
        assert who(make.ny("2026-06-01 08:00")) == ana


def test_one_broken_rota_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    _, (_, bea, _) = on_call.weekly()
    broken = on_call.rota("manager")
    on_call.rotation(broken, bea, turn_length=1)
    kept = keeping.keep_rota

    def trip(rota: Any, *, now: datetime) -> None:
        if rota == broken:
            raise ValueError("tripped")
        kept(rota, now=now)

    monkeypatch.setattr(keeping, "keep_rota", trip)
    keep(HANDOVER - DAY)
    assert on_call.texts(bea) == ["rota_test"]
    assert Alarm.objects.filter(key=f"rota:broken:{broken.pk}").exists()
