"""A patient with a small telephone on her own pages: no script, both languages, by day and in the dark, axe clean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from messaging import consent
from messaging.domain.delivery import Purpose
from patients.domain.links import LinkScope
from patients.models import Patient, PatientLink
from reminders.catalogue.lines import BLOOD_TEST, FLUIDS
from reminders.models import TickedTask, Visit
from tests.support import axe, portal
from tests.support import builders as make
from tests.support.admin_pages import course

pytestmark = pytest.mark.django_db(transaction=True)
WIDTH, HEIGHT = 360, 740
THUMB = 44
LANGUAGES = ("en", "es")


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    # No worker is meant to be woken: nothing leaves, and no thread is at work when the database is emptied.
    monkeypatch.setattr("messaging.outbox.wake", lambda *_: None)


@pytest.fixture
def telephone(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A telephone; whatever it asks of another machine, and whatever its policy forbids, fails the test."""
    contexts = []
    strangers: list[str] = []

    def open_one(*, java_script: bool = False, dark: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT},
            color_scheme="dark" if dark else "light",
            java_script_enabled=java_script,
            has_touch=True,
            is_mobile=True,
            # Axe is put into the page from outside, which the page's own policy forbids.
            bypass_csp=java_script,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda asked: strangers.append(asked.url) if "localhost" not in asked.url else None)
        page.on("console", lambda said: strangers.append(said.text) if "Content Security" in said.text else None)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert [url for url in strangers if not url.startswith("data:")] == []


def somebody(language: str, **changes: Any) -> tuple[Patient, Visit]:
    patient = portal.somebody(make.PHONE, make.MAILBOX, language=language, **changes)
    schedule = course(patient, location="Infusion Center, 3rd floor, Building B")
    schedule.treatment.before_visit_tasks = [BLOOD_TEST, FLUIDS]
    schedule.treatment.save()
    return patient, make.visit(schedule)


def fits(page: Page) -> None:
    """Nothing sticks out sideways, and whatever is tapped can be hit by a thumb."""
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    tapped = page.locator("button:visible, a.button:visible, header a:visible, summary:visible, label.check:visible")
    sizes = [each.bounding_box() for each in tapped.all()]
    assert sizes
    assert all(size and size["height"] >= THUMB and size["width"] >= THUMB for size in sizes)


@pytest.mark.parametrize(("language", "dark"), [("en", False), ("es", True)], ids=["by day", "in the dark"])
def test_every_page_fits_a_small_telephone_and_axe_finds_nothing(
    telephone: Callable[..., Page], live_server: LiveServer, language: str, *, dark: bool
) -> None:
    patient, _ = somebody(language)
    root = live_server.url + portal.root(patient)
    phone = telephone(java_script=True, dark=dark)
    for path in ("", "calendar/", "preferences/", "stop/", "?said=moved"):
        phone.goto(root + path)
        assert phone.locator("html").get_attribute("lang") == language
        fits(phone)
        axe.clean(phone)
    phone.goto(root)
    phone.locator("summary").first.tap()
    axe.clean(phone)
    phone.goto(f"{root}calendar/")
    phone.locator("main button").tap()
    expect(phone.locator("code")).to_be_visible()
    axe.clean(phone)
    fits(phone)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_comes_before_the_pages_is_as_accessible(
    telephone: Callable[..., Page], live_server: LiveServer, language: str
) -> None:
    patient, _ = somebody(language, asks=True)
    root = live_server.url + portal.root(patient)
    phone = telephone(java_script=True)
    phone.goto(root)
    fits(phone)
    axe.clean(phone)
    for part, typed in {"day": "8", "month": "3", "year": "1951"}.items():
        phone.fill(f"#birth_{part}", typed)
    phone.locator("main button").tap()
    expect(phone.locator("[role=alert]")).to_be_visible()
    axe.clean(phone)
    PatientLink.objects.update(revoked_why="Phone lost", revoked_at=patient.created_at)
    for path in (root, f"{live_server.url}/p/nothing/?lang={language}"):
        phone.goto(path)
        fits(phone)
        axe.clean(phone)


def test_she_proves_who_she_is_then_confirms_ticks_and_asks_for_another_time(
    telephone: Callable[..., Page], live_server: LiveServer
) -> None:
    patient, visit = somebody("en", asks=True)
    phone = telephone()
    phone.goto(live_server.url + portal.root(patient))
    expect(phone.get_by_text("9:30")).to_have_count(0)
    phone.get_by_label("Month").fill("3")
    phone.get_by_label("Day").fill("9")
    phone.get_by_label("Year").fill("1951")
    phone.get_by_role("button", name="Open my page").tap()
    card = phone.locator("article").first
    card.get_by_role("button", name="Yes, I will come").tap()
    expect(phone.get_by_role("status")).to_have_text("Thank you. The visit is confirmed.")
    card.get_by_label(BLOOD_TEST).check()
    card.get_by_role("button", name="Save what I have done").tap()
    expect(card.get_by_label(BLOOD_TEST)).to_be_checked()
    card.locator("summary").tap()
    card.get_by_label("When would suit you?").fill("A day later, please")
    card.get_by_role("button", name="Ask for another time").tap()
    expect(card.get_by_text("A person will call you.").first).to_be_visible()
    visit.refresh_from_db()
    assert visit.move_requested_at is not None
    assert TickedTask.objects.count() == 1


def test_she_reads_the_page_in_the_other_language_and_stops_messages_there(
    telephone: Callable[..., Page], live_server: LiveServer
) -> None:
    patient, _ = somebody("en")
    phone = telephone()
    phone.goto(live_server.url + portal.root(patient))
    phone.get_by_role("link", name="Español").tap()
    phone.get_by_role("link", name="Mis mensajes y ajustes").tap()
    phone.get_by_role("link", name="Parar todos los mensajes").tap()
    phone.get_by_role("button", name="Sí, parar todos los mensajes").tap()
    expect(phone.get_by_role("status")).to_contain_text("Ya no le enviaremos mensajes")
    assert not consent.state(make.PHONE, Purpose.REMINDERS)
    patient.refresh_from_db()
    assert patient.language == "en"


def test_a_caregiver_sees_visits_and_no_preferences(telephone: Callable[..., Page], live_server: LiveServer) -> None:
    patient, visit = somebody("en")
    link = portal.link_to(patient, scope=LinkScope.CAREGIVER, now=visit.at - timedelta(days=7))
    phone = telephone()
    phone.goto(f"{live_server.url}/p/{link.token}/")
    expect(phone.get_by_role("button", name="Yes, I will come").first).to_be_visible()
    expect(phone.get_by_role("link", name="My messages and settings")).to_have_count(0)
