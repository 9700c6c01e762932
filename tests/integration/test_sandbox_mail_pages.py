"""The mailbox and the misbehaviour page: what people read, set and calm, and what scripts get."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from sandbox import mood as moods
from tests.support.desk import owned, page, receive_mail

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])

KEPT = {"drop_percent", "step_ms", "retry_after_s"}
VOID = {"meta", "link", "img", "input", "br"}


def test_a_mail_is_read_in_all_its_parts_and_its_html_can_do_nothing(client: Client) -> None:
    owned()
    mail = receive_mail()
    html = page(client, f"/sandbox/mail/{mail.key}/")
    assert "<h1>Su visita mañana</h1>" in html
    assert "(María Delgado)" in html
    assert "Hola María" in html
    assert re.search(r'<iframe sandbox\s+title="HTML part of the mail"\s+srcdoc="&lt;h1&gt;Hola', html)
    assert "<script>alert" not in html
    file = client.get(f"/sandbox/mail/{mail.key}/0/")
    assert file.content == b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    assert file["Content-Disposition"] == 'attachment; filename="visit.ics"'
    assert file["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"/sandbox/mail/{mail.key}/raw/").content.startswith(b"Content-Type: multipart/")


def test_mails_come_newest_first_and_are_found(client: Client) -> None:
    owned()
    receive_mail()
    receive_mail("james@example.org", "Blood test")
    data = client.get("/sandbox/mail/?format=json").json()["mails"]
    assert [(mail["to"], mail["subject"], mail["attachments"]) for mail in data] == [
        (["james@example.org"], "Blood test", 1),
        (["maria@example.org"], "Su visita mañana", 1),
    ]
    for words, found in (("delgado", 1), ("james@", 1), ("blood", 1), ("nobody", 0)):
        assert client.post("/sandbox/mail/", {"q": words}).content.decode().count('class="who"') == found, words


def test_the_misbehaviour_page_sets_shows_and_calms(client: Client) -> None:
    html = page(client, "/sandbox/misbehave/")
    assert "behave well" in html
    values = {name: value for name, value in client.get("/sandbox/misbehave/?format=json").json().items() if value}
    posted = client.post("/sandbox/misbehave/", values | {"drop_percent": 30, "keeps_opt_outs": "on"} | zeros())
    assert posted.status_code == 302
    assert moods.current().drop_percent == 30
    assert "Misbehaving now: Accepted, then cut off, %" in page(client, "/sandbox/misbehave/")
    client.post("/sandbox/misbehave/", {"calm": "1"})
    assert moods.current().drop_percent == 0


def zeros() -> dict[str, object]:
    return {name: 0 for name in moods.SETTABLE if name.endswith(("_percent", "_ms", "_s")) and name not in KEPT}


def test_a_wrong_value_is_said_beside_its_field(client: Client) -> None:
    answer = client.post("/sandbox/misbehave/", {"drop_percent": 130})
    assert answer.status_code == 400
    assert "less than or equal to 100" in answer.content.decode()
    script = client.post("/sandbox/misbehave/", json.dumps({"drop_percent": 130}), content_type="application/json")
    assert (script.status_code, list(script.json()["errors"])) == (400, ["drop_percent"])


def test_a_script_sets_one_mood_and_keeps_the_others(client: Client) -> None:
    for wanted in ({"drop_percent": 30}, {"latency_ms": 5}):
        client.post("/sandbox/misbehave/", json.dumps(wanted), content_type="application/json")
    assert (moods.current().drop_percent, moods.current().latency_ms) == (30, 5)
    client.post("/sandbox/misbehave/", '{"calm": true, "seed": 9}', content_type="application/json")
    assert (moods.current().drop_percent, moods.current().seed) == (0, 9)
