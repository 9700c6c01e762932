"""Clocks that must not be lost: the patient's own when a case changes hands, receipts of a second round, and loops."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts import services, sweeps
from alerts.domain.words import AlertState, EventKind
from alerts.models import Alarm, Alert
from tests.support import builders as make
from tests.support import red_flags as flags

pytestmark = pytest.mark.django_db
NOW = flags.NOW
MINUTE = timedelta(minutes=1)
LEGS = "my legs feel numb and weak since this morning, prob nothing"


@pytest.fixture
def team() -> flags.OnCall:
    made = flags.on_call()
    flags.sign_everything()
    make.patient(make.PHONE)
    return made


def fallbacks() -> int:
    return len(flags.texts_to(make.PHONE, template="fallback"))


class TestThePatientsOwnClock:
    def test_handed_back_after_her_time_she_is_told_not_to_wait(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        alert = flags.only_alert()
        after = alert.rule_version.fallback_after * MINUTE
        services.accept(alert.pk, by=team.nurse, via="text", now=NOW + MINUTE)
        sweeps.advance(now=NOW + after + MINUTE)
        assert fallbacks() == 0
        services.hand_back(alert.pk, by=team.nurse, via="text", now=NOW + after + MINUTE)
        sweeps.advance(now=NOW + after + MINUTE)
        assert fallbacks() == 1

    def test_taken_and_forgotten_she_is_told_not_to_wait(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        alert = flags.only_alert()
        services.accept(alert.pk, by=team.nurse, via="text", now=NOW + MINUTE)
        flags.wind(alert, until=NOW + 32 * MINUTE)
        assert fallbacks() == 1

    def test_whom_a_nurse_has_reached_is_never_told_so(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        alert = flags.only_alert()
        services.reached(alert.pk, by=team.nurse, spoke=True, via="text", now=NOW + MINUTE)
        flags.wind(alert, until=NOW + timedelta(hours=4))
        assert fallbacks() == 0

    def test_an_amber_case_that_turns_red_has_one_too(self, team: flags.OnCall) -> None:
        flags.text("temp 100.2 and chills")
        alert = flags.only_alert()
        assert (alert.tier, alert.fallback_at) == ("amber", None)
        flags.text("now its 103.5 and shaking chills", now=NOW + MINUTE)
        alert = flags.only_alert()
        assert alert.tier == "red"
        flags.wind(alert, until=NOW + MINUTE + alert.rule_version.fallback_after * MINUTE)
        assert fallbacks() == 1


class TestReceipts:
    def test_a_page_of_the_second_round_that_is_lost_is_not_held_by_one_of_the_first(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        alert = flags.only_alert()
        flags.deliver_all(now=NOW)
        sweeps.check_receipts(now=NOW)
        services.accept(alert.pk, by=team.nurse, via="text", now=NOW)
        again = NOW + 30 * MINUTE
        sweeps.advance(now=again)
        alert.refresh_from_db()
        assert (alert.state, alert.position) == (AlertState.PAGED, 0)
        sweeps.check_receipts(now=again + MINUTE)
        alert.refresh_from_db()
        assert alert.position == 1

    def test_an_alert_that_cannot_be_moved_keeps_no_other_waiting(self, team: flags.OnCall) -> None:
        make.patient("+12025550998")
        flags.text(LEGS)
        flags.text(LEGS, sender="+12025550998")
        broken, other = Alert.objects.order_by("pk")
        Alert.objects.filter(pk=broken.pk).update(policy={})
        sweeps.check_receipts(now=NOW + MINUTE)
        other.refresh_from_db()
        assert other.position == 1
        assert Alarm.objects.filter(key=f"stuck:{broken.pk}", closed_at=None).exists()


class TestLoops:
    def test_a_telephone_that_answers_by_itself_is_not_argued_with(self, team: flags.OnCall) -> None:
        """Each instruction would bring the next answer, and each answer the next instruction."""
        words = "I'm driving right now. If this is an emergency call 911."
        for seconds in range(0, 300, 10):
            flags.text(words, now=NOW + timedelta(seconds=seconds))
        alert = flags.only_alert()
        assert alert.reports.count() == 30
        assert len(flags.texts_to(make.PHONE, template="instruction")) == 1

    def test_new_trouble_beside_what_is_known_is_answered(self, team: flags.OnCall) -> None:
        flags.text("i fell and my hip snapped")
        flags.text("i fell and my hip snapped. fever of 103.5 too", now=NOW + MINUTE)
        fever = Alert.objects.get(condition="infection_fever")
        assert EventKind.INSTRUCTED in flags.story(fever)
        assert len(flags.texts_to(make.PHONE, template="instruction")) == 2

    def test_whoever_writes_again_later_or_of_worse_is_told_again(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        flags.text("now i cant pee at all and cant walk", now=NOW + MINUTE)
        flags.text(LEGS, now=NOW + 20 * MINUTE)
        assert len(flags.texts_to(make.PHONE, template="instruction")) == 3
        assert flags.story(flags.only_alert()).count(EventKind.INSTRUCTED) == 3
