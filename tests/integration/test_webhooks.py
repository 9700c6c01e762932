"""What the carrier may tell us, and what happens to callers that are not the carrier."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from messaging import dispatch, inbound, webhooks
from messaging.channels.memory import Memory
from messaging.domain.delivery import Status, Urgency
from messaging.models import InboundMessage, Message, Receipt
from tests.support import signing
from tests.support.messages import PHONE, HandClock, draft, outbox_with

pytestmark = pytest.mark.django_db

SMS = "/webhooks/twilio/sms/"
TEXT = {
    "MessageSid": "SM00000000000000000000000000000001",
    "AccountSid": "AC00000000000000000000000000000000",
    "From": PHONE,
    "To": "+12025550100",
    "Body": "I'll be there – gracias 👍",
    "NumMedia": "0",
    "NumSegments": "1",
}


@pytest.fixture(autouse=True)
def published(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would have been published; there is no broker here."""
    calls: list[Any] = []
    monkeypatch.setattr("messaging.inbound.broker.publish", lambda *a: calls.append(a))
    return calls


@pytest.fixture
def base(settings: Any) -> str:
    settings.TWILIO_AUTH_TOKENS = ["new-token", "old-token"]
    settings.PUBLIC_BASE_URL = "https://clinic.example"
    return "https://clinic.example"


def post(path: str, form: dict[str, str], token: str = "new-token") -> HttpResponse:
    return signing.call(path, form, base="https://clinic.example", token=token)


def encoded(form: dict[str, str], token: str = "new-token", path: str = SMS) -> HttpResponse:
    """A signed form as the carrier writes it."""
    headers = {"X-Twilio-Signature": signing.signature(f"https://clinic.example{path}", form, token)}
    kind = "application/x-www-form-urlencoded"
    return Client(raise_request_exception=False).post(path, urlencode(form), content_type=kind, headers=headers)  # type: ignore[return-value]


@pytest.fixture
def message(memory: type[Memory], clock: HandClock) -> Message:
    (message,) = outbox_with(draft())
    dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
    return message


def status_path(message: Message) -> str:
    return f"/webhooks/twilio/status/{message.uuid}/"


