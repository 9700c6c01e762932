"""The default ladder: what goes out when, and that no moment ever calls for two rungs of one visit."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from messaging.domain import wall_time
from messaging.domain.delivery import Channel
from reminders.catalogue import ENTRIES, ROUTE_RUNGS, TREATMENT_RUNGS, Entry, Rung
from reminders.domain.offsets import Elapsed, WallTime
from reminders.domain.plan import Rule, VisitFacts, Wanted, wanted
from reminders.domain.words import Anchor, Condition, Route, VisitStatus
from reminders.models import ReminderRule, Treatment
from reminders.rulebook import RuleBook

BY_CODE = {entry.code: entry for entry in ENTRIES}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
#: Days on which clocks change, and a plain one; zones with a whole, a half and no change at all.
DAYS = (date(2026, 3, 9), date(2026, 3, 10), date(2026, 11, 2), date(2026, 11, 3), date(2026, 6, 17))
ZONES = ("America/New_York", "America/Los_Angeles", "Australia/Lord_Howe", "America/Phoenix", "Europe/Madrid")
CLOCKS = (time(0, 30), time(6), time(7, 45), time(8), time(8, 30), time(13), time(23, 30))


def book() -> tuple[RuleBook, dict[int, Rung]]:
    """The ladder as the rule book reads it; each rung by its rule's id."""
    owned: list[tuple[str, int | None, Rung]] = [
        (route.value, None, rung) for route, rungs in ROUTE_RUNGS.items() for rung in rungs
    ]
    for code, rungs in TREATMENT_RUNGS.items():
        owned += [("", list(BY_CODE).index(code), rung) for rung in rungs]
    rules = [
        ReminderRule(pk=number, route=route, treatment_id=treatment, **rung.fields())
        for number, (route, treatment, rung) in enumerate(owned)
    ]
    return RuleBook(rules), {number: rung for number, (_, _, rung) in enumerate(owned)}


BOOK, RUNGS = book()


def rules_of(entry: Entry) -> tuple[Rule, ...]:
    return BOOK.rules_for(Treatment(pk=list(BY_CODE).index(entry.code), code=entry.code, route=entry.route.value))


def codes(code: str) -> set[str]:
    return {RUNGS[rule.id].code for rule in rules_of(BY_CODE[code])}


def visit(
    entry: Entry, *, on: date, clock: time, zone: str, status: VisitStatus = VisitStatus.PLANNED, number: int = 1
) -> VisitFacts:
    there = ZoneInfo(zone)
    return VisitFacts(
        id=1,
        number=number,
        at=wall_time.at(on, clock, there),
        on=on,
        zone=there,
        status=status,
        given_on=on if status is VisitStatus.GIVEN else None,
        late_until=wall_time.at(on + timedelta(days=entry.late_days + 1), time(0), there),
    )


def planned(entry: Entry, facts: VisitFacts) -> list[Wanted]:
    """Every text of one visit, the earliest first; mails go beside them."""
    texts = [each for each in wanted(facts, rules_of(entry), now=LONG_AGO) if each.channel == Channel.SMS]
    return sorted(texts, key=lambda each: each.send_at)


@pytest.mark.parametrize("status", [VisitStatus.PLANNED, VisitStatus.GIVEN, VisitStatus.OVERDUE])
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.code for entry in ENTRIES])
def test_each_rung_ends_before_the_next_begins(entry: Entry, zone: str, status: VisitStatus) -> None:
    for on in DAYS:
        for clock in CLOCKS:
            facts = visit(entry, on=on, clock=clock, zone=zone, status=status)
            for anchor in {rule.anchor for rule in rules_of(entry)}:
                rungs = [each for each in planned(entry, facts) if _rule(entry, each).anchor is anchor]
                for earlier, later in pairwise(rungs):
                    assert earlier.expires_at <= later.send_at, (RUNGS[earlier.rule_id].code, on, clock)


def _rule(entry: Entry, reminder: Wanted) -> Rule:
    return next(rule for rule in rules_of(entry) if rule.id == reminder.rule_id)


def test_a_schedule_saved_late_sends_one_rung_at_most() -> None:
    entry = BY_CODE["zol_q4w"]
    facts = visit(entry, on=date(2026, 11, 30), clock=time(9), zone="America/New_York")
    for hours in range(16 * 24):
        now = facts.at - timedelta(hours=hours)
        at_once = [
            each for each in wanted(facts, rules_of(entry), now=now) if each.send_at <= now and each.channel == "sms"
        ]
        assert len(at_once) <= 1, (now, [RUNGS[each.rule_id].code for each in at_once])


def test_an_infusion_of_a_bisphosphonate_has_the_whole_ladder() -> None:
    entry = BY_CODE["zol_q4w"]
    facts = visit(entry, on=date(2026, 11, 24), clock=time(9), zone="America/New_York")
    sent = [(RUNGS[each.rule_id].code, each.send_at.astimezone(facts.zone)) for each in planned(entry, facts)]
    assert [(code, f"{at:%m-%d %H:%M}") for code, at in sent] == [
        ("prepare", "11-10 10:00"),
        ("tests_due", "11-17 10:00"),
        ("confirm", "11-22 10:00"),
        ("day_before", "11-23 09:00"),
        ("same_day", "11-24 08:00"),
        ("how_are_you_1", "11-25 10:00"),
        ("how_are_you_3", "11-27 10:00"),
    ]


