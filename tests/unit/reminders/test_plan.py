"""Which reminders a visit calls for, and that holding them against what exists comes to rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.domain import wall_time
from reminders.domain.offsets import Elapsed, WallTime
from reminders.domain.plan import Diff, Existing, Rule, VisitFacts, Wanted, anchor_instants, reconcile, wanted
from reminders.domain.words import STANDING, Anchor, Condition, Reason, ReminderState, VisitStatus

NEW_YORK = ZoneInfo("America/New_York")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ON = date(2026, 6, 17)
AT = datetime(2026, 6, 17, 13, 30, tzinfo=UTC)  # 09:30 in New York
LATE = datetime(2026, 6, 21, 4, tzinfo=UTC)  # midnight after 20 June
LONG_BEFORE = AT - 60 * DAY
VISIT = VisitFacts(id=7, number=1, at=AT, on=ON, zone=NEW_YORK, status=VisitStatus.PLANNED, late_until=LATE)
DAY_BEFORE = Rule(id=1, offset=WallTime(-1, time(9)), channels=("sms", "email"), expires_after=12 * HOUR)
CONFIRM = replace(DAY_BEFORE, id=2, offset=WallTime(-2, time(10)), condition=Condition.UNCONFIRMED)
TWO_HOURS = replace(DAY_BEFORE, id=3, offset=Elapsed(-2 * HOUR))
HOW_ARE_YOU = replace(DAY_BEFORE, id=4, offset=WallTime(3, time(10)), condition=Condition.GIVEN)
OVERDUE = replace(DAY_BEFORE, id=5, offset=WallTime(1, time(10)), anchor=Anchor.OVERDUE, condition=Condition.OVERDUE)
LADDER = (DAY_BEFORE, CONFIRM, TWO_HOURS, HOW_ARE_YOU, OVERDUE)

clocks = st.sampled_from([time(0), time(2, 30), time(9), time(23, 59)])
offsets = st.one_of(
    st.integers(-60 * 24 * 14, 60 * 24 * 7).map(lambda m: Elapsed(timedelta(minutes=m))),
    st.builds(WallTime, st.integers(-14, 7), clocks),
)


@st.composite
def ladders(draw: st.DrawFn) -> list[Rule]:
    return [
        Rule(
            id=number,
            offset=draw(offsets),
            channels=tuple(draw(st.sampled_from([("sms",), ("email",), ("sms", "email")]))),
            expires_after=timedelta(minutes=draw(st.integers(1, 3 * 24 * 60))),
            anchor=draw(st.sampled_from(Anchor)),
            condition=draw(st.sampled_from(Condition)),
            first_visits=draw(st.sampled_from([None, 1, 3])),
        )
        for number in range(draw(st.integers(0, 6)))
    ]


@st.composite
def facts(draw: st.DrawFn) -> VisitFacts:
    zone = ZoneInfo(draw(st.sampled_from(["America/New_York", "Pacific/Apia", "Europe/Dublin", "Asia/Kolkata"])))
    on = date(2026, 1, 1) + draw(st.integers(0, 365)) * DAY
    status = draw(st.sampled_from(VisitStatus))
    return VisitFacts(
        id=draw(st.integers(1, 3)),
        number=draw(st.integers(1, 5)),
        at=wall_time.at(on, draw(clocks), zone),
        on=on,
        zone=zone,
        status=status,
        given_on=on + draw(st.integers(-3, 9)) * DAY if status is VisitStatus.GIVEN else None,
        late_until=draw(st.sampled_from([None, wall_time.at(on + 4 * DAY, time(0), zone)])),
        confirmed=draw(st.booleans()),
    )


nows = st.integers(0, 400 * 24 * 60).map(lambda m: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=m))


@given(facts(), ladders(), nows)
@settings(max_examples=400, deadline=None)
def test_what_is_wanted_can_still_be_of_use(visit: VisitFacts, ladder: list[Rule], now: datetime) -> None:
    rules = {rule.id: rule for rule in ladder}
    reminders = wanted(visit, ladder, now=now)
    assert not [again for again, times in Counter(r.identity for r in reminders).items() if times > 1]
    for reminder in reminders:
        rule = rules[reminder.rule_id]
        assert reminder.expires_at > now
        assert reminder.expires_at > reminder.send_at
        assert reminder.expires_at - reminder.send_at <= rule.expires_after
        assert rule.first_visits is None or visit.number <= rule.first_visits
        if rule.anchor is Anchor.VISIT and rule.offset.is_before and rule.condition is not Condition.GIVEN:
            assert reminder.expires_at <= visit.at, "nothing that leads up to a visit comes after it"
        if visit.status not in STANDING:
            assert rule.condition is Condition.GIVEN
            assert visit.given_on is not None
        if visit.confirmed:
            assert rule.condition is not Condition.UNCONFIRMED


def stored(diff: Diff, existing: Sequence[Existing]) -> list[Existing]:
    """The rows after the diff was applied: cancelled ones are no longer looked at."""
    gone = {reminder.id for reminder, _ in diff.cancel}
    ids = count(max((reminder.id for reminder in existing), default=0) + 1)
    added = [
        Existing(
            id=next(ids),
            visit_id=new.visit_id,
            rule_id=new.rule_id,
            channel=new.channel,
            anchor_at=new.anchor_at,
            send_at=new.send_at,
            expires_at=new.expires_at,
            state=ReminderState.PLANNED,
        )
        for new in diff.add
    ]
    return [reminder for reminder in existing if reminder.id not in gone] + added


@st.composite
def changes_of_mind(draw: st.DrawFn) -> tuple[list[Wanted], list[Existing]]:
    """What was wanted by an older ladder, partly released or skipped by now, and what a newer one wants."""
    now = draw(nows)
    visit = draw(facts())
    then = reconcile(wanted(visit, draw(ladders()), now=now - 30 * DAY), [])
    states = st.sampled_from([ReminderState.PLANNED, ReminderState.RELEASED, ReminderState.SKIPPED])
    existing = [replace(reminder, state=draw(states)) for reminder in stored(then, [])]
    on = visit.on + draw(st.integers(-2, 2)) * DAY
    moved = replace(visit, on=on, at=wall_time.at(on, time(9), visit.zone), status=draw(st.sampled_from(VisitStatus)))
    if moved.status is not VisitStatus.GIVEN:
        moved = replace(moved, given_on=None)
    return wanted(draw(st.sampled_from([visit, moved])), draw(ladders()), now=now), existing


@given(changes_of_mind())
@settings(max_examples=400, deadline=None)
def test_applying_the_difference_leaves_nothing_to_do(change: tuple[list[Wanted], list[Existing]]) -> None:
    desired, existing = change
    diff = reconcile(desired, existing)
    after = stored(diff, existing)
    assert len({reminder.identity for reminder in after}) == len(after), "the database would refuse it"
    again = reconcile(desired, after)
    assert again.add == ()
    assert again.cancel == ()
    assert set(again.keep) == set(after)

    # What is planned now is what is wanted, but for what was settled before.
    settled = {reminder.identity for reminder in existing if reminder.state is not ReminderState.PLANNED}
    planned = {(r.identity, r.send_at, r.expires_at) for r in after if r.state is ReminderState.PLANNED}
    assert planned == {(w.identity, w.send_at, w.expires_at) for w in desired if w.identity not in settled}


@given(changes_of_mind())
@settings(max_examples=100, deadline=None)
def test_what_was_settled_is_never_taken_back(change: tuple[list[Wanted], list[Existing]]) -> None:
    desired, existing = change
    diff = reconcile(desired, existing)
    assert all(reminder.state is ReminderState.PLANNED for reminder, _ in diff.cancel)
    assert len(diff.keep) + len(diff.cancel) == len(existing)


def codes(visit: VisitFacts, now: datetime = LONG_BEFORE, ladder: Sequence[Rule] = LADDER) -> set[int]:
    return {reminder.rule_id for reminder in wanted(visit, ladder, now=now)}


class TestWhoSpeaks:
    """Which rungs have anything to say about a visit."""

    def test_a_planned_visit_has_its_ladder_but_for_what_is_overdue(self) -> None:
        assert codes(VISIT) == {1, 2, 3, 4}

    def test_a_confirmed_visit_is_not_asked_again(self) -> None:
        assert codes(replace(VISIT, confirmed=True)) == {1, 3, 4}

    def test_an_overdue_visit_hears_so(self) -> None:
        assert 5 in codes(replace(VISIT, status=VisitStatus.OVERDUE))

    def test_a_dose_given_leaves_only_what_follows_it(self) -> None:
        assert codes(replace(VISIT, status=VisitStatus.GIVEN, given_on=ON)) == {4}

    @pytest.mark.parametrize("status", [VisitStatus.CANCELLED, VisitStatus.MISSED])
    def test_a_visit_that_does_not_take_place_is_silent(self, status: VisitStatus) -> None:
        assert codes(replace(VISIT, status=status)) == set()

    def test_a_rung_for_the_first_visits_ends_after_them(self) -> None:
        ladder = [replace(HOW_ARE_YOU, first_visits=3)]
        assert codes(replace(VISIT, number=3), ladder=ladder) == {4}
        assert codes(replace(VISIT, number=4), ladder=ladder) == set()

    def test_each_channel_has_its_own_reminder(self) -> None:
        assert sorted(r.channel for r in wanted(VISIT, [DAY_BEFORE], now=LONG_BEFORE)) == ["email", "sms"]

    def test_tablets_are_never_overdue(self) -> None:
        assert codes(replace(VISIT, status=VisitStatus.OVERDUE, late_until=None), ladder=[OVERDUE]) == set()


class TestWhen:
    """Send time and expiry."""

    def only(self, visit: VisitFacts, rule: Rule, now: datetime = LONG_BEFORE) -> Wanted:
        (reminder,) = wanted(visit, [replace(rule, channels=("sms",))], now=now)
        return reminder

    def test_the_day_before_at_nine(self) -> None:
        reminder = self.only(VISIT, DAY_BEFORE)
        assert reminder.send_at == datetime(2026, 6, 16, 9, tzinfo=NEW_YORK)
        assert reminder.expires_at == datetime(2026, 6, 16, 21, tzinfo=NEW_YORK)
        assert reminder.anchor_at == AT

    def test_it_never_outlives_the_visit(self) -> None:
        assert self.only(VISIT, TWO_HOURS).expires_at == AT

    def test_a_rung_that_would_come_after_the_visit_is_left_out(self) -> None:
        early = replace(VISIT, at=datetime(2026, 6, 17, 7, tzinfo=NEW_YORK))
        assert codes(early, ladder=[replace(DAY_BEFORE, offset=WallTime(0, time(8)))]) == set()

    def test_the_evening_after_a_dose_may_be_the_same_day(self) -> None:
        evening = replace(HOW_ARE_YOU, offset=WallTime(0, time(20)))
        reminder = self.only(replace(VISIT, status=VisitStatus.GIVEN, given_on=ON), evening)
        assert reminder.send_at == datetime(2026, 6, 17, 20, tzinfo=NEW_YORK)

    def test_a_schedule_saved_late_has_no_rung_whose_time_has_passed(self) -> None:
        rung = self.only(VISIT, CONFIRM)
        assert codes(VISIT, now=rung.expires_at - timedelta(seconds=1)) == {1, 2, 3, 4}
        assert codes(VISIT, now=rung.expires_at) == {1, 3, 4}

    def test_a_rung_whose_moment_has_come_but_not_gone_is_still_wanted(self) -> None:
        rung = self.only(VISIT, CONFIRM)
        assert self.only(VISIT, CONFIRM, now=rung.send_at + HOUR) == rung

    def test_what_follows_a_dose_counts_from_the_day_it_was_given(self) -> None:
        late = replace(VISIT, status=VisitStatus.GIVEN, given_on=ON + 2 * DAY)
        reminder = self.only(late, HOW_ARE_YOU)
        assert reminder.send_at == datetime(2026, 6, 22, 10, tzinfo=NEW_YORK)
        assert reminder.anchor_at == AT + 2 * DAY

    def test_overdue_counts_from_the_end_of_the_window(self) -> None:
        reminder = self.only(replace(VISIT, status=VisitStatus.OVERDUE), OVERDUE)
        assert reminder.anchor_at == LATE
        assert reminder.send_at == datetime(2026, 6, 22, 10, tzinfo=NEW_YORK)


class TestReconcile:
    """What exists, held against what should."""

    def existing(self, state: ReminderState = ReminderState.PLANNED) -> list[Existing]:
        rows = stored(reconcile(wanted(VISIT, [DAY_BEFORE], now=LONG_BEFORE), []), [])
        return [replace(row, state=state) for row in rows]

    def test_the_same_again_is_kept(self) -> None:
        diff = reconcile(wanted(VISIT, [DAY_BEFORE], now=LONG_BEFORE), self.existing())
        assert (len(diff.add), len(diff.keep), len(diff.cancel)) == (0, 2, 0)

    def test_a_visit_moved_takes_its_reminders_along(self) -> None:
        moved = replace(VISIT, at=AT + DAY, on=ON + DAY)
        diff = reconcile(wanted(moved, [DAY_BEFORE], now=LONG_BEFORE), self.existing(), anchors=anchor_instants(moved))
        assert {reason for _, reason in diff.cancel} == {Reason.VISIT_MOVED}
        assert {new.send_at for new in diff.add} == {datetime(2026, 6, 17, 9, tzinfo=NEW_YORK)}

    def test_what_was_sent_for_the_old_time_does_not_stand_for_the_new_one(self) -> None:
        moved = replace(VISIT, at=AT + DAY, on=ON + DAY)
        diff = reconcile(wanted(moved, [DAY_BEFORE], now=LONG_BEFORE), self.existing(ReminderState.RELEASED))
        assert (len(diff.add), len(diff.keep), len(diff.cancel)) == (2, 2, 0)

    def test_what_was_sent_is_not_sent_again_when_the_rule_moves(self) -> None:
        later = replace(DAY_BEFORE, offset=WallTime(-1, time(11)))
        diff = reconcile(wanted(VISIT, [later], now=LONG_BEFORE), self.existing(ReminderState.RELEASED))
        assert (len(diff.add), len(diff.keep), len(diff.cancel)) == (0, 2, 0)

    def test_a_rule_edited_replaces_what_is_still_to_come(self) -> None:
        later = replace(DAY_BEFORE, offset=WallTime(-1, time(11)))
        diff = reconcile(wanted(VISIT, [later], now=LONG_BEFORE), self.existing())
        assert (len(diff.add), len(diff.keep)) == (2, 0)
        assert {reason for _, reason in diff.cancel} == {Reason.RULE_CHANGED}

    def test_the_callers_reason_is_kept(self) -> None:
        diff = reconcile([], self.existing(), why_gone=Reason.PATIENT_DECEASED)
        assert {reason for _, reason in diff.cancel} == {Reason.PATIENT_DECEASED}
