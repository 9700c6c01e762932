"""What staff search for stays out of addresses: the words are posted, and a key to them stands in their place."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from staff.admin.search import KEPT, MOST, SearchInSession
from tests.support import builders as make
from tests.support.admin_pages import Desk, superuser

pytestmark = pytest.mark.django_db

LIST = "/admin/patients/patient/"


@pytest.fixture
def desk(client: Client) -> Desk:
    client.force_login(superuser())
    return Desk(client)


@pytest.fixture
def patients(db: None) -> None:
    make.patient(family_name="Zubiri", language="es")
    make.patient(family_name="Zubiri", given_name="Ana")
    make.patient(family_name="Smith")


def search(client: Client, words: str, **filters: str) -> str:
    """Search as the box does; the address that it leads to."""
    answer = client.post(LIST, {"search_words": words, **filters})
    assert answer.status_code == 302
    return str(answer["Location"])


def links(page: str) -> str:
    return " ".join(re.findall(r'(?:href|action|hx-get)="([^"]*)"', page))


def test_it_posts_the_words_and_leads_to_a_page_whose_links_say_nothing(desk: Desk, patients: None) -> None:
    where = search(desk.client, "Zubiri")
    assert re.fullmatch(r"/admin/patients/patient/\?q=~[\w-]{11}", where.replace("%7E", "~"))
    page = desk.client.get(where).content.decode()
    assert page.count("Zubiri, ") >= 2
    assert "Smith, " not in page
    assert "Zubiri" not in links(page)
    assert 'value="Zubiri"' in page


def test_it_keeps_filters_and_the_key_together(desk: Desk, patients: None) -> None:
    where = search(desk.client, "Zubiri", status__exact="active")
    assert "status__exact=active" in where
    page = desk.client.get(where).content.decode()
    assert "q=%7E" in links(page) or "q=~" in links(page)
    found = desk.client.get(where).context["cl"]
    assert (found.query, found.result_count) == ("Zubiri", 2)


def test_it_takes_words_out_of_an_address_of_old(desk: Desk, patients: None) -> None:
    answer = desk.client.get(LIST, {"q": "Zubiri", "status__exact": "active"})
    assert answer.status_code == 302
    assert "Zubiri" not in answer["Location"]
    assert "status__exact=active" in answer["Location"]
    assert "Zubiri, " in desk.client.get(answer["Location"]).content.decode()


def test_it_says_that_a_search_of_another_session_is_over(desk: Desk, patients: None) -> None:
    where = search(desk.client, "Zubiri")
    other = Client()
    other.force_login(superuser("other"))
    answer = other.get(where, follow=True)
    assert "This search is over" in answer.content.decode()
    assert answer.context["cl"].query == ""


def test_it_gives_the_same_words_the_same_key_and_forgets_the_oldest(desk: Desk) -> None:
    first = search(desk.client, "Zubiri")
    assert search(desk.client, " Zubiri\x00 ") == first
    for number in range(MOST):
        search(desk.client, f"word {number}")
    kept = desk.client.session[KEPT]
    assert (len(kept), "Zubiri" in kept.values()) == (MOST, False)


def test_it_clears_a_search_with_an_empty_box(desk: Desk) -> None:
    assert search(desk.client, "  ", status__exact="active") == f"{LIST}?status__exact=active"


def test_it_finds_in_pickers_what_was_posted(desk: Desk, patients: None) -> None:
    asked = {"app_label": "reminders", "model_name": "schedule", "field_name": "patient", "term": "Zubiri"}
    found = desk.client.post("/admin/autocomplete/", asked).json()["results"]
    assert len(found) == 2
    assert Client().post("/admin/autocomplete/", asked).status_code == 302
    assert Client(enforce_csrf_checks=True).post("/admin/autocomplete/", asked).status_code in (302, 403)


def test_it_says_nothing_of_the_words_in_a_log(desk: Desk, patients: None, caplog: Any) -> None:
    with caplog.at_level(logging.DEBUG):
        desk.client.get(search(desk.client, "Zubiri"))
    assert "Zubiri" not in " ".join(record.getMessage() for record in caplog.records if record.name != "django.db")


def test_it_searches_the_inbox_the_same_way(desk: Desk) -> None:
    answer = desk.client.post("/admin/inbox/thread/", {"search_words": "Zubiri", "show": "all"})
    assert "Zubiri" not in answer["Location"]
    page = desk.client.get(answer["Location"]).content.decode()
    assert 'value="Zubiri"' in page
    assert "Zubiri" not in links(page)
    assert "q=~" in page
    assert "Zubiri" not in "".join(re.findall(r'data-live="([^"]*)"', page))


def test_it_holds_for_every_list_with_a_search_box() -> None:
    bare = [
        model._meta.label
        for model, page in admin.site._registry.items()
        if page.search_fields and not isinstance(page, SearchInSession)
    ]
    assert not bare