def test_an_overdue_visit_asks_for_a_call_on_days_1_3_and_7() -> None:
    entry = BY_CODE["dmab_q4w"]
    facts = visit(entry, on=date(2026, 6, 1), clock=time(9), zone="America/New_York", status=VisitStatus.OVERDUE)
    asking = [each for each in planned(entry, facts) if _rule(entry, each).anchor is Anchor.OVERDUE]
    # Given no later than 4 June, it is overdue from midnight on.
    assert [f"{each.send_at.astimezone(facts.zone):%m-%d %H:%M}" for each in asking] == [
        "06-06 10:00",
        "06-08 10:00",
        "06-12 10:00",
    ]


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.code for entry in ENTRIES])
def test_nothing_speaks_of_a_visit_to_come_after_it_began(entry: Entry) -> None:
    for clock in CLOCKS:
        facts = visit(entry, on=date(2026, 6, 17), clock=clock, zone="America/New_York")
        for each in planned(entry, facts):
            rule = _rule(entry, each)
            if rule.condition is not Condition.GIVEN and rule.offset.is_before:
                assert each.expires_at <= facts.at


def test_only_bisphosphonates_into_a_vein_ask_how_you_are_on_days_1_and_3() -> None:
    asked = {entry.code for entry in ENTRIES if {"how_are_you_1", "how_are_you_3"} <= codes(entry.code)}
    assert asked == {"zol_q4w", "zol_q12w", "zol_hcm", "pam_q4w", "iban_iv"}


def test_denosumab_asks_a_week_after_each_of_the_first_three_doses() -> None:
    assert {entry.code for entry in ENTRIES if "how_are_you_7" in codes(entry.code)} == {"dmab_q4w", "dmab_gctb"}
    entry = BY_CODE["dmab_q4w"]
    for number, asked in [(1, True), (3, True), (4, False)]:
        facts = visit(entry, on=date(2026, 6, 1), clock=time(9), zone="America/New_York", number=number)
        assert ("how_are_you_7" in {RUNGS[each.rule_id].code for each in planned(entry, facts)}) is asked


def test_how_are_you_waits_for_the_dose_to_be_recorded() -> None:
    rungs = [rung for rungs in TREATMENT_RUNGS.values() for rung in rungs if rung.code.startswith("how_are_you")]
    assert rungs
    assert {rung.condition for rung in rungs} == {Condition.GIVEN}


def test_bone_drugs_ask_about_the_dentist_and_hormones_do_not() -> None:
    def prepared(code: str) -> str:
        return next(RUNGS[rule.id].template for rule in rules_of(BY_CODE[code]) if RUNGS[rule.id].code == "prepare")

    assert {code: prepared(code) for code in ("zol_q4w", "dmab_gctb", "leup_1", "ra223")} == {
        "zol_q4w": "visit_two_weeks_dental",
        "dmab_gctb": "visit_two_weeks_dental",
        "leup_1": "visit_two_weeks",
        "ra223": "visit_two_weeks",
    }


def test_weekly_loading_doses_do_not_prepare_for_one_on_the_day_of_another() -> None:
    entry = BY_CODE["dmab_gctb"]
    second = visit(entry, on=date(2026, 6, 8), clock=time(9), zone="America/New_York", number=2)
    days = [each.send_at.astimezone(second.zone).date() for each in planned(entry, second)]
    assert min(days) > date(2026, 6, 1)


@pytest.mark.parametrize("route", [Route.RADIATION, Route.PROCEDURE, Route.TEST])
def test_appointments_are_confirmed_told_the_day_before_and_two_hours_before(route: Route) -> None:
    entry = next(entry for entry in ENTRIES if entry.route is route)
    offsets = {RUNGS[rule.id].code: rule.offset for rule in rules_of(entry)}
    assert offsets == {
        "confirm": WallTime(-2, time(10)),
        "day_before": WallTime(-1, time(9)),
        "two_hours": Elapsed(timedelta(hours=-2)),
    }


def test_a_course_of_radiation_is_confirmed_once() -> None:
    entry = BY_CODE["rt_20x5"]
    for number, asked in [(1, True), (2, False)]:
        facts = visit(entry, on=date(2026, 6, 17), clock=time(9), zone="America/New_York", number=number)
        assert ("confirm" in {RUNGS[each.rule_id].code for each in planned(entry, facts)}) is asked


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_tablet_is_reminded_of_at_its_own_time_by_text_alone(clock: time) -> None:
    entry = BY_CODE["iban_po"]
    facts = visit(entry, on=date(2026, 6, 17), clock=clock, zone="America/New_York")
    assert [(each.send_at, each.channel) for each in wanted(facts, rules_of(entry), now=LONG_AGO)] == [
        (facts.at, Channel.SMS)
    ]


def test_both_kinds_of_offset_are_in_use_and_each_rung_says_why() -> None:
    every = [*RUNGS.values()]
    assert any(rung.minutes is not None for rung in every)
    assert any(rung.clock is not None for rung in every)
    assert all("[PROP]" in rung.source for rung in every)
