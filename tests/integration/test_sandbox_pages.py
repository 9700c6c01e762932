"""The phones, the mailbox and the misbehaviour page: what people read and type, and what scripts get."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.models import Clinic, ContactPoint, Patient
from sandbox import testing
from sandbox.models import Call, Callback, Phone, Text
from tests.support.desk import FROM, TO, arrive, owned, page, receive_mail

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])

VOID = {"meta", "link", "img", "input", "br"}


class Outline(HTMLParser):
    """Counts headings and finds fields without a label and tags left open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.h1 = 0
        self.labelled: set[str] = set()
        self.fields: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.h1 += tag == "h1"
        if tag == "label":
            self.labelled.add(values.get("for", ""))
        if tag in {"input", "select", "textarea"} and values.get("type") != "hidden":
            self.fields.append(values.get("id", "?"))
        self.links += [values[name] for name in ("href", "src", "action") if name in values]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def urls() -> list[str]:
    phone, mail = arrive(), receive_mail()
    return [
        "/sandbox/phones/",
        f"/sandbox/phones/{phone.key}/",
        "/sandbox/mail/",
        f"/sandbox/mail/{mail.key}/",
        "/sandbox/misbehave/",
    ]


def test_every_page_has_one_heading_labels_closed_tags_and_nothing_from_elsewhere(client: Client) -> None:
    for url in urls():
        outline = Outline(page(client, url))
        assert outline.h1 == 1, url
        assert outline.open == [], url
        assert set(outline.fields) <= outline.labelled, url
        assert all(not link or link[0] in "/?#" for link in outline.links), url


def test_no_page_links_to_a_number_a_name_or_an_address(client: Client) -> None:
    owned()
    for url in urls():
        links = " ".join(Outline(page(client, url)).links)
        assert not re.search(r"2025550|@|Delgado|delgado", links), url


def test_an_empty_desk_says_so(client: Client) -> None:
    assert "No phone has been written to yet" in page(client, "/sandbox/phones/")
    assert "No mail has arrived yet" in page(client, "/sandbox/mail/")


def test_phones_come_newest_first_with_what_is_new_until_it_was_read(client: Client) -> None:
    arrive("first", "+12025550124")
    phone = arrive("second")
    arrive("third")
    data = client.get("/sandbox/phones/?format=json").json()["phones"]
    assert [(row["number"], row["unread"], row["last_text"]) for row in data] == [
        (TO, 2, "third"),
        ("+12025550124", 1, "first"),
    ]
    client.get(f"/sandbox/phones/{phone.key}/")
    data = client.get("/sandbox/phones/?format=json").json()["phones"]
    assert [row["unread"] for row in data] == [0, 1]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("2025550123", 1),
        ("+1 (202) 555-0124", 1),
        ("delgado maria", 0),
        ("Delgado", 1),
        ("tomorrow", 2),
        ("12", 0),
        ("", 2),
    ],
)
def test_phones_are_found_by_number_name_or_latest_text(client: Client, words: str, found: int) -> None:
    owned()
    arrive()
    arrive("Blood test tomorrow", "+12025550124")
    answer = client.post("/sandbox/phones/", {"q": words})
    assert answer.content.decode().count('class="who"') == found
    script = client.post("/sandbox/phones/", json.dumps({"q": words}), content_type="application/json")
    assert len(script.json()["phones"]) == found


def test_the_list_goes_on_on_the_next_page(client: Client) -> None:
    for number in range(45):
        Phone.objects.create(number=f"+1202555{number:04d}", last_at=timezone.now())
    first, second = page(client, "/sandbox/phones/"), page(client, "/sandbox/phones/?page=1")
    assert (first.count('class="who"'), second.count('class="who"')) == (40, 5)
    assert 'href="?page=1"' in first
    assert 'href="?page=0"' in second
    assert page(client, "/sandbox/phones/?page=junk").count('class="who"') == 40


def test_a_full_desk_costs_no_more_questions_than_an_empty_one(client: Client) -> None:
    def questions(url: str) -> int:
        with CaptureQueriesContext(connections["sandbox"]) as ours, CaptureQueriesContext(connection) as product:
            page(client, url)
        return len(ours) + len(product)

    owned()
    arrive()
    receive_mail()
    few = [questions("/sandbox/phones/"), questions("/sandbox/mail/")]
    for number in range(20):
        arrive(to=f"+1202555{number:04d}")
        receive_mail(f"p{number}@example.org")
    assert [questions("/sandbox/phones/"), questions("/sandbox/mail/")] == few


def test_a_phone_shows_its_owner_by_its_owners_clock(client: Client) -> None:
    owned()
    phone = arrive("Hasta mañana")
    Text.objects.update(created_at=datetime(2026, 11, 23, 4, 30, tzinfo=UTC))
    html = page(client, f"/sandbox/phones/{phone.key}/")
    assert "<h1>María Delgado</h1>" in html
    assert ">22:30</time>" in html
    assert "Sunday 22 November 2026" in html
    assert "America/Chicago" in html


def test_a_shared_phone_names_everybody_and_a_caregiver_for_whom(client: Client) -> None:
    owned()
    other = Patient.objects.create(
        clinic=Clinic.objects.get(), mrn="2", given_name="Ana", family_name="Ruiz", timezone="Europe/Madrid"
    )
    ContactPoint.objects.create(patient=other, kind="phone", address=TO, owner="caregiver", owner_name="Luis")
    phone = arrive()
    assert "<h1>María Delgado, Luis (for Ana Ruiz)</h1>" in page(client, f"/sandbox/phones/{phone.key}/")


