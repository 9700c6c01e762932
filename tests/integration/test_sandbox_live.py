"""The stand-in as a running process beside the running product: real sockets, real signals."""

from __future__ import annotations

import http.client
import json
import signal
from collections.abc import Callable
from typing import Any

import pytest
import requests
from django.core.checks import Error
from django.test import override_settings
from django.utils import timezone
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from sandbox import testing
from sandbox.checks import refuse_production
from sandbox.models import Callback, Text
from tests.support.processes import Running

FROM, TO = "+12025550100", "+12025550123"
CARRIER = "python manage.py sandbox_carrier"
live = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])
Eventually = Callable[..., Any]


def dial(url: str) -> Client:
    http_client = TwilioHttpClient(timeout=10)
    http_client.session.trust_env = False
    client = Client("AC" + "0" * 32, "sandbox-token", http_client=http_client)
    client.api.base_url = f"{url}/sandbox/twilio"
    return client


@live
@pytest.mark.slow
def test_a_text_is_delivered_and_the_product_is_told(live_app: str, eventually: Eventually) -> None:
    client = dial(live_app)
    unknown = f"{live_app}/webhooks/twilio/status/00000000-0000-4000-8000-000000000000/"
    sid = client.messages.create(to=TO, from_=FROM, body="Hello", status_callback=unknown).sid
    eventually(lambda: client.messages(sid).fetch().status == "delivered", 20)
    eventually(lambda: not Callback.objects.exists(), 20, what="the product takes every signed callback")

    phone = testing.phone(TO)
    body = json.dumps({"body": "Me duele la espalda"})
    headers = {"Content-Type": "application/json"}
    url = f"{live_app}/sandbox/phones/{phone.key}/"
    assert requests.post(url, body, headers=headers, timeout=10).status_code == 201
    eventually(lambda: not Callback.objects.exists(), 20, what="the product takes the signed inbound text")
    client.http_client.session.close()


@live
@pytest.mark.slow
def test_the_line_dies_under_the_real_server_too_and_the_log_proves_the_text(live_app: str) -> None:
    client = dial(live_app)
    client.messages.create(to=TO, from_=FROM, body="on a kept connection")
    testing.misbehave(drop_percent=100)
    with pytest.raises(requests.exceptions.ConnectionError):
        client.messages.create(to=TO, from_=FROM, body="cut off")
    testing.behave()
    assert [message.body for message in client.messages.list(to=TO)] == ["cut off", "on a kept connection"]
    client.http_client.session.close()


@live
@pytest.mark.slow
def test_the_carrier_waits_for_the_product_and_stops_cleanly(
    start_process: Callable[..., Running], eventually: Eventually
) -> None:
    """Nobody listens at the callback's address yet: the carrier keeps it, and stops at once when told."""
    address = "http://127.0.0.1:1"
    carrier = start_process("sandbox_carrier", CARRIER, PUBLIC_BASE_URL=address)
    carrier.says("at work")
    text = testing.phone(TO).texts.create(
        direction=Text.API, sender=FROM, body="x", segments=1, status="queued", ending="failed", ending_code=30001,
        callback_url=f"{address}/x/", created_at=timezone.now(), updated_at=timezone.now(),
        next_at=timezone.now(),
    )  # fmt: skip
    eventually(lambda: Text.objects.get(pk=text.pk).status == "failed", 20)
    owed = eventually(Callback.objects.first, 20)
    first_due = owed.due_at
    eventually(lambda: Callback.objects.get().due_at != first_due, 20, what="the callback is tried again and again")
    assert Callback.objects.get().attempts == 0
    carrier.process.send_signal(signal.SIGTERM)
    assert carrier.process.wait(10) == 0
    assert "stopped" in carrier.output()
    assert TO not in carrier.output()


@live
@pytest.mark.slow
def test_a_second_carrier_on_the_same_port_says_why_it_cannot_start(start_process: Callable[..., Running]) -> None:
    start_process("sandbox_carrier", CARRIER).says("at work")
    second = start_process("sandbox_carrier", CARRIER)
    assert second.process.wait(30) == 1
    assert "cannot listen on port" in second.output()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"SANDBOX": False}, "sandbox.E001"),
        ({"SETTINGS_MODULE": "config.settings.production"}, "sandbox.E002"),
        ({"TWILIO_ACCOUNT_SID": "AC" + "9" * 32}, "sandbox.E003"),
    ],
)
def test_the_sandbox_refuses_to_be_part_of_production(changes: dict[str, object], code: str) -> None:
    assert refuse_production() == []
    with override_settings(**changes):
        problems = refuse_production()
    assert [problem.id for problem in problems] == [code]
    assert all(isinstance(problem, Error) for problem in problems)


@live
def test_the_raw_answer_of_a_dropped_line_is_not_a_single_byte(live_server: Any) -> None:
    testing.misbehave(drop_percent=100)
    host = live_server.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=10)
    path = "/sandbox/twilio/2010-04-01/Accounts/AC" + "0" * 32 + "/Messages.json"
    headers = {
        "Authorization": requests.auth._basic_auth_str("AC" + "0" * 32, "sandbox-token"),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request("POST", path, f"To=%2B12025550123&From=%2B{FROM[1:]}&Body=x", headers)
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()
    connection.close()
