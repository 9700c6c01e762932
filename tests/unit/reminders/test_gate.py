"""The last look before a reminder leaves: every reason once, their order, and the hours of the night."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.domain.quiet_hours import Window
from patients.domain.profile import PatientStatus
from reminders.domain.gate import Contact, Drop, Send, Situation, Wait, decide, fresh_until, standing_reason
from reminders.domain.words import Condition, Reason, ScheduleStatus, VisitStatus

NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 6, 16, 12, tzinfo=NEW_YORK).astimezone(UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WINDOW = Window(time(8), time(21))
PHONE = Contact(id=1, address="+12025550123", usable=True, consented=True)
FINE = Situation(
    patient=PatientStatus.ACTIVE,
    schedule=ScheduleStatus.ACTIVE,
    visit=VisitStatus.PLANNED,
    visit_at=NOON + 21 * HOUR,
    confirmed=False,
    given=False,
    condition=Condition.ALWAYS,
    before_visit=True,
    rule_stands=True,
    anchor_stands=True,
    expires_at=NOON + 12 * HOUR,
    contacts=(PHONE,),
    window=WINDOW,
    zone=NEW_YORK,
)
GIVEN: dict[str, Any] = {"visit": VisitStatus.GIVEN, "given": True}

#: What is wrong, and the reason that staff will read. In the order in which the gate asks.
REFUSALS: list[tuple[dict[str, Any], Reason]] = [
    ({"patient": PatientStatus.ON_HOLD}, Reason.PATIENT_ON_HOLD),
    ({"patient": PatientStatus.DISCHARGED}, Reason.PATIENT_DISCHARGED),
    ({"patient": PatientStatus.DECEASED}, Reason.PATIENT_DECEASED),
    ({"schedule": ScheduleStatus.ON_HOLD}, Reason.SCHEDULE_ON_HOLD),
    ({"schedule": ScheduleStatus.CANCELLED}, Reason.SCHEDULE_CANCELLED),
    ({"schedule": ScheduleStatus.FINISHED}, Reason.SCHEDULE_FINISHED),
    ({"visit": VisitStatus.CANCELLED}, Reason.VISIT_CANCELLED),
    ({"visit": VisitStatus.MISSED}, Reason.VISIT_MISSED),
    ({"rule_stands": False}, Reason.RULE_CHANGED),
    ({"anchor_stands": False}, Reason.VISIT_MOVED),
    ({"condition": Condition.GIVEN, "before_visit": False}, Reason.DOSE_NOT_RECORDED),
    (GIVEN, Reason.DOSE_GIVEN),
    ({"condition": Condition.OVERDUE, "before_visit": False}, Reason.NOT_OVERDUE),
    ({"condition": Condition.UNCONFIRMED, "confirmed": True}, Reason.CONFIRMED),
    ({"visit_at": NOON}, Reason.VISIT_PASSED),
    ({"expires_at": NOON}, Reason.STALE),
    ({"contacts": ()}, Reason.NO_CONTACT),
    ({"contacts": (replace(PHONE, usable=False),)}, Reason.CONTACT_UNUSABLE),
    ({"contacts": (replace(PHONE, consented=False),)}, Reason.NO_CONSENT),
]


def ids(values: object) -> str | None:
    return values.value if isinstance(values, Reason) else None


@pytest.mark.parametrize(("wrong", "reason"), REFUSALS, ids=ids)
def test_one_thing_wrong_is_the_reason(wrong: dict[str, Any], reason: Reason) -> None:
    assert decide(FINE, now=NOON) == Send(PHONE)
    assert decide(replace(FINE, **wrong), now=NOON) == Drop(reason)
    assert reason.label.endswith((".", ")"))


@pytest.mark.parametrize(("wrong", "reason"), REFUSALS, ids=ids)
def test_it_is_refused_at_night_too_rather_than_made_to_wait(wrong: dict[str, Any], reason: Reason) -> None:
    night = NOON - 9 * HOUR
    wrong = wrong | ({"visit_at": night} if "visit_at" in wrong else {})
    wrong = wrong | ({"expires_at": night} if "expires_at" in wrong else {})
    assert isinstance(decide(FINE, now=night), Wait)
    assert decide(replace(FINE, **wrong), now=night) == Drop(reason)


def test_death_is_told_before_anything_else() -> None:
    everything = {key: value for wrong, _ in reversed(REFUSALS) for key, value in wrong.items()}
    everything["patient"] = PatientStatus.DECEASED
    assert decide(replace(FINE, **everything), now=NOON) == Drop(Reason.PATIENT_DECEASED)


@pytest.mark.parametrize(
    ("situation", "condition"),
    [
        (GIVEN, Condition.GIVEN),
        ({"visit": VisitStatus.OVERDUE, "visit_at": NOON - 5 * DAY}, Condition.OVERDUE),
        ({}, Condition.UNCONFIRMED),
        ({"confirmed": True}, Condition.ALWAYS),
    ],
)
def test_a_condition_that_holds_lets_it_pass(situation: dict[str, Any], condition: Condition) -> None:
    after = condition in (Condition.GIVEN, Condition.OVERDUE)
    assert decide(replace(FINE, condition=condition, before_visit=not after, **situation), now=NOON) == Send(PHONE)


class TestContacts:
    """Which of several phones."""

    SECOND = Contact(id=2, address="+12025550124", usable=True, consented=True)

    @pytest.mark.parametrize("trouble", [{"usable": False}, {"consented": False}])
    def test_the_first_that_may_be_used_is(self, trouble: dict[str, Any]) -> None:
        contacts = (replace(PHONE, **trouble), self.SECOND)
        assert decide(replace(FINE, contacts=contacts), now=NOON) == Send(self.SECOND)
        assert decide(replace(FINE, contacts=(PHONE, self.SECOND)), now=NOON) == Send(PHONE)

    def test_a_usable_one_without_consent_is_the_reason_that_helps(self) -> None:
        contacts = (replace(PHONE, usable=False), replace(self.SECOND, consented=False))
        assert decide(replace(FINE, contacts=contacts), now=NOON) == Drop(Reason.NO_CONSENT)


class TestQuietHours:
    """Routine messages wait for the morning, unless they would be stale by then."""

    NIGHT = datetime(2026, 6, 16, 3, tzinfo=NEW_YORK)

    def test_it_waits_until_eight(self) -> None:
        assert decide(FINE, now=self.NIGHT) == Wait(datetime(2026, 6, 16, 8, tzinfo=NEW_YORK))

    def test_what_would_be_stale_by_then_is_dropped(self) -> None:
        until_eight = replace(FINE, expires_at=datetime(2026, 6, 16, 8, tzinfo=NEW_YORK))
        assert decide(until_eight, now=self.NIGHT) == Drop(Reason.QUIET_HOURS)

    def test_the_patients_own_zone_decides(self) -> None:
        assert decide(replace(FINE, zone=ZoneInfo("Europe/Madrid")), now=self.NIGHT) == Send(PHONE)


clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
zones = st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"})).map(ZoneInfo)
nows = st.integers(0, 2 * 365 * 24 * 3600).map(lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s))


def is_open(window: Window, at: datetime, zone: ZoneInfo) -> bool:
    """The window as minutes on a dial."""
    opens, closes, shown = (t.hour * 60 + t.minute for t in (window.opens, window.closes, at.astimezone(zone).time()))
    return (shown - opens) % 1440 < ((closes - opens) % 1440 or 1440)


@given(nows, st.builds(Window, clocks, clocks), zones, st.integers(1, 3 * 24 * 60))
@settings(max_examples=300, deadline=None)
def test_it_sends_only_while_open_and_waits_only_for_what_stays_fresh(
    now: datetime, window: Window, zone: ZoneInfo, minutes: int
) -> None:
    expires = now + timedelta(minutes=minutes)
    situation = replace(FINE, window=window, zone=zone, visit_at=now + 9 * DAY, expires_at=expires)
    decision = decide(situation, now=now)
    if is_open(window, now, zone):
        assert decision == Send(PHONE)
        return
    # Open at some minute before it expires? Then it waits, until an open moment; else quiet hours outlast it.
    first = now.replace(second=0) + timedelta(minutes=1)
    some_open = any(is_open(window, first + timedelta(minutes=m), zone) for m in range(0, minutes - 1, 5))
    if isinstance(decision, Wait):
        assert now < decision.until < expires
        assert is_open(window, decision.until, zone)
    else:
        assert decision == Drop(Reason.QUIET_HOURS)
        assert not some_open


@given(nows, st.builds(Window, clocks, clocks), zones)
@settings(max_examples=300, deadline=None)
def test_words_stay_true_until_midnight_or_the_windows_end(now: datetime, window: Window, zone: ZoneInfo) -> None:
    until = fresh_until(now, window, zone)
    assert until > now
    assert (until - timedelta(seconds=1)).astimezone(zone).date() == now.astimezone(zone).date()
    assert until - now <= timedelta(hours=26)
    if is_open(window, now, zone) and window.opens != window.closes:
        # Not a second of the quiet hours is left in it, but for an hour that comes twice.
        last = (until - timedelta(seconds=1)).astimezone(zone)
        assert is_open(window, last, zone) or last.utcoffset() != now.astimezone(zone).utcoffset()


def test_midnight_ends_today() -> None:
    late = datetime(2026, 6, 16, 23, tzinfo=NEW_YORK)
    assert fresh_until(late, Window(time(0), time(0)), NEW_YORK) == datetime(2026, 6, 17, tzinfo=NEW_YORK)
    assert fresh_until(NOON, WINDOW, NEW_YORK) == datetime(2026, 6, 16, 21, tzinfo=NEW_YORK)


def test_hours_that_run_past_midnight_end_as_well() -> None:
    nights = Window(time(20), time(2))
    assert fresh_until(datetime(2026, 6, 16, 23, tzinfo=NEW_YORK), nights, NEW_YORK).astimezone(NEW_YORK).hour == 0
    early = datetime(2026, 6, 17, 1, tzinfo=NEW_YORK)
    assert fresh_until(early, nights, NEW_YORK) == datetime(2026, 6, 17, 2, tzinfo=NEW_YORK)


@pytest.mark.parametrize("patient", PatientStatus)
@pytest.mark.parametrize("schedule", ScheduleStatus)
def test_nothing_stands_in_the_way_only_of_the_active(patient: PatientStatus, schedule: ScheduleStatus) -> None:
    silent = patient is not PatientStatus.ACTIVE or schedule is not ScheduleStatus.ACTIVE
    assert (standing_reason(patient, schedule) is not None) is silent


def test_every_reason_has_words_for_staff() -> None:
    assert all(reason.label for reason in Reason)
    assert len({reason.label for reason in Reason}) == len(Reason)
    assert max(len(reason.value) for reason in Reason) <= 24, "the column is that wide"