def test_texts_are_shown_as_text_with_their_segments_and_status(client: Client) -> None:
    phone = arrive("<script>alert('x')</script> día 日")
    html = page(client, f"/sandbox/phones/{phone.key}/")
    assert "<script>alert" not in html
    assert "1 segment, UCS-2" in html
    lost = arrive(to="+15005530003")
    assert "undelivered (30003)" in page(client, f"/sandbox/phones/{lost.key}/")


def test_a_reply_is_kept_shown_and_owed_to_the_product(client: Client) -> None:
    phone = arrive(sender="+12025550101")
    answer = client.post(f"/sandbox/phones/{phone.key}/", {"body": " Me duele \n", "sender": "+12025550101"})
    assert (answer.status_code, answer["Location"]) == (302, f"/sandbox/phones/{phone.key}/")
    owed = Callback.objects.get(kind=Callback.INBOUND)
    assert (owed.fields["Body"], owed.fields["To"], owed.fields["From"]) == ("Me duele", "+12025550101", TO)
    assert "Me duele" in page(client, f"/sandbox/phones/{phone.key}/")


def test_a_script_replies_to_the_sender_of_the_latest_text(client: Client) -> None:
    phone = arrive(sender="+12025550101")
    url = f"/sandbox/phones/{phone.key}/"
    answer = client.post(url, json.dumps({"body": "hello"}), content_type="application/json")
    assert (answer.status_code, answer.json()) == (201, {"sent": True})
    assert Callback.objects.get().fields["To"] == "+12025550101"
    texts = client.get(f"{url}?format=json").json()["texts"]
    assert [(text["direction"], text["body"]) for text in texts][-1] == ("inbound", "hello")


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"body": "  "}, "Type something"),
        ({"body": "x" * 1601}, "at most 1600"),
        ({"body": "x", "sender": "+19995550100"}, "none of the clinic"),
    ],
)
def test_what_cannot_be_sent_is_said_and_not_lost(client: Client, typed: dict[str, str], fault: str) -> None:
    phone = arrive()
    answer = client.post(f"/sandbox/phones/{phone.key}/", typed)
    assert answer.status_code == 400
    assert fault in answer.content.decode()
    assert typed["body"] in answer.content.decode()
    script = client.post(f"/sandbox/phones/{phone.key}/", json.dumps(typed), content_type="application/json")
    assert script.status_code == 400
    assert not Callback.objects.exists()


@pytest.mark.parametrize("body", ["[1]", "{", "\xff"])
def test_junk_for_json_is_refused(client: Client, body: str) -> None:
    phone = arrive()
    for url in (f"/sandbox/phones/{phone.key}/", f"/sandbox/phones/{phone.key}/setting/", "/sandbox/misbehave/"):
        assert client.post(url, body, content_type="application/json").status_code == 400, url
    for url in ("/sandbox/phones/", "/sandbox/mail/"):
        assert client.post(url, body, content_type="application/json").status_code == 400, url


def test_forms_need_a_token_and_foreign_pages_have_none() -> None:
    phone, browser = arrive(), Client(enforce_csrf_checks=True)
    for url in (f"/sandbox/phones/{phone.key}/", f"/sandbox/phones/{phone.key}/setting/", "/sandbox/misbehave/"):
        assert browser.post(url, {"body": "x", "calm": "1"}).status_code == 403, url
        plain = browser.post(url, '{"body": "x"}', content_type="text/plain")
        assert plain.status_code == 403, "what a foreign page can send without asking is refused"
    assert not Callback.objects.exists()
    browser.get(f"/sandbox/phones/{phone.key}/")
    token = browser.cookies["csrftoken"].value
    sent = browser.post(f"/sandbox/phones/{phone.key}/", {"body": "x", "csrfmiddlewaretoken": token})
    assert sent.status_code == 302


def test_a_phone_is_switched_off_on_its_page_and_on_again(client: Client) -> None:
    phone = arrive()
    url = f"/sandbox/phones/{phone.key}/"
    client.post(f"{url}setting/", {"ending": "undelivered:30003"})
    assert "Is switched off" in page(client, url)
    arrive()
    assert testing.texts_to(TO)[-1].status == "undelivered"
    client.post(f"{url}setting/", {"ending": ""})
    arrive()
    assert testing.texts_to(TO)[-1].status == "delivered"
    assert client.post(f"{url}setting/", {"ending": "exploded:1"}).status_code == 400
    assert client.post("/sandbox/phones/0000000000000000/setting/", {"ending": ""}).status_code == 404


def test_a_ringing_phone_offers_its_keypad_and_hears_a_digit_once(client: Client) -> None:
    phone, now = testing.phone(TO), timezone.now()
    call = Call.objects.create(
        phone=phone, sender=FROM, status="in-progress", asks=True, said="Press 1.", url="https://clinic.example/v/",
        created_at=now, updated_at=now, next_at=now + timedelta(minutes=1),
    )  # fmt: skip
    html = page(client, f"/sandbox/phones/{phone.key}/")
    assert "Press 1." in html
    assert html.count('name="digits"') == 12
    url = f"/sandbox/phones/{phone.key}/calls/{call.sid}/"
    assert client.post(url, {"digits": "1"}).status_code == 302
    assert Callback.objects.get().fields["Digits"] == "1"
    again = client.post(url, json.dumps({"digits": "2"}), content_type="application/json")
    assert (again.status_code, again.json()) == (409, {"pressed": False})
    assert "You pressed 1." in page(client, f"/sandbox/phones/{phone.key}/")


def test_an_unknown_phone_mail_or_file_is_not_found(client: Client) -> None:
    mail = receive_mail()
    for url in ("phones/nobody/", "mail/nothing/", f"mail/{mail.key}/7/", "mail/nothing/raw/"):
        assert client.get(f"/sandbox/{url}").status_code == 404, url