class TestInboundText:
    def test_it_is_stored_and_answered_with_nothing_to_say(self, base: str) -> None:
        response = post(SMS, TEXT)
        assert response.status_code == 200
        assert response["Content-Type"].startswith("text/xml")
        assert b"<Message" not in response.content
        stored = InboundMessage.objects.get()
        assert (stored.provider_id, stored.from_address, stored.to_address) == (TEXT["MessageSid"], PHONE, TEXT["To"])
        assert stored.body == TEXT["Body"]
        assert (stored.handled_at is not None, stored.disposition) == (True, "inbox"), "read by the request itself"

    def test_the_same_text_twice_is_stored_once(self, base: str) -> None:
        assert post(SMS, TEXT).status_code == 200
        assert post(SMS, TEXT | {"Body": "other words"}).status_code == 200
        assert InboundMessage.objects.get().body == TEXT["Body"]

    def test_no_worker_is_needed_for_what_was_read_at_once(
        self, base: str, published: list[Any], django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            post(SMS, TEXT)
            post(SMS, TEXT)
        assert published == []

    def test_what_cannot_be_read_now_is_kept_and_a_worker_is_woken_with_an_id_and_nothing_else(
        self, base: str, published: list[Any], settings: Any
    ) -> None:
        settings.INBOUND_HANDLERS = ["tests.integration.test_inbound.database_away"]
        assert post(SMS, TEXT).status_code == 200
        message = InboundMessage.objects.get()
        assert (message.handled_at, message.disposition) == (None, "")
        assert published == [("messaging.handle_inbound", message.pk)]

    @pytest.mark.parametrize(
        "odd", ["", "\x00", "x" * 50_000, "‮right to left", "<script>", "\ud83d".encode("utf-8", "replace").decode()]
    )
    def test_odd_bodies_are_stored(self, base: str, odd: str) -> None:
        assert post(SMS, TEXT | {"Body": odd}).status_code == 200
        assert InboundMessage.objects.count() == 1

    @pytest.mark.parametrize("missing", ["Body", "To", "NumMedia"])
    def test_a_missing_field_is_no_error(self, base: str, missing: str) -> None:
        form = {name: value for name, value in TEXT.items() if name != missing}
        assert post(SMS, form).status_code == 200
        assert InboundMessage.objects.count() == 1

    @pytest.mark.parametrize("nameless", [{}, {"MessageSid": ""}, {"MessageSid": "\x00"}])
    def test_a_text_without_a_name_is_kept_once_all_the_same(self, base: str, nameless: dict[str, str]) -> None:
        form = {name: value for name, value in TEXT.items() if name != "MessageSid"} | nameless
        for _ in range(2):
            assert post(SMS, form).status_code == 200
        assert post(SMS, form | {"Body": "my legs"}).status_code == 200
        assert {text.body for text in InboundMessage.objects.all()} == {TEXT["Body"], "my legs"}
        assert InboundMessage.objects.count() == 2

    def test_a_text_without_a_sender_is_kept_for_a_person(self, base: str) -> None:
        form = {name: value for name, value in TEXT.items() if name != "From"}
        assert post(SMS, form).status_code == 200
        assert InboundMessage.objects.get().disposition == "inbox"

    def test_a_form_without_sender_and_words_is_taken_politely(self, base: str) -> None:
        assert post(SMS, {"MessageSid": "SM1", "To": "+12025550100"}).status_code == 200
        assert not InboundMessage.objects.exists()

    def test_ten_thousand_fields_hide_no_text(self, base: str) -> None:
        assert encoded(TEXT | {f"Field{n}": "" for n in range(10_000)}).status_code == 200
        assert InboundMessage.objects.get().body == TEXT["Body"]

    def test_ten_megabytes_are_cut_and_kept(self, base: str) -> None:
        assert encoded(TEXT | {"Body": "my legs " * 1_300_000}).status_code == 200
        stored = InboundMessage.objects.get()
        assert stored.body.startswith("my legs my legs")
        assert len(stored.body) == inbound.LONGEST_BODY
        assert stored.disposition == "inbox"

    def test_ten_megabytes_with_a_wrong_signature_are_refused(self, base: str) -> None:
        assert encoded(TEXT | {"Body": "x" * 10_000_000}, token="wrong").status_code == 403
        assert not InboundMessage.objects.exists()

    def test_what_no_carrier_would_send_is_refused_and_no_error(
        self, base: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert encoded(TEXT | {f"Field{n}": "" for n in range(30_000)}).status_code == 413
        assert Client().post(SMS, TEXT | {"Body": "x" * 3_000_000}).status_code == 413, "not as the carrier posts"
        monkeypatch.setattr(webhooks, "LARGEST_FORM", 3_000_000)
        assert encoded(TEXT | {"Body": "x" * 3_000_000}).status_code == 413
        assert not InboundMessage.objects.exists()

    @pytest.mark.parametrize("media", ["3", "many", "-1", "99999", "²"])
    def test_the_number_of_pictures_may_be_anything(self, base: str, media: str) -> None:
        assert post(SMS, TEXT | {"NumMedia": media}).status_code == 200
        assert InboundMessage.objects.get().media_count == (3 if media == "3" else 0)

    def test_what_the_carrier_read_in_it_is_kept(self, base: str) -> None:
        post(SMS, TEXT | {"OptOutType": "STOP"})
        assert InboundMessage.objects.get().opt_out_type == "STOP"


class TestReceipt:
    def test_it_moves_the_message(self, base: str, message: Message) -> None:
        form = {"MessageSid": "memory-1", "MessageStatus": "delivered"}
        assert post(status_path(message), form).status_code == 204
        message.refresh_from_db()
        assert message.status == Status.DELIVERED

    def test_an_error_code_comes_along(self, base: str, message: Message) -> None:
        form = {"MessageSid": "memory-1", "MessageStatus": "undelivered", "ErrorCode": "30005"}
        post(status_path(message), form)
        message.refresh_from_db()
        assert (message.status, message.error_code) == (Status.UNDELIVERED, "30005")
        assert message.reason == "the number is not in use"

    @pytest.mark.parametrize(
        "form",
        [
            {"MessageSid": "memory-1", "MessageStatus": "teleported"},
            {"MessageSid": "memory-1", "MessageStatus": "x" * 5000},
            {"MessageSid": "memory-1", "MessageStatus": "sent\x00"},
            {"MessageSid": "memory-1"},
            {"MessageStatus": "sent"},
            {},
        ],
    )
    def test_what_is_not_understood_is_taken_politely(self, base: str, message: Message, form: dict[str, str]) -> None:
        assert post(status_path(message), form).status_code == 204

    @pytest.mark.parametrize(
        "more",
        [
            {f"Field{n}": "x" for n in range(10_000)},
            {"Note": "x" * 10_000_000},
            {"To": "\x00", "\x00": "\x00", "ErrorCode": "\x00" * 300},
            {"ErrorCode": "²"},
            {"ErrorCode": "9" * 400},
        ],
        ids=["10000 fields", "10 MB", "NULs", "no digit", "a long code"],
    )
    @pytest.mark.parametrize("word", ["delivered", "failed"])
    def test_whatever_else_a_form_holds_its_word_counts(
        self, base: str, message: Message, more: dict[str, str], word: str
    ) -> None:
        form = {"MessageSid": "memory-1", "MessageStatus": word}
        assert encoded(form | more, path=status_path(message)).status_code == 204
        message.refresh_from_db()
        assert message.status == word

    def test_a_thousand_times_the_same_is_one_receipt(self, base: str, message: Message) -> None:
        form = {"MessageSid": "memory-1", "MessageStatus": "delivered"}
        assert {encoded(form, path=status_path(message)).status_code for _ in range(1000)} == {204}
        assert Receipt.objects.get().applied

    def test_a_wrong_signature_on_ten_thousand_fields_leaves_no_trace(self, base: str, message: Message) -> None:
        form = {"MessageSid": "memory-1", "MessageStatus": "delivered"} | {f"Field{n}": "x" for n in range(10_000)}
        assert encoded(form, token="guessed", path=status_path(message)).status_code == 403
        assert not Receipt.objects.exists()

    def test_an_unknown_message_is_taken_politely(self, base: str) -> None:
        form = {"MessageSid": "SM1", "MessageStatus": "sent"}
        assert post(f"/webhooks/twilio/status/{uuid4()}/", form).status_code == 204
        assert not Receipt.objects.exists()


class TestSignature:
    def test_an_older_token_still_counts_while_tokens_are_rotated(self, base: str) -> None:
        assert post(SMS, TEXT, token="old-token").status_code == 200

    def test_a_forged_signature_stores_nothing(self, base: str, message: Message) -> None:
        assert post(SMS, TEXT, token="guessed").status_code == 403
        form = {"MessageSid": "memory-1", "MessageStatus": "delivered"}
        assert post(status_path(message), form, token="guessed").status_code == 403
        assert not InboundMessage.objects.exists()
        assert not Receipt.objects.exists()

    @pytest.mark.parametrize("header", [None, "", "x", "é", "AAAA" * 2000])
    def test_a_missing_or_odd_signature_is_refused(self, base: str, header: str | None) -> None:
        headers = {} if header is None else {"X-Twilio-Signature": header}
        assert Client().post(SMS, TEXT, headers=headers).status_code == 403
        assert not InboundMessage.objects.exists()

    def test_one_changed_field_breaks_it(self, base: str) -> None:
        header = signing.signature(base + SMS, TEXT, "new-token")
        changed = TEXT | {"From": "+12025550124"}
        assert Client().post(SMS, changed, headers={"X-Twilio-Signature": header}).status_code == 403

    def test_a_signature_for_another_address_is_refused(self, base: str, message: Message) -> None:
        form = {"MessageSid": "memory-1", "MessageStatus": "delivered"}
        header = signing.signature(base + f"/webhooks/twilio/status/{uuid4()}/", form, "new-token")
        response = Client().post(status_path(message), form, headers={"X-Twilio-Signature": header})
        assert response.status_code == 403

    def test_behind_a_proxy_the_public_address_is_what_counts(self, base: str) -> None:
        header = signing.signature(base + SMS, TEXT, "new-token")
        response = Client().post(
            SMS, TEXT, headers={"X-Twilio-Signature": header, "Host": "10.0.0.7:8000"}, secure=False
        )
        assert response.status_code == 200

    def test_a_query_is_signed_too(self, base: str) -> None:
        header = signing.signature(base + SMS + "?a=1", TEXT, "new-token")
        assert Client().post(SMS + "?a=1", TEXT, headers={"X-Twilio-Signature": header}).status_code == 200
        assert Client().post(SMS + "?a=2", TEXT, headers={"X-Twilio-Signature": header}).status_code == 403

    def test_no_csrf_token_is_asked_for(self, base: str) -> None:
        header = signing.signature(base + SMS, TEXT, "new-token")
        client = Client(enforce_csrf_checks=True)
        assert client.post(SMS, TEXT, headers={"X-Twilio-Signature": header}).status_code == 200

    def test_looking_is_not_allowed(self, base: str) -> None:
        assert Client().get(SMS).status_code == 405

    def test_our_own_signing_agrees_with_the_carriers_published_example(self) -> None:
        form = {
            "CallSid": "CA1234567890ABCDE",
            "Caller": "+14158675309",
            "Digits": "1234",
            "From": "+14158675309",
            "To": "+18005551212",
        }
        url = "https://mycompany.com/myapp.php?foo=1&bar=2"
        assert signing.signature(url, form, "12345") == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
