"""What is wrong with the rotas of the coming week is shouted a week ahead, and settled when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts import alarms
from alerts.models import Alarm, Responder, Rotation
from alerts.rota import keeping, readiness, troubles
from tests.support import builders as make
from tests.support import rota as on_call

pytestmark = pytest.mark.django_db

NOW = make.ny("2026-06-10 09:00")
DAY = timedelta(days=1)


def wrong() -> dict[str, tuple[str, bool]]:
    """Open alarms: key without its ids → words and gravity."""
    return {
        alarm.key.rstrip("0123456789:"): (alarm.words, alarm.grave)
        for alarm in Alarm.objects.filter(closed_at__isnull=True)
    }


def test_a_rota_that_is_well_says_nothing() -> None:
    on_call.weekly()
    assert troubles.check(now=NOW) == 0
    assert wrong() == {}


def test_a_gap_is_shouted_a_week_ahead_and_gravely_on_the_last_day() -> None:
    on_call.weekly()
    Rotation.objects.update(ends_on="2026-06-22")
    troubles.check(now=make.ny("2026-06-15 07:59"))
    assert wrong() == {}
    troubles.check(now=make.ny("2026-06-15 08:01"))
    words, grave = wrong()["rota:gaps"]
    assert "Nobody is on call as nurse of Bayside Clinic: Mon, Jun 22 at 8:00 AM until" in words
    assert not grave
    troubles.check(now=make.ny("2026-06-21 08:01"))
    assert wrong()["rota:gaps"][1]
    assert Alarm.objects.count() == 1, "the same gap is one alarm"


def test_a_gap_that_is_filled_is_settled() -> None:
    made, (ana, *_) = on_call.weekly()
    Rotation.objects.update(ends_on="2026-06-15")
    troubles.check(now=NOW)
    assert "rota:gaps" in wrong()
    on_call.override(made, ana, "2026-06-15 08:00", "2026-07-15 08:00")
    troubles.check(now=NOW + DAY)
    assert wrong() == {}


def test_alarms_of_others_are_left_alone() -> None:
    alarms.shout("beat", "Beat is dead.", now=NOW)
    troubles.check(now=NOW)
    assert "beat" in wrong()


def test_an_overlap_is_told_with_names_and_without_haste() -> None:
    made, (_, _, cat) = on_call.weekly()
    on_call.single(made, cat, "2026-06-11 08:00", "2026-06-11 20:00")
    troubles.check(now=NOW)
    words, grave = wrong()["rota:overlaps"]
    assert "Cat Lowe and Bea Stone" in words
    assert not grave


def test_whoever_is_not_ready_within_the_week_is_named() -> None:
    _, (_, bea, cat) = on_call.weekly()
    Responder.objects.filter(pk=cat.pk).update(phone_verified_at=None)
    troubles.check(now=NOW)
    words, grave = wrong()["rota:unready"]
    assert "Cat Lowe is on call as nurse from Mon, Jun 15 at 8:00 AM and is not ready: number not verified." in words
    assert not grave
    Responder.objects.filter(pk=bea.pk).update(email="")
    troubles.check(now=NOW)
    assert Alarm.objects.filter(key__startswith="rota:unready", grave=True).count() == 1


def test_a_substitution_stays_a_task_until_somebody_has_looked() -> None:
    _, (_, bea, _) = on_call.weekly()
    Responder.objects.filter(pk=bea.pk).update(email="")
    keeping.keep(now=make.ny("2026-06-07 08:00"))
    Responder.objects.filter(pk=bea.pk).update(email="bea@example.org")
    troubles.check(now=NOW)
    assert list(wrong()) == ["rota:put_on"]
    made = bea.clinic.rotas.get().overrides.get()
    made.seen_at = NOW
    made.save()
    troubles.check(now=NOW)
    assert wrong() == {}


def test_a_stop_stays_an_alarm_until_it_is_undone() -> None:
    _, (_, bea, _) = on_call.weekly()
    on_call.stop(bea, NOW)
    readiness.stopped(bea.phone, NOW)
    troubles.check(now=NOW)
    assert "rota:stop" in wrong()
    readiness.verify(bea, now=NOW)
    readiness.answer(bea, on_call.code_of(bea, "verify"), NOW)
    troubles.check(now=NOW)
    assert "rota:stop" not in wrong()
