"""What follows an opt-out: a task for each patient of the number, a nurse who phones, and the way back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from alerts.models import Alert
from messaging import consent, record
from messaging.domain.delivery import EVERYTHING, Purpose
from messaging.models import ConsentEvent, Message
from patients.domain.profile import Owner, PatientStatus
from patients.models import CoordinatorTask, TaskKind
from tests.support import builders as make
from tests.support import red_flags as flags

pytestmark = pytest.mark.django_db

NOW = flags.NOW
MINUTE = timedelta(minutes=1)


@pytest.fixture
def team(settings: Any) -> flags.OnCall:
    made = flags.on_call()
    flags.sign_everything()
    make.patient(make.PHONE)
    return made


def tasks(**fields: Any) -> list[CoordinatorTask]:
    return list(CoordinatorTask.objects.filter(kind=TaskKind.OPT_OUT, **fields).order_by("patient_id"))


class TestTheTask:
    def test_it_names_the_ways_that_are_left(self) -> None:
        rosa = make.patient(make.PHONE, make.MAILBOX)
        make.contact(rosa, "+12025550177", owner=Owner.CAREGIVER, owner_name="Ana Luz")
        consent.revoke_everything(make.PHONE, source="text", wording="STOP", now=NOW)
        (task,) = tasks()
        assert "mails to the patient" in task.detail
        assert "texts to Ana Luz (caregiver)" in task.detail
        assert make.PHONE not in task.title + task.detail

    def test_it_says_so_where_nobody_is_left(self) -> None:
        make.patient(make.PHONE)
        consent.revoke_everything(make.PHONE, source="carrier", wording="21610", now=NOW)
        assert "Phone the patient" in tasks()[0].detail

    def test_a_shared_phone_asks_about_every_patient_but_the_dead(self) -> None:
        one, two = make.patient(make.PHONE), make.patient(make.PHONE, given_name="Ana")
        make.patient(make.PHONE, given_name="Eva", status=PatientStatus.DECEASED)
        consent.revoke_everything(make.PHONE, source="text", wording="STOP", now=NOW)
        assert [task.patient for task in tasks()] == [one, two]
        assert all("More patients share it" in task.detail for task in tasks())

    def test_said_again_it_is_the_same_task_and_a_start_closes_it(self) -> None:
        make.patient(make.PHONE)
        for minute, source in enumerate(("text", "carrier", "text")):
            consent.record(
                make.PHONE, EVERYTHING, granted=False, source=source, wording="no", now=NOW + minute * MINUTE
            )
        assert len(tasks()) == 1
        consent.restore(make.PHONE, source="text", wording="START", now=NOW + 5 * MINUTE)
        assert tasks(done_at__isnull=True) == []
        consent.revoke_everything(make.PHONE, source="text", wording="STOP", now=NOW + 6 * MINUTE)
        assert len(tasks(done_at__isnull=True)) == 1

    def test_a_no_that_staff_wrote_down_asks_only_about_a_shared_phone(self) -> None:
        make.patient(make.PHONE)
        consent.record(make.PHONE, Purpose.REMINDERS, granted=False, source="staff", wording="no", now=NOW)
        assert tasks() == []
        make.patient(make.PHONE, given_name="Ana")
        consent.record(make.PHONE, Purpose.REMINDERS, granted=False, source="staff", wording="no", now=NOW + MINUTE)
        assert len(tasks()) == 2

    def test_a_no_counts_though_no_task_can_be_opened(self, settings: Any) -> None:
        settings.ON_OPT_OUT = f"{__name__}.broken"
        consent.revoke_everything(make.PHONE, source="text", wording="STOP", now=NOW)
        assert consent.opted_out(make.PHONE)

    def test_a_code_of_the_carrier_writes_the_ledger_and_opens_the_task(self) -> None:
        make.patient(make.PHONE)
        record.note_opt_out_at_carrier(make.PHONE, wording="refused with code 21610", now=NOW)
        assert ConsentEvent.objects.latest("pk").source == "carrier"
        assert len(tasks()) == 1


def broken(*_: object) -> None:
    raise ZeroDivisionError


class TestAnAlert:
    def test_both_are_heard_and_the_nurse_is_told_to_phone_at_once(self, team: flags.OnCall) -> None:
        text = flags.text("stop texting me, I can't feel my legs")
        alert = flags.only_alert()
        assert text.disposition == "alert_raised+stop"
        assert alert.phone_her == "opted out of texts"
        assert consent.opted_out(make.PHONE)
        templates = set(Message.objects.filter(address=make.PHONE).values_list("template", flat=True))
        assert {"instruction", "opt_out_done"} <= templates
        assert len(tasks()) == 1

    def test_a_later_start_takes_back_that_she_must_be_phoned(self, team: flags.OnCall) -> None:
        flags.text("STOP. I can't feel my legs")
        flags.text("START", now=NOW + MINUTE)
        assert flags.only_alert().phone_her == ""

    def test_another_reason_to_phone_stays(self, team: flags.OnCall) -> None:
        flags.text("STOP. I can't feel my legs")
        Alert.objects.update(phone_her="our text to her did not arrive")
        flags.text("START", now=NOW + MINUTE)
        assert flags.only_alert().phone_her

    @pytest.mark.parametrize("words", ["please stop texting me", "ya no me manden mensajes", "take my number off pls"])
    def test_a_plain_opt_out_in_many_words_asks_no_nurse(self, team: flags.OnCall, words: str) -> None:
        assert flags.text(words).disposition == "opt_out"
        assert not Alert.objects.exists()
        assert [m.template for m in Message.objects.filter(address=make.PHONE)] == ["opt_out_done"]

    def test_a_number_that_nobody_knows_is_obeyed_too(self, team: flags.OnCall) -> None:
        flags.text("stop texting me, qqq zzz 7f7f", sender="+12025550999")
        assert consent.opted_out("+12025550999")


class TestTheLedger:
    def test_a_stop_is_one_entry_about_everything(self) -> None:
        make.patient(make.PHONE)
        consent.revoke_everything(make.PHONE, source="text", wording="STOP", now=NOW)
        assert list(ConsentEvent.objects.filter(granted=False).values_list("purpose", flat=True)) == [EVERYTHING]

    def test_start_gives_back_what_stood_before_the_stop_and_no_more(self) -> None:
        say: dict[str, Any] = {"source": "form", "wording": "w"}
        consent.record(make.PHONE, EVERYTHING, granted=True, now=NOW, **say)
        consent.record(make.PHONE, Purpose.WARNINGS, granted=False, now=NOW + MINUTE, **say)
        consent.revoke_everything(make.PHONE, source="text", wording="STOP", now=NOW + 2 * MINUTE)
        assert consent.restore(make.PHONE, source="text", wording="START", now=NOW + 3 * MINUTE)
        states = {p.value: consent.state(make.PHONE, p) for p in (Purpose.REMINDERS, Purpose.WARNINGS)}
        assert states == {"reminders": True, "warnings": False}

    def test_a_no_to_everything_told_to_staff_counts_for_each_purpose(self) -> None:
        consent.record(make.PHONE, EVERYTHING, granted=True, source="form", wording="w", now=NOW)
        consent.revoke_everything(make.PHONE, source="staff", wording="phoned", now=NOW + MINUTE, by="coordinator")
        assert consent.allowed([(make.PHONE, Purpose.REMINDERS)]) == set()

    def test_a_start_where_nothing_was_agreed_takes_the_stop_back_and_agrees_to_nothing(self) -> None:
        consent.revoke_everything(make.PHONE, source="text", wording="STOP", now=NOW)
        assert consent.restore(make.PHONE, source="text", wording="START", now=NOW + MINUTE)
        assert not consent.opted_out(make.PHONE)
        assert consent.allowed([(make.PHONE, Purpose.REMINDERS)]) == set()

    def test_a_yes_on_a_page_does_not_open_what_the_carrier_keeps_shut(self) -> None:
        consent.revoke_everything(make.PHONE, source="text", wording="STOP", now=NOW)
        consent.record(make.PHONE, Purpose.REMINDERS, granted=True, source="page", wording="yes", now=NOW + MINUTE)
        assert consent.opted_out(make.PHONE)
        assert consent.allowed([(make.PHONE, Purpose.REMINDERS)])

    def test_an_unknown_purpose_is_refused_by_name(self) -> None:
        with pytest.raises(ValueError, match="gossip"):
            consent.record(make.PHONE, "gossip", granted=True, source="form", wording="w", now=NOW)
