"""The official client drives the stand-in's REST surface over a socket, and sees what the carrier documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests
from django.db import connections
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from sandbox import exchange, testing
from sandbox import mood as moods
from sandbox.models import Text

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])

ACCOUNT = "AC" + "0" * 32
FROM, TO = "+12025550100", "+12025550123"
Dial = Callable[..., Client]


@pytest.fixture
def dial(live_server: LiveServer) -> Iterator[Dial]:
    made: list[TwilioHttpClient] = []

    def client(token: str = "sandbox-token", account: str = ACCOUNT) -> Client:
        http = TwilioHttpClient(timeout=10)
        http.session.trust_env = False
        made.append(http)
        dialled = Client(account, token, http_client=http)
        dialled.api.base_url = f"{live_server.url}/sandbox/twilio"
        return dialled

    yield client
    for http in made:
        http.session.close()


def refused(call: Callable[[], object]) -> tuple[int, int | None]:
    with pytest.raises(TwilioRestException) as caught:
        call()
    return caught.value.status, caught.value.code


def test_a_created_message_has_every_field_of_the_resource(dial: Dial) -> None:
    client = dial()
    message = client.messages.create(to=TO, from_=FROM, body="Su cita es mañana")
    assert message.sid.startswith("SM")
    assert len(message.sid) == 34
    assert (message.status, message.direction, message.to, message.from_) == ("queued", "outbound-api", TO, FROM)
    assert (message.body, message.num_segments, message.num_media) == ("Su cita es mañana", "1", "0")
    assert (message.price, message.error_code, message.error_message, message.date_sent) == (None, None, None, None)
    assert abs(datetime.now(UTC) - message.date_created) < timedelta(seconds=5)
    assert message.account_sid == ACCOUNT
    assert message.uri == f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{message.sid}.json"
    payload = client.http_client._test_only_last_response
    assert payload.status_code == 201
    assert client.messages(message.sid).fetch().body == message.body


def test_a_messaging_service_accepts_first_and_names_its_number_later(dial: Dial, settings: Settings) -> None:
    service = "MG" + "a" * 32
    settings.TWILIO_FROM_REMINDERS = service
    message = dial().messages.create(to=TO, messaging_service_sid=service, body="Hello")
    assert (message.status, message.from_, message.num_segments) == ("accepted", None, "0")
    assert message.messaging_service_sid == service
    testing.advance_all(post=testing.Listener())
    fetched = dial().messages(message.sid).fetch()
    assert fetched.status == "delivered"
    assert fetched.from_.startswith("+1202555")
    assert refused(lambda: dial().messages.create(to=TO, messaging_service_sid="MG" + "b" * 32, body="x")) == (
        400,
        21701,
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"to": "", "from_": FROM, "body": "x"}, 21604),
        ({"to": "12345", "from_": FROM, "body": "x"}, 21211),
        ({"to": "+0123456789", "from_": FROM, "body": "x"}, 21211),
        ({"to": "nobody@example.org", "from_": FROM, "body": "x"}, 21211),
        ({"to": "+15005550001", "from_": FROM, "body": "x"}, 21211),
        ({"to": "+15005550009", "from_": FROM, "body": "x"}, 21614),
        ({"to": TO, "from_": FROM, "body": ""}, 21602),
        ({"to": TO, "from_": FROM, "body": "x" * 1601}, 21617),
        ({"to": TO, "from_": "+12025550199", "body": "x"}, 21606),
        ({"to": TO, "from_": "clinic", "body": "x"}, 21212),
        ({"to": TO, "body": "x"}, 21603),
    ],
)
def test_a_refusal_carries_the_documented_code_and_keeps_nothing(
    dial: Dial, arguments: dict[str, str], code: int
) -> None:
    assert refused(lambda: dial().messages.create(**arguments)) == (400, code)
    assert not Text.objects.exists()


def test_sixteen_hundred_characters_pass(dial: Dial) -> None:
    assert dial().messages.create(to=TO, from_=FROM, body="x" * 1600).num_segments == "11"


@pytest.mark.parametrize(("account", "token"), [(ACCOUNT, "wrong"), ("AC" + "1" * 32, "sandbox-token"), (ACCOUNT, "ñ")])
def test_a_stranger_gets_20003_and_nothing_is_kept(dial: Dial, account: str, token: str) -> None:
    client = dial(token, account)
    assert refused(lambda: client.messages.create(to=TO, from_=FROM, body="x")) == (401, 20003)
    with pytest.raises(TwilioException):
        client.messages.list()
    assert not Text.objects.exists()


def test_either_token_opens_while_they_are_rotated(dial: Dial, settings: Settings) -> None:
    settings.TWILIO_AUTH_TOKENS = ["new", "old"]
    for token in ("new", "old"):
        assert dial(token).messages.create(to=TO, from_=FROM, body="x").sid


def test_an_unknown_sid_or_path_is_20404(dial: Dial) -> None:
    assert refused(dial().messages("SM" + "0" * 32).fetch) == (404, 20404)
    assert refused(dial().calls("CA" + "0" * 32).fetch) == (404, 20404)
    assert refused(dial().conferences("CF" + "0" * 32).fetch) == (404, 20404)


def test_the_log_is_paged_newest_first_without_gaps(dial: Dial) -> None:
    client = dial()
    sids = [client.messages.create(to=TO, from_=FROM, body=str(number)).sid for number in range(7)]
    client.messages.create(to="+12025550124", from_=FROM, body="another phone")
    assert [message.sid for message in client.messages.list(to=TO, page_size=3)] == sids[::-1]
    page = client.messages.page(to=TO, page_size=3)
    assert [message.sid for message in page] == sids[:3:-1]
    client.messages.create(to=TO, from_=FROM, body="arrived in between")
    following = page.next_page()
    assert following is not None
    assert [message.sid for message in following] == sids[3:0:-1]


def test_the_log_is_filtered_by_numbers_and_days(dial: Dial) -> None:
    client = dial()
    client.messages.create(to=TO, from_=FROM, body="one")
    client.messages.create(to=TO, from_="+12025550101", body="two")
    testing.advance_all(post=testing.Listener())
    testing.reply(TO, "hello", sender=FROM, post=testing.Listener())

    def found(**filters: object) -> list[str]:
        return [message.body for message in client.messages.list(**filters)]

    now = datetime.now(UTC)
    sent = client.messages.list(to=TO, limit=1)[0].date_sent
    assert found(from_=FROM) == ["one"]
    assert found(to=FROM) == ["hello"]
    assert found(from_=TO) == ["hello"]
    assert found(to=TO, from_="+12025550101") == ["two"]
    assert found(to=TO, date_sent=sent.date()) == ["two", "one"]
    assert found(to=TO, date_sent=sent.date() - timedelta(days=1)) == []
    assert found(to=TO, date_sent_after=now - timedelta(minutes=1)) == ["two", "one"]
    assert found(to=TO, date_sent_after=now + timedelta(minutes=1)) == []
    assert found(to=TO, date_sent_before=now - timedelta(days=1)) == []


def test_a_text_that_has_not_left_yet_is_not_hidden_by_a_date_filter(dial: Dial) -> None:
    client = dial()
    client.messages.create(to=TO, from_=FROM, body="queued")
    assert len(client.messages.list(to=TO, date_sent_after=datetime.now(UTC) - timedelta(minutes=1))) == 1


def test_a_message_can_be_redacted_and_deleted(dial: Dial) -> None:
    client = dial()
    message = client.messages.create(to=TO, from_=FROM, body="secret")
    assert client.messages(message.sid).update(body="").body == ""
    assert client.messages(message.sid).delete()
    assert refused(client.messages(message.sid).fetch) == (404, 20404)


def test_a_429_names_its_pause_and_takes_nothing(dial: Dial) -> None:
    testing.misbehave(too_many_percent=100, retry_after_s=7)
    client = dial()
    assert refused(lambda: client.messages.create(to=TO, from_=FROM, body="x")) == (429, 20429)
    assert client.http_client._test_only_last_response.headers["Retry-After"] == "7"
    assert not Text.objects.exists()


def test_server_errors_come_in_both_kinds_and_take_nothing(dial: Dial) -> None:
    testing.misbehave(error_percent=100)
    client = dial()
    seen = {refused(lambda: client.messages.create(to=TO, from_=FROM, body="x")) for _ in range(2)}
    assert seen == {(500, 20500), (503, 20503)}
    assert not Text.objects.exists()


def test_the_connection_dies_after_the_text_was_taken_on(dial: Dial) -> None:
    testing.misbehave(drop_percent=100)
    client = dial()
    with pytest.raises(requests.exceptions.ConnectionError):
        client.messages.create(to=TO, from_=FROM, body="taken on")
    assert [text.body for text in testing.texts_to(TO)] == ["taken on"]
    assert [message.body for message in client.messages.list(to=TO)] == ["taken on"], "only creating is cut off"


def test_the_same_seed_gives_the_same_luck(dial: Dial) -> None:
    client = dial()

    def outcomes() -> list[int]:
        testing.misbehave(too_many_percent=40, seed=3)
        seen = []
        for _ in range(12):
            try:
                client.messages.create(to=TO, from_=FROM, body="x")
                seen.append(201)
            except TwilioRestException as error:
                seen.append(error.status)
        return seen

    first = outcomes()
    assert first == outcomes()
    assert set(first) == {201, 429}


def test_latency_is_waited(dial: Dial) -> None:
    testing.misbehave(latency_ms=300)
    before = datetime.now(UTC)
    dial().messages.create(to=TO, from_=FROM, body="x")
    assert datetime.now(UTC) - before >= timedelta(milliseconds=300)


def test_creating_takes_few_queries() -> None:
    testing.phone(TO)
    order = exchange.Order(to=TO, sender=FROM, service_sid="", body="x", callback_url="")
    with CaptureQueriesContext(connections["sandbox"]) as captured:
        exchange.take_on(order, mood=moods.take_turn(), now=datetime.now(UTC))
    words = [query["sql"].split()[0] for query in captured.captured_queries]
    assert words == ["SELECT", "BEGIN", "SELECT", "UPDATE", "INSERT", "COMMIT"]


def test_a_call_is_made_fetched_and_hung_up(dial: Dial) -> None:
    client = dial()
    call = client.calls.create(to=TO, from_=FROM, twiml="<Response><Say>Hello</Say></Response>")
    assert call.sid.startswith("CA")
    assert (call.status, call.direction, call.to) == ("queued", "outbound-api", TO)
    testing.advance_all(post=testing.Listener())
    assert client.calls(call.sid).fetch().status == "completed"
    assert refused(lambda: client.calls.create(to=TO, from_=FROM)) == (400, 21205)
    assert refused(lambda: client.calls.create(to="1", from_=FROM, twiml="<Response/>")) == (400, 21211)
    second = client.calls.create(to=TO, from_=FROM, twiml="<Response/>")
    assert client.calls(second.sid).update(status="completed").status == "canceled"


def test_the_log_of_calls_is_filtered_and_paged_newest_first(dial: Dial) -> None:
    client = dial()
    sids = [client.calls.create(to=TO, from_=FROM, twiml="<Response/>").sid for _ in range(3)]
    other = client.calls.create(to="+12025550124", from_="+12025550101", twiml="<Response/>").sid
    assert [call.sid for call in client.calls.list(to=TO, page_size=2)] == sids[::-1]
    assert [call.sid for call in client.calls.list(from_="+12025550101")] == [other]
    assert client.calls.list(status="completed") == []
    now = datetime.now(UTC)
    assert len(client.calls.list(start_time_after=now - timedelta(days=1))) == 4
    assert client.calls.list(start_time_after=now + timedelta(days=2)) == []


def test_a_call_that_is_ended_by_us_is_told_about_as_well(dial: Dial) -> None:
    listener = testing.Listener()
    call = dial().calls.create(
        to=TO, from_=FROM, twiml="<Response/>", status_callback="https://clinic.example/x/",
        status_callback_event=["initiated", "completed"],
    )  # fmt: skip
    dial().calls(call.sid).update(status="canceled")
    testing.advance_all(post=listener)
    assert [fields["CallStatus"] for _, fields in listener.heard] == ["initiated", "canceled"]


def test_a_refused_search_of_the_log_leaves_no_number_in_ours(dial: Dial, caplog: pytest.LogCaptureFixture) -> None:
    testing.misbehave(error_percent=100)
    with pytest.raises(TwilioException):
        dial().messages.list(to=TO)
    assert refused(lambda: dial().messages.create(to=TO, from_=FROM, body="x"))[0] in {500, 503}
    ours = [str(record.__dict__) for record in caplog.records if record.name.startswith("django")]
    assert not [line for line in ours if TO[1:] in line]
