"""What a report of failure leads to, for each kind of reaction; the table itself; and when tries are used up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.channels import smtp_codes, twilio_codes
from messaging.domain import retry
from messaging.domain.reactions import Code, Decision, Reaction, to_report, unknown

HOURS = timedelta(hours=12)
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
TABLE = {**twilio_codes.CODES, **smtp_codes.CODES}


def decided(code: Code | None, **changes: object) -> Decision:
    facts = {"urgent": False, "returned": 0, "left": HOURS, "jitter": 0.0}
    return to_report(code, **facts | changes)  # type: ignore[arg-type]


def again_in_minutes(code: Code | None, **changes: object) -> float | None:
    wait = decided(code, **changes).again_in
    return None if wait is None else wait / timedelta(minutes=1)


class TestAPhoneThatIsOff:
    CODE = TABLE["30003"]

    def test_it_is_tried_again_after_half_an_hour_to_an_hour(self) -> None:
        assert again_in_minutes(self.CODE) == 30
        assert again_in_minutes(self.CODE, jitter=0.5) == 45

    def test_it_is_tried_twice_more_and_not_three_times(self) -> None:
        assert again_in_minutes(self.CODE, returned=1) == 30
        assert again_in_minutes(self.CODE, returned=2) is None

    def test_it_is_not_tried_when_the_message_would_have_expired(self) -> None:
        assert again_in_minutes(self.CODE, left=timedelta(minutes=30)) is None
        assert again_in_minutes(self.CODE, left=timedelta(minutes=31)) == 30

    def test_a_page_never_waits(self) -> None:
        assert decided(self.CODE, urgent=True) == Decision()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("30005", Decision(dead_address=True)),
        ("30004", Decision()),
        ("30007", Decision(tell_operator=True)),
        ("63014", Decision(opted_out=True)),
        ("30034", Decision(again_in=timedelta(minutes=15), holds_sender=True)),
        ("30002", Decision(again_in=timedelta(minutes=5), holds_sender=True, whole_account=True)),
        ("30008", Decision(again_in=timedelta(minutes=5))),
    ],
)
def test_each_kind_leads_to_its_own(code: str, expected: Decision) -> None:
    assert decided(TABLE[code]) == expected


def test_a_page_returned_by_a_broken_account_ends_and_still_breaks_it() -> None:
    assert decided(TABLE["30002"], urgent=True) == Decision(holds_sender=True, whole_account=True)


def test_a_report_without_a_code_ends_the_message() -> None:
    assert decided(None) == Decision()


def test_an_unknown_code_from_a_network_is_tried_once_more_and_one_of_the_carriers_own_is_not() -> None:
    code = unknown("39999", failed_inside=False)
    assert "39999" in code.words
    assert again_in_minutes(code) == 5
    assert again_in_minutes(code, returned=1) is None
    assert decided(unknown("39999", failed_inside=True)) == Decision(tell_operator=True)


@given(
    code=st.sampled_from(sorted(TABLE)),
    urgent=st.booleans(),
    returned=st.integers(0, 40),
    minutes=st.integers(-10, 3000),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_whatever_the_code_the_next_try_is_to_come_and_in_time(
    *, code: str, urgent: bool, returned: int, minutes: int, jitter: float
) -> None:
    left = timedelta(minutes=minutes)
    decision = to_report(TABLE[code], urgent=urgent, returned=returned, left=left, jitter=jitter)
    if decision.again_in is not None:
        assert timedelta(0) < decision.again_in < left
        assert not urgent
        assert not decision.dead_address
        assert not decision.opted_out


class TestTheTable:
    def test_no_report_is_tried_for_ever_but_those_of_limits_that_end_by_themselves(self) -> None:
        reports = {name: code for name, code in TABLE.items() if name.startswith(("30", "63"))}
        endless = {name for name, code in reports.items() if code.reaction is Reaction.RETRY and not code.tries}
        assert endless == {"30023", "30027", "63038"}
        assert all(reports[name].wait >= 3600 for name in endless)

    def test_what_holds_a_sender_says_how_long_at_least(self) -> None:
        assert all(code.wait for code in TABLE.values() if code.reaction is Reaction.HOLD)

    def test_only_what_holds_may_mean_the_whole_account(self) -> None:
        assert {code.reaction for code in TABLE.values() if code.account} == {Reaction.HOLD}

    def test_every_name_and_all_words_fit_their_columns(self) -> None:
        assert all(len(name) <= 20 and len(code.words) <= 150 for name, code in TABLE.items())


class TestTries:
    @pytest.mark.parametrize(("attempt", "tries", "worn"), [(1, 0, False), (99, 0, False), (2, 2, False), (3, 2, True)])
    def test_so_many_after_the_first(self, attempt: int, tries: int, *, worn: bool) -> None:
        assert retry.worn_out(attempt, tries) is worn
        moment = retry.next_try(attempt, now=NOW, expires_at=NOW + HOURS, jitter=0, tries=tries)
        assert (moment is None) is worn

    def test_the_end_says_how_often_it_was_tried(self) -> None:
        assert retry.tried("the phone is off", 1) == "the phone is off"
        assert retry.tried("the phone is off", 3) == "the phone is off; tried 3 times"


@pytest.mark.parametrize(
    ("number", "text", "name", "of_content", "of_sender"),
    [
        (550, b"5.1.1 no such user", "smtp-5.1", "smtp-5.1", "smtp-sender"),
        (550, "No such user", "smtp-550", "smtp-data", "smtp-sender"),
        (550, b"5.7.1 relaying denied", "smtp-5.7", "smtp-5.7", "smtp-sender"),
        (552, b"5.2.2 over quota", "smtp-5.2.2", "smtp-5.2.2", "smtp-5.3.4"),
        (451, b"4.7.1 greylisted", "smtp-451", "smtp-451", "smtp-451"),
        (530, b"5.7.0 log in first", "smtp-530", "smtp-530", "smtp-530"),
        (535, b"5.7.8 bad credentials", "smtp-535", "smtp-535", "smtp-535"),
        (554, b"192.0.2.7 is on a list", "smtp-554", "smtp-data", "smtp-sender"),
        (550, b"", "smtp-550", "smtp-data", "smtp-sender"),
        (550, "5.1.1 \udcff", "smtp-5.1", "smtp-5.1", "smtp-sender"),
    ],
)
def test_an_answer_of_a_mail_host_is_named_by_what_it_is_about(
    number: int, text: bytes | str, name: str, of_content: str, of_sender: str
) -> None:
    assert smtp_codes.name_of(number, text) == name
    assert smtp_codes.name_of_content(number, text) == of_content
    assert smtp_codes.name_of_sender(number, text) == of_sender
