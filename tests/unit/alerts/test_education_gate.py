"""The last look before a warning leaves: now and this way, later, or never and why."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain import education
from alerts.domain.education import Drop, Send, Situation, Wait, Way
from alerts.domain.warning_words import WarningReason
from messaging.domain.quiet_hours import Window, is_open
from patients.domain.profile import PatientStatus

NEW_YORK = ZoneInfo("America/New_York")
#: Wednesday, 12:00 in New York.
NOW = datetime(2026, 6, 10, 16, tzinfo=UTC)
DAY = timedelta(days=1)
MAIL = Way(channel="email", address="r@example.org", usable=True, consented=True)
PHONE = Way(channel="sms", address="+12025550111", usable=True, consented=True)


def situation(**changes: Any) -> Situation:
    plain: dict[str, Any] = {
        "status": PatientStatus.ACTIVE,
        "rule_stands": True,
        "for_her": True,
        "expires_at": NOW + 3 * DAY,
        "ways": (PHONE, MAIL),
        "window": Window(time(8), time(21)),
        "zone": NEW_YORK,
    }
    return Situation(**plain | changes)


def but(way: Way, **changes: Any) -> Way:
    return Way(**{name: getattr(way, name) for name in way.__slots__} | changes)


class TestTheLastLook:
    """What becomes of one that is due."""

    def test_it_goes_out_by_the_first_way_and_not_after_the_window_has_closed(self) -> None:
        assert education.decide(situation(), now=NOW) == Send(PHONE, datetime(2026, 6, 11, 1, tzinfo=UTC))

    def test_the_second_way_is_taken_where_the_first_may_not(self) -> None:
        ways = (but(PHONE, consented=False), MAIL)
        decision = education.decide(situation(ways=ways), now=NOW)
        assert isinstance(decision, Send)
        assert decision.way == MAIL

    def test_at_night_it_waits_for_her_morning(self) -> None:
        night = datetime(2026, 6, 10, 6, tzinfo=UTC)
        assert education.decide(situation(), now=night) == Wait(datetime(2026, 6, 10, 12, tzinfo=UTC))

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"status": PatientStatus.DECEASED}, WarningReason.PATIENT_DECEASED),
            ({"status": PatientStatus.ON_HOLD}, WarningReason.PATIENT_ON_HOLD),
            ({"rule_stands": False}, WarningReason.RULE_CHANGED),
            ({"for_her": False}, WarningReason.NOT_FOR_HER),
            ({"expires_at": NOW}, WarningReason.STALE),
            ({"ways": ()}, WarningReason.NO_CONTACT),
            ({"ways": (but(PHONE, usable=False),)}, WarningReason.CONTACT_UNUSABLE),
            ({"ways": (but(PHONE, consented=False), but(MAIL, usable=False))}, WarningReason.NO_CONSENT),
            (
                {"expires_at": NOW + timedelta(minutes=1), "window": Window(time(8), time(9))},
                WarningReason.QUIET_HOURS,
            ),
        ],
    )
    def test_what_is_not_sent_has_a_reason(self, changes: dict[str, Any], reason: WarningReason) -> None:
        assert education.decide(situation(**changes), now=NOW) == Drop(reason)

    @given(
        hour=st.integers(0, 24 * 400),
        opens=st.times(),
        closes=st.times(),
        zone=st.sampled_from(["America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"]),
    )
    def test_it_never_leaves_or_waits_in_the_outbox_outside_the_window(
        self, hour: int, opens: time, closes: time, zone: str
    ) -> None:
        now = NOW + timedelta(hours=hour)
        window, tz = Window(opens, closes), ZoneInfo(zone)
        decision = education.decide(situation(window=window, zone=tz, expires_at=now + 30 * DAY), now=now)
        if isinstance(decision, Send):
            assert now < decision.until <= now + DAY + timedelta(hours=1)
            assert is_open(now, window, tz)
            assert is_open(decision.until - timedelta(microseconds=1), window, tz)
        else:
            assert isinstance(decision, Wait)
            assert is_open(decision.until, window, tz)
