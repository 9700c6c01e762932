"""The sending loop: what leaves, what must not, and what every answer of a provider leaves behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from messaging import consent, dispatch, outbox, reconcile
from messaging.channels.base import Accepted, OutcomeUnknown, PermanentFailure, TransientFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.models import Attempt, ConsentEvent, Message
from tests.support.messages import MAILBOX, NOW, PHONE, HandClock, agree, draft, mail, outbox_with

pytestmark = pytest.mark.django_db


def run(clock: HandClock, urgency: Urgency = Urgency.ORDINARY, **options: Any) -> dispatch.Tally:
    return dispatch.run(urgency, clock=clock, worker="worker:1", **options)


def only() -> Message:
    return Message.objects.get()


def test_what_is_due_leaves_once_and_is_written_down(memory: type[Memory], clock: HandClock) -> None:
    outbox_with(draft(), mail())
    tally = run(clock)
    assert (tally.claimed, tally.asked) == (2, 2)
    assert sorted(sent.address for _, sent in memory.taken) == [PHONE, MAILBOX]
    for message in Message.objects.all():
        assert message.status == Status.ACCEPTED
        assert message.provider_id.startswith("memory-")
        assert (message.attempts, message.submitted_at, message.accepted_at) == (1, NOW, NOW)
        assert message.lease_until is None
        attempt = message.tries.get()
        assert (attempt.number, attempt.outcome, attempt.worker) == (1, "accepted", "worker:1")
        assert attempt.provider_id == message.provider_id
    assert run(clock).claimed == 0
    assert len(memory.taken) == 2


def test_what_is_not_due_waits(memory: type[Memory], clock: HandClock) -> None:
    outbox_with(draft(due_at=NOW + timedelta(minutes=5)))
    run(clock)
    assert not memory.taken
    clock.move(minutes=5)
    run(clock)
    assert len(memory.taken) == 1


def test_the_channel_gets_the_words_the_sender_and_a_callback_without_an_address(
    memory: type[Memory], clock: HandClock, settings: Any
) -> None:
    outbox_with(draft())
    run(clock)
    ((_, sent),) = memory.taken
    message = only()
    assert (sent.uuid, sent.body, sent.sender) == (message.uuid, message.body, settings.TWILIO_FROM_REMINDERS)
    assert sent.callback_url == f"{settings.PUBLIC_BASE_URL}/webhooks/twilio/status/{message.uuid}/"


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ({"urgency": Urgency.URGENT}, "TWILIO_FROM_ALERTS"),
        ({"urgency": Urgency.ORDINARY}, "TWILIO_FROM_REMINDERS"),
    ],
)
def test_urgent_texts_have_a_sender_of_their_own(
    memory: type[Memory], clock: HandClock, settings: Any, changes: dict[str, Any], setting: str
) -> None:
    outbox_with(draft(**changes))
    run(clock, changes["urgency"])
    assert memory.taken[0][1].sender == getattr(settings, setting)


def test_an_answer_leaves_by_the_number_that_was_written_to(memory: type[Memory], clock: HandClock) -> None:
    outbox_with(draft(sender="+12025550199"))
    run(clock)
    assert memory.taken[0][1].sender == "+12025550199"


def test_each_urgency_is_dispatched_by_itself(memory: type[Memory], clock: HandClock) -> None:
    outbox_with(draft("o"), draft("u", urgency=Urgency.URGENT))
    run(clock, Urgency.URGENT)
    assert [m.key for m in Message.objects.filter(status=Status.ACCEPTED)] == ["u"]


class TestWhatMustNotLeave:
    def test_without_recorded_consent(self, memory: type[Memory], clock: HandClock) -> None:
        outbox.enqueue([draft()], now=NOW)
        assert run(clock).suppressed == 1
        message = only()
        assert message.status == Status.SUPPRESSED
        assert "consent" in message.reason
        assert message.finished_at == NOW
        assert not memory.taken
        assert not Attempt.objects.exists()

    def test_after_consent_was_withdrawn_while_it_waited(self, memory: type[Memory], clock: HandClock) -> None:
        outbox_with(draft())
        agree(PHONE, granted=False, now=NOW + timedelta(seconds=1))
        run(clock)
        assert only().status == Status.SUPPRESSED
        assert not memory.taken

    def test_consent_to_one_purpose_is_no_consent_to_another(self, memory: type[Memory], clock: HandClock) -> None:
        consent.record(PHONE, Purpose.REMINDERS, granted=True, source="form", wording="", now=NOW)
        outbox.enqueue([draft("r"), draft("w", purpose=Purpose.WARNINGS)], now=NOW)
        run(clock)
        statuses = dict(Message.objects.values_list("key", "status"))
        assert statuses == {"r": Status.ACCEPTED, "w": Status.SUPPRESSED}

    def test_after_it_expired(self, memory: type[Memory], clock: HandClock) -> None:
        outbox_with(draft(expires_at=NOW + timedelta(hours=1)))
        clock.move(hours=1)
        assert run(clock).expired == 1
        message = only()
        assert (message.status, message.finished_at) == (Status.EXPIRED, clock.now)
        assert message.reason
        assert not memory.taken

    @pytest.mark.parametrize("purpose", [Purpose.REPLIES, Purpose.PAGES])
    def test_but_answers_and_pages_need_no_recorded_consent(
        self, memory: type[Memory], clock: HandClock, purpose: Purpose
    ) -> None:
        agree(PHONE, granted=False)
        outbox.enqueue([draft(purpose=purpose)], now=NOW)
        run(clock)
        assert only().status == Status.ACCEPTED


class TestAnswersOfTheProvider:
    def test_transient_is_tried_again_later_and_then_sent(self, memory: type[Memory], clock: HandClock) -> None:
        outbox_with(draft())
        memory.failures.append(TransientFailure("30017", "too many requests"))
        run(clock)
        message = only()
        assert (message.status, message.attempts, message.error_code) == (Status.PLANNED, 1, "30017")
        assert NOW + timedelta(seconds=2.5) <= message.due_at <= NOW + timedelta(seconds=5)
        assert run(clock).claimed == 0
        clock.move(seconds=5)
        run(clock)
        message.refresh_from_db()
        assert (message.status, message.attempts, message.reason, message.error_code) == (Status.ACCEPTED, 2, "", "")
        assert [a.outcome for a in message.tries.all()] == ["transient", "accepted"]

    def test_retry_after_is_kept_to(self, memory: type[Memory], clock: HandClock) -> None:
        outbox_with(draft())
        memory.failures.append(TransientFailure("30017", retry_after=120))
        run(clock)
        assert NOW + timedelta(seconds=120) <= only().due_at <= NOW + timedelta(seconds=125)

    def test_a_retry_that_would_come_too_late_ends_it(self, memory: type[Memory], clock: HandClock) -> None:
        outbox_with(draft(expires_at=NOW + timedelta(seconds=30)))
        memory.failures.append(TransientFailure("30017", "too many requests", retry_after=60))
        run(clock)
        message = only()
        assert message.status == Status.EXPIRED
        assert "too many requests" in message.reason

    def test_permanent_ends_it_with_words_for_staff(self, memory: type[Memory], clock: HandClock) -> None:
        outbox_with(draft())
        memory.failures.append(PermanentFailure("21614", "not a mobile number"))
        run(clock)
        message = only()
        assert (message.status, message.reason, message.error_code) == (Status.FAILED, "not a mobile number", "21614")
        assert message.tries.get().outcome == "permanent"
        clock.move(days=1)
        assert run(clock).claimed == 0

    def test_an_opt_out_at_the_carrier_becomes_ours(self, memory: type[Memory], clock: HandClock) -> None:
        outbox_with(draft("first"), draft("second"))
        memory.failures.append(PermanentFailure("21610", "told the carrier to stop", opted_out=True))
        run(clock)
        # It counts at once, for the other message of the same batch too.
        assert set(Message.objects.values_list("status", flat=True)) == {Status.SUPPRESSED}
        assert not memory.taken
        for purpose in (Purpose.REMINDERS, Purpose.WARNINGS, Purpose.CHECKINS):
            assert consent.state(PHONE, purpose) is False
            assert consent.revoked_by_text(PHONE, purpose)
        assert ConsentEvent.objects.filter(source="carrier").count() == 1
        outbox.enqueue([draft("third")], now=NOW)
        run(clock)
        assert Message.objects.get(key="third").status == Status.SUPPRESSED

    def test_a_lost_answer_leaves_it_in_doubt_and_is_not_sent_again(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        outbox_with(draft())
        memory.failures.append(OutcomeUnknown("ReadTimeout"))
        run(clock)
        message = only()
        assert message.status == Status.IN_DOUBT
        assert message.reason
        clock.move(hours=1)
        assert run(clock).claimed == 0
        assert len(memory.taken) == 1

    def test_a_bug_in_a_channel_is_in_doubt_too_and_does_not_stop_the_others(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        outbox_with(draft("first", body="first"), draft("second", body="second", due_at=NOW - timedelta(seconds=1)))
        send = Memory.send

        def broken(self: Memory, outgoing: Any) -> Accepted:
            if outgoing.body == "second":
                raise ZeroDivisionError
            return send(self, outgoing)

        monkeypatch.setattr(Memory, "send", broken)
        run(clock)
        statuses = dict(Message.objects.values_list("key", "status"))
        assert statuses == {"first": Status.ACCEPTED, "second": Status.IN_DOUBT}


class TestProviderWithoutConnection:
    def test_it_is_left_alone_after_a_few_tries_and_other_channels_go_on(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        texts = [draft(f"k{i}", address=f"+1202555010{i}") for i in range(10)]
        outbox_with(*texts, mail(due_at=NOW + timedelta(microseconds=1)))
        clock.move(microseconds=1)
        memory.failures += [TransientFailure("connect", "no connection") for _ in range(3)]
        tally = run(clock)
        assert tally.asked == 4, "three texts, then the mail"
        assert [sent.channel for _, sent in memory.taken] == [Channel.EMAIL]
        waiting = Message.objects.filter(channel=Channel.SMS)
        assert set(waiting.values_list("status", "lease_until")) == {(Status.PLANNED, None)}
        assert waiting.filter(attempts=0, reason__contains="cannot be reached").count() == 7
        clock.move(seconds=15)
        run(clock)
        assert set(Message.objects.values_list("status", flat=True)) == {Status.ACCEPTED}

    def test_an_answer_in_between_counts_as_a_connection(self, memory: type[Memory], clock: HandClock) -> None:
        outbox_with(*(draft(f"k{i}", address=f"+1202555010{i}") for i in range(8)))
        away, busy = TransientFailure("connect", "no connection"), TransientFailure("30017", "busy")
        memory.failures += [away, away, busy, away, away, busy]
        assert run(clock).asked == 8

    def test_what_expires_before_the_pause_ends_expires(self, memory: type[Memory], clock: HandClock) -> None:
        outbox_with(*(draft(f"k{i}", expires_at=NOW + timedelta(seconds=10)) for i in range(5)))
        memory.failures += [TransientFailure("connect", "no connection", retry_after=60) for _ in range(3)]
        run(clock)
        clock.move(minutes=3)
        reconcile.recover_leases(now=clock())
        run(clock)
        assert set(Message.objects.values_list("status", flat=True)) == {Status.EXPIRED}
