"""The consent ledger, and STOP, START and HELP by text."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from messaging import consent, consent_replies, dispatch, inbound
from messaging.channels.memory import Memory
from messaging.domain.delivery import CONSENT_PURPOSES, Purpose, Status, Urgency
from messaging.domain.wording import reserved_words
from messaging.models import ConsentEvent, InboundMessage, LedgerIsAppendOnly, Message
from tests.support.messages import NOW, PHONE, HandClock, agree, draft, outbox_with

pytestmark = pytest.mark.django_db

OTHER = "+12025550124"
CLINIC = "+12025550100"


def say(address: str, purpose: Purpose, *, granted: bool, after: int = 0, source: str = "form") -> ConsentEvent:
    moment = NOW + timedelta(seconds=after)
    return consent.record(address, purpose, granted=granted, source=source, wording="words", now=moment)


class TestLedger:
    def test_nothing_recorded_is_no(self) -> None:
        assert consent.allowed([(PHONE, Purpose.REMINDERS)]) == set()
        assert consent.state(PHONE, Purpose.REMINDERS) is None

    def test_the_latest_word_holds(self) -> None:
        for after, granted in enumerate([True, False, True, False]):
            say(PHONE, Purpose.REMINDERS, granted=granted, after=after)
            assert consent.state(PHONE, Purpose.REMINDERS) is granted
            expected = {(PHONE, Purpose.REMINDERS)} if granted else set()
            assert consent.allowed([(PHONE, Purpose.REMINDERS)]) == expected

    def test_of_two_words_in_one_moment_the_one_written_later_holds(self) -> None:
        say(PHONE, Purpose.REMINDERS, granted=True)
        say(PHONE, Purpose.REMINDERS, granted=False)
        assert consent.state(PHONE, Purpose.REMINDERS) is False

    def test_an_old_form_typed_in_later_does_not_overrule_a_newer_stop(self) -> None:
        say(PHONE, Purpose.REMINDERS, granted=False, after=60)
        say(PHONE, Purpose.REMINDERS, granted=True, after=0)
        assert consent.state(PHONE, Purpose.REMINDERS) is False

    def test_addresses_and_purposes_do_not_mix(self) -> None:
        say(PHONE, Purpose.REMINDERS, granted=True)
        say(OTHER, Purpose.WARNINGS, granted=True)
        pairs = [(a, p) for a in (PHONE, OTHER) for p in CONSENT_PURPOSES]
        assert consent.allowed(pairs) == {(PHONE, Purpose.REMINDERS), (OTHER, Purpose.WARNINGS)}

    def test_a_mailbox_is_one_however_it_is_spelt(self) -> None:
        say("Rosa@Example.org", Purpose.REMINDERS, granted=True)
        assert consent.allowed([("rosa@example.ORG", Purpose.REMINDERS)]) == {("rosa@example.ORG", Purpose.REMINDERS)}

    def test_answers_and_pages_are_always_allowed(self) -> None:
        say(PHONE, Purpose.REMINDERS, granted=False)
        pairs = {(PHONE, Purpose.REPLIES), (PHONE, Purpose.PAGES)}
        assert consent.allowed([*pairs, (PHONE, Purpose.REMINDERS)]) == pairs

    def test_any_number_of_addresses_is_one_query(self) -> None:
        addresses = [f"+1202555{n:04}" for n in range(200)]
        for address in addresses[::2]:
            say(address, Purpose.REMINDERS, granted=True)
        with CaptureQueriesContext(connection) as queries:
            allowed = consent.allowed([(a, Purpose.REMINDERS) for a in addresses])
        assert len(queries) == 1
        assert {address for address, _ in allowed} == set(addresses[::2])

    def test_only_answers_and_pages_ask_nobody(self) -> None:
        with CaptureQueriesContext(connection) as queries:
            consent.allowed([(PHONE, Purpose.PAGES)])
        assert len(queries) == 0

    def test_it_knows_a_no_by_text_from_a_no_to_staff(self) -> None:
        say(PHONE, Purpose.REMINDERS, granted=False, source="text")
        say(OTHER, Purpose.REMINDERS, granted=False, source="staff")
        assert consent.revoked_by_text(PHONE, Purpose.REMINDERS)
        assert not consent.revoked_by_text(OTHER, Purpose.REMINDERS)
        say(PHONE, Purpose.REMINDERS, granted=True, after=1)
        assert not consent.revoked_by_text(PHONE, Purpose.REMINDERS)

    def test_an_unknown_source_is_refused(self) -> None:
        with pytest.raises(ValueError, match="rumour"):
            say(PHONE, Purpose.REMINDERS, granted=True, source="rumour")

    def test_nothing_in_it_can_be_changed_or_removed(self) -> None:
        event = say(PHONE, Purpose.REMINDERS, granted=True)
        event.granted = False
        with pytest.raises(LedgerIsAppendOnly):
            event.save()
        with pytest.raises(LedgerIsAppendOnly):
            event.delete()
        with pytest.raises(LedgerIsAppendOnly):
            ConsentEvent.objects.update(granted=False)
        with pytest.raises(LedgerIsAppendOnly):
            ConsentEvent.objects.all().delete()
        assert consent.state(PHONE, Purpose.REMINDERS) is True


class TestOptedOut:
    @pytest.mark.parametrize("source", ["text", "carrier"])
    @pytest.mark.parametrize("purpose", [Purpose.REMINDERS, Purpose.WARNINGS])
    def test_a_no_of_the_phone_itself_counts_until_it_says_yes(self, purpose: Purpose, source: str) -> None:
        assert not consent.opted_out(PHONE)
        say(PHONE, purpose, granted=False, source=source)
        assert consent.opted_out(PHONE)
        say(PHONE, purpose, granted=True, source="text", after=1)
        assert not consent.opted_out(PHONE)

    def test_a_no_on_a_form_is_no_stop(self) -> None:
        say(PHONE, Purpose.WARNINGS, granted=False, source="form")
        assert not consent.opted_out(PHONE)

    def test_a_start_takes_back_the_whole_stop_of_somebody_who_had_agreed_to_a_part(self) -> None:
        say(PHONE, Purpose.REMINDERS, granted=True)
        assert text("STOP") == "opt_out"
        assert consent.opted_out(PHONE)
        assert text("START") == "opt_in"
        assert not consent.opted_out(PHONE)
        assert text("STOP") == "opt_out"
        assert consent.opted_out(PHONE)


_count = iter(range(10_000))


def text(body: str, *, sender: str = PHONE, carrier_says: str = "", language_of_last: str = "") -> str | None:
    """A text arrives and is read by the consent handler alone."""
    message = InboundMessage.objects.create(
        provider_id=f"SM{next(_count)}",
        from_address=sender,
        to_address=CLINIC,
        body=body,
        opt_out_type=carrier_says,
        received_at=NOW,
    )
    return consent_replies.handle(message, now=NOW)


def answers() -> list[Message]:
    return list(Message.objects.filter(purpose=Purpose.REPLIES).order_by("pk"))


class TestStop:
    def test_it_revokes_every_purpose_and_is_confirmed_once(self) -> None:
        agree(PHONE)
        assert text("STOP") == "opt_out"
        assert [consent.state(PHONE, p) for p in CONSENT_PURPOSES] == [False] * len(CONSENT_PURPOSES)
        (answer,) = answers()
        assert (answer.address, answer.sender, answer.template) == (PHONE, CLINIC, "opt_out_done_bare")
        assert not reserved_words(answer.body), "what the carrier answers itself is no answer to us"
        assert answer.segments == 1
        assert answer.expires_at <= NOW + timedelta(minutes=5)
        assert text("stop") == "opt_out"
        assert len(answers()) == 1, "one confirmation, however often it is said"

    def test_it_keeps_the_persons_words_and_the_text_they_came_in(self) -> None:
        agree(PHONE)
        text("Please don't text me anymore")
        event = ConsentEvent.objects.filter(granted=False).first()
        assert event is not None
        assert (event.wording, event.source) == ("Please don't text me anymore", "text")
        assert event.recorded_by.startswith("text SM")

    def test_a_number_that_never_agreed_is_recorded_too(self) -> None:
        assert text("STOP") == "opt_out"
        assert consent.state(PHONE, Purpose.REMINDERS) is False
        assert len(answers()) == 1

    def test_it_is_the_numbers_no_and_nobody_elses(self) -> None:
        agree(PHONE, OTHER)
        text("STOP")
        assert consent.state(OTHER, Purpose.REMINDERS) is True

    def test_what_waited_does_not_leave_and_the_confirmation_does(self, memory: type[Memory], clock: HandClock) -> None:
        outbox_with(draft())
        text("STOP")
        dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
        assert [sent.body for _, sent in memory.taken] == [answers()[0].body]
        assert Message.objects.get(key="visit-1").status == Status.SUPPRESSED

    def test_when_the_carrier_has_answered_in_our_name_we_do_not(self) -> None:
        agree(PHONE)
        assert text("enough", carrier_says="STOP") == "opt_out"
        assert consent.state(PHONE, Purpose.REMINDERS) is False
        assert not answers()

    def test_it_counts_even_when_the_answer_cannot_be_written(self, settings: Any, tmp_path: Any) -> None:
        settings.MESSAGE_TEMPLATES = tmp_path
        agree(PHONE)
        assert text("STOP") == "opt_out"
        assert consent.state(PHONE, Purpose.REMINDERS) is False

    @pytest.mark.parametrize(
        "body", ["Stopped feeling my legs", "CANCEL my infusion I fell", "stop the numbness please", "", "C", "yes"]
    )
    def test_other_texts_change_nothing(self, body: str) -> None:
        agree(PHONE)
        assert text(body) is None
        assert consent.state(PHONE, Purpose.REMINDERS) is True
        assert not answers()


class TestStart:
    def test_it_brings_back_what_was_agreed_to_and_nothing_more(self) -> None:
        say(PHONE, Purpose.REMINDERS, granted=True)
        text("STOP")
        assert text("START") == "opt_in"
        assert consent.state(PHONE, Purpose.REMINDERS) is True
        assert consent.state(PHONE, Purpose.WARNINGS) is False, "never agreed to"
        assert [a.template for a in answers()] == ["opt_out_done_bare", "opt_in_done_bare"]

    def test_from_somebody_who_never_agreed_it_is_left_to_a_person(self) -> None:
        assert text("START") is None
        assert not ConsentEvent.objects.exists()
        assert not answers()

    def test_while_everything_is_agreed_to_it_changes_nothing(self) -> None:
        agree(PHONE)
        before = ConsentEvent.objects.count()
        assert text("START") == "opt_in"
        assert ConsentEvent.objects.count() == before
        assert not answers()


class TestHelp:
    def test_it_is_answered_whoever_asks_and_changes_nothing(self) -> None:
        assert text("HELP") == "help"
        assert text("INFO", sender=OTHER) == "help"
        assert [a.template for a in answers()] == ["help_answer_bare", "help_answer_bare"]
        assert not ConsentEvent.objects.exists()


class TestLanguage:
    def test_words_tell_the_language(self) -> None:
        text("no más")
        assert answers()[0].language == "es"
        assert "clinica" in answers()[0].body, "folded to the cheaper alphabet"

    def test_else_the_last_message_to_the_number_does(self) -> None:
        outbox_with(draft(language="es"))
        text("STOP")
        assert answers()[-1].language == "es"

    def test_else_it_is_the_first_language(self) -> None:
        text("STOP")
        assert answers()[0].language == "en"


def test_the_whole_way_from_a_text_to_the_ledger(settings: Any) -> None:
    settings.INBOUND_HANDLERS = ["messaging.consent_replies.handle"]
    agree(PHONE)
    arrival = inbound.Arrival(provider_id="SMx", from_address=PHONE, to_address=CLINIC, body="Stop.")
    assert inbound.receive(arrival, now=NOW) == "opt_out"
    assert consent.state(PHONE, Purpose.REMINDERS) is False
