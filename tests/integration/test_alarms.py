"""Alarms: one open row a trouble; managers hear of it at once, again every half hour, and never in a circle."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts import alarm_pages, alarms
from alerts.domain.policy import Role
from alerts.models import Alarm
from messaging.models import Message
from tests.support import red_flags as flags

pytestmark = pytest.mark.django_db
NOW = flags.NOW
MINUTE = timedelta(minutes=1)


def told() -> list[Message]:
    return list(Message.objects.filter(template="alarm").order_by("pk"))


def test_the_same_trouble_is_one_alarm_until_it_is_over() -> None:
    first = alarms.shout("beat", "Beat is silent.", now=NOW)
    again = alarms.shout("beat", "Beat is still silent.", now=NOW + MINUTE)
    assert (first.pk, again.words, again.seen_at, again.opened_at) == (
        again.pk,
        "Beat is still silent.",
        NOW + MINUTE,
        NOW,
    )
    assert alarms.settle("beat", now=NOW + MINUTE)
    assert not alarms.settle("beat", now=NOW + MINUTE)
    assert alarms.open_alarms() == []
    assert alarms.shout("beat", "Beat is silent.", now=NOW + 2 * MINUTE).pk != first.pk


def test_grave_ones_stand_first() -> None:
    alarms.shout("small", "A gap next week.", now=NOW - MINUTE, grave=False)
    alarms.shout("big", "Nothing leaves.", now=NOW)
    assert [alarm.key for alarm in alarms.open_alarms()] == ["big", "small"]


def test_the_manager_on_call_is_told_by_text_and_mail_and_again_after_half_an_hour() -> None:
    team = flags.on_call(Role.NURSE, Role.MANAGER)
    alarms.shout("urgent", "No worker has worked for a minute.", now=NOW)
    assert alarm_pages.tell(now=NOW) == 1
    manager = team.people[Role.MANAGER]
    assert {(m.channel, m.address) for m in told()} == {("sms", manager.phone), ("email", manager.email)}
    assert all("No worker has worked" in message.body for message in told())
    assert {(m.purpose, m.urgency) for m in told()} == {("pages", "urgent")}

    assert alarm_pages.tell(now=NOW + 29 * MINUTE) == 0
    assert alarm_pages.tell(now=NOW + 30 * MINUTE) == 1
    assert len(told()) == 4


def test_several_alarms_are_one_text() -> None:
    flags.on_call(Role.MANAGER)
    for key in ("one", "two", "three"):
        alarms.shout(key, f"Trouble {key}.", now=NOW)
    assert alarm_pages.tell(now=NOW) == 3
    assert len(told()) == 2
    assert "Open alarms: 3" in told()[0].body


def test_what_is_not_grave_or_over_is_not_told() -> None:
    flags.on_call(Role.MANAGER)
    alarms.shout("small", "A gap next week.", now=NOW, grave=False)
    alarms.shout("over", "It was away.", now=NOW)
    alarms.settle("over", now=NOW)
    assert alarm_pages.tell(now=NOW) == 0
    assert told() == []


def test_without_a_manager_everybody_who_can_be_paged_is_told_but_not_the_canary(settings: object) -> None:
    settings.CANARY_PHONE = flags.PHONES[Role.BACKUP]  # type: ignore[attr-defined]
    team = flags.on_call(Role.NURSE, Role.BACKUP)
    alarms.shout("urgent", "No worker.", now=NOW)
    alarm_pages.tell(now=NOW)
    assert {message.address for message in told()} == {team.nurse.phone, team.nurse.email}


def test_with_nobody_at_all_the_alarm_stands_and_nothing_breaks() -> None:
    alarms.shout("urgent", "No worker.", now=NOW)
    assert alarm_pages.tell(now=NOW) == 1
    assert told() == []
    assert len(alarms.open_alarms()) == 1


def test_a_long_alarm_still_fits_into_two_parts() -> None:
    flags.on_call(Role.MANAGER)
    alarms.shout("long", "W" * 400, now=NOW)
    alarm_pages.tell(now=NOW)
    assert all(message.segments <= 2 for message in told())


def test_what_nobody_has_found_to_be_so_for_a_day_is_over() -> None:
    alarms.shout("empty-step", "There was nobody to page.", now=NOW)
    assert alarm_pages.settle_quiet(now=NOW + timedelta(hours=23)) == 0
    assert alarm_pages.settle_quiet(now=NOW + timedelta(hours=24)) == 1
    assert Alarm.objects.filter(closed_at__isnull=True).count() == 0


def test_what_would_be_found_anew_at_once_is_over_soon() -> None:
    alarms.shout("nobody:Red flags", "Nobody could be paged.", now=NOW)
    alarms.shout("empty-step:Red flags", "There was nobody to page.", now=NOW)
    assert alarm_pages.settle_quiet(now=NOW + 10 * MINUTE) == 1
    assert [alarm.key for alarm in alarms.open_alarms()] == ["empty-step:Red flags"]
