"""Who is paged for a role: the shift, the hand-off, and the next one for whoever cannot be reached."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from alerts import rota as duty
from alerts.models import Responder
from tests.support import builders as make
from tests.support import rota as on_call

pytestmark = pytest.mark.django_db

WEDNESDAY = make.ny("2026-06-10 09:00")  # Bea's week


def who(at: Any = WEDNESDAY, role: str = "nurse") -> Responder | None:
    return duty.who(make.clinic(), role, at)


class TestWho:
    """Whom the escalation pages."""

    def test_it_follows_the_rotation(self) -> None:
        _, (ana, bea, _) = on_call.weekly()
        assert who(make.ny("2026-06-08 07:59")) == ana
        assert who(make.ny("2026-06-08 08:00")) == bea

    def test_it_is_nobody_where_there_is_no_rota_or_a_gap(self) -> None:
        assert who() is None
        on_call.weekly()
        assert who(role="physician") is None
        assert who(make.ny("2026-05-30 09:00")) is None

    def test_another_clinics_rota_says_nothing(self) -> None:
        on_call.weekly()
        other = make.Clinic.objects.create(name="Other", short_name="Other")
        assert duty.who(other, "nurse", WEDNESDAY) is None

    def test_an_override_and_an_agreed_swap_count_and_a_withdrawn_one_does_not(self) -> None:
        made, (ana, bea, cat) = on_call.weekly()
        row = on_call.override(made, cat, "2026-06-10 08:00", "2026-06-10 12:00")
        assert who() == cat
        row.withdrawn_at = make.NOW
        row.save()
        assert who() == bea
        swap = on_call.override(
            made,
            bea,
            "2026-06-08 08:00",
            "2026-06-15 08:00",
            kind="swap",
            other=ana,
            other_starts_at=make.ny("2026-06-22 08:00"),
            other_ends_at=make.ny("2026-06-29 08:00"),
            agreed_at=make.NOW,
        )
        assert who() == bea, "one of the two has not agreed yet"
        swap.other_agreed_at = make.NOW
        swap.save()
        assert who() == ana
        assert who(make.ny("2026-06-24 09:00")) == bea

    @pytest.mark.parametrize(
        "trouble",
        [{"is_active": False}, {"phone": ""}, {"phone_verified_at": None}],
        ids=["switched off", "no phone", "not verified"],
    )
    def test_whoever_cannot_be_reached_is_followed_by_the_next(self, trouble: dict[str, Any]) -> None:
        _, (_, bea, cat) = on_call.weekly()
        Responder.objects.filter(pk=bea.pk).update(**trouble)
        assert who() == cat

    def test_a_stop_moves_the_page_on_at_once(self) -> None:
        _, (_, bea, cat) = on_call.weekly()
        on_call.stop(bea, make.NOW)
        assert who() == cat

    def test_somebody_doubtful_is_better_than_nobody(self) -> None:
        _, people = on_call.weekly()
        Responder.objects.update(phone_verified_at=None)
        assert who() == people[1]
        Responder.objects.filter(pk=people[1].pk).update(is_active=False)
        assert who() == people[2]
        Responder.objects.update(is_active=False)
        assert who() is None

    def test_a_missing_mailbox_alone_moves_nobody(self) -> None:
        _, (_, bea, _) = on_call.weekly()
        Responder.objects.filter(pk=bea.pk).update(email="")
        assert who() == bea

    def test_a_rota_that_does_not_check_takes_people_as_they_are(self) -> None:
        _, (_, bea, _) = on_call.weekly(checks_readiness=False)
        on_call.stop(bea, make.NOW)
        assert who() == bea

    def test_it_asks_the_database_few_things(self, django_assert_max_num_queries: Any) -> None:
        _, (_, bea, _) = on_call.weekly()
        clinic = make.clinic()
        with django_assert_max_num_queries(8):
            assert duty.who(clinic, "nurse", WEDNESDAY) == bea


class TestTeam:
    """Everybody of a role."""

    def test_it_is_all_who_could_be_paged_in_their_order(self) -> None:
        made, (ana, bea, cat) = on_call.weekly()
        dot = on_call.nurse("Dot Hale")
        on_call.single(made, dot, "2026-07-01 08:00", "2026-07-01 20:00")
        assert duty.team(make.clinic(), "nurse") == [ana, bea, cat, dot]
        Responder.objects.filter(pk=bea.pk).update(is_active=False)
        Responder.objects.filter(pk=cat.pk).update(phone="", email="")
        assert duty.team(make.clinic(), "nurse") == [ana, dot]

    def test_it_is_empty_without_a_rota(self) -> None:
        assert duty.team(make.clinic(), "nurse") == []


class TestCoverage:
    """A clinic's rotas over a while."""

    def test_it_shows_shifts_gaps_and_overlaps(self) -> None:
        made, (ana, bea, _) = on_call.weekly()
        on_call.single(made, bea, "2026-06-03 10:00", "2026-06-03 12:00")
        (found,) = duty.coverage(make.clinic(), make.ny("2026-05-31 08:00"), make.ny("2026-06-08 08:00"))
        assert found.rota == made
        assert [gap.end for gap in found.gaps] == [make.ny("2026-06-01 08:00")]
        assert [shift.person for shift in found.shifts] == [ana.pk, bea.pk, ana.pk]
        assert [overlap.people for overlap in found.overlaps] == [(bea.pk, ana.pk)]

    def test_weekends_need_no_hours(self) -> None:
        made, people = on_call.rota(), [on_call.nurse(name) for name in ("Ana", "Bea")]
        on_call.rotation(made, people[0], weekdays=[5, 6])
        on_call.rotation(made, people[1], name="Days", weekdays=[0, 1, 2, 3, 4])
        (found,) = duty.coverage(make.clinic(), make.ny("2026-06-05 08:00"), make.ny("2026-06-12 08:00"))
        assert found.gaps == []
        assert [shift.end - shift.start for shift in found.shifts] == [
            timedelta(days=1),
            timedelta(days=2),
            timedelta(days=4),
        ]
