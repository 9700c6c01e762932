"""Which contact comes next: the patient's phones, a caregiver's, then mailboxes; and when nobody does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain.delivery import Channel, Status
from reminders.domain.gate import Contact
from reminders.domain.ways import Fate, fate_of, following, in_order


def contact(number: int, channel: str = "sms", **changes: bool) -> Contact:
    plain = {"usable": True, "consented": True, "caregiver": False}
    return Contact(id=number, address=f"{channel}-{number}", channel=channel, **plain | changes)


PHONE, SECOND, HERS = contact(1), contact(2), contact(3, caregiver=True)
MAIL, HER_MAIL = contact(4, "email"), contact(5, "email", caregiver=True)
EVERYBODY = [HER_MAIL, PHONE, HERS, MAIL, SECOND]


def tried(**fates: Fate) -> dict[tuple[str, str], Fate]:
    by_name = {"phone": PHONE, "second": SECOND, "hers": HERS, "mail": MAIL, "her_mail": HER_MAIL}
    return {(by_name[name].channel, by_name[name].address): fate for name, fate in fates.items()}


def test_phones_come_before_mailboxes_and_the_patients_own_before_a_caregivers() -> None:
    assert in_order(EVERYBODY) == [PHONE, SECOND, HERS, MAIL, HER_MAIL]


def test_it_goes_from_one_that_failed_to_the_next_and_ends_when_all_have() -> None:
    tries = tried(phone=Fate.LOST)
    walked = []
    while isinstance(step := following(EVERYBODY, tries), Contact):
        walked.append(step)
        tries[step.channel, step.address] = Fate.LOST
    assert walked == [SECOND, HERS, MAIL, HER_MAIL]
    assert step is Fate.LOST


def test_who_cannot_be_used_or_has_not_agreed_is_passed_over() -> None:
    ways = [PHONE, contact(2, consented=False), contact(3, usable=False), MAIL]
    assert following(ways, tried(phone=Fate.LOST)) == MAIL


@pytest.mark.parametrize("fate", [Fate.OPEN, Fate.STANDS])
def test_nobody_else_is_asked_while_one_before_may_bring_it_or_has(fate: Fate) -> None:
    assert following(EVERYBODY, tried(phone=Fate.LOST, second=fate)) is fate


def test_a_mail_of_the_same_rung_keeps_no_phone_from_being_tried() -> None:
    assert following(EVERYBODY, tried(phone=Fate.LOST, mail=Fate.STANDS)) == SECOND
    assert following([PHONE, MAIL, HER_MAIL], tried(phone=Fate.LOST, mail=Fate.STANDS)) is Fate.STANDS


def test_a_channel_that_is_going_to_be_used_anyway_is_waited_for() -> None:
    assert following([PHONE, MAIL], tried(phone=Fate.LOST), waiting={"email"}) is Fate.OPEN


@pytest.mark.parametrize(
    ("status", "channel", "fresh", "fate"),
    [
        (Status.DELIVERED, Channel.SMS, True, Fate.STANDS),
        (Status.SENT, Channel.SMS, True, Fate.OPEN),
        (Status.SENT, Channel.EMAIL, True, Fate.STANDS),
        (Status.IN_DOUBT, Channel.EMAIL, True, Fate.OPEN),
        (Status.HELD, Channel.SMS, True, Fate.OPEN),
        (Status.FAILED, Channel.SMS, True, Fate.LOST),
        (Status.UNDELIVERED, Channel.SMS, True, Fate.LOST),
        (Status.SUPPRESSED, Channel.SMS, True, Fate.LOST),
        (Status.EXPIRED, Channel.SMS, True, Fate.OPEN),
        (Status.EXPIRED, Channel.SMS, False, Fate.LOST),
    ],
)
def test_what_became_of_a_message_means_this_to_the_next(
    status: Status,
    channel: Channel,
    fresh: bool,  # noqa: FBT001 - a column of the table
    fate: Fate,
) -> None:
    assert fate_of(status, channel, fresh=fresh) is fate


@given(
    st.lists(
        st.builds(
            contact,
            st.integers(1, 6),
            st.sampled_from(["sms", "email"]),
            usable=st.booleans(),
            consented=st.booleans(),
            caregiver=st.booleans(),
        ),
        max_size=6,
    ),
    st.data(),
)
def test_nobody_is_asked_twice_and_nobody_who_has_not_agreed(contacts: list[Contact], data: st.DataObject) -> None:
    where = [(c.channel, c.address) for c in contacts]
    tries = data.draw(st.dictionaries(st.sampled_from(where), st.sampled_from(Fate))) if where else {}
    step = following(contacts, tries)
    if isinstance(step, Contact):
        assert step.usable
        assert step.consented
        assert (step.channel, step.address) not in tries
