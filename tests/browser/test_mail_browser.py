"""A mail on a telephone, and the page behind its stop link: axe, by day and in the dark, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from messaging import consent, mail_page, stop_links
from messaging.domain.delivery import Purpose
from messaging.models import Message
from tests.support import axe
from tests.support.messages import MAILBOX, mail, outbox_with

pytestmark = pytest.mark.django_db(transaction=True)
WIDTH, THUMB = 360, 44
PAGE = "https://clinic.example/p/" + "x" * 22 + "/"
PARAGRAPHS = {
    "en": ["Hello,", "We look forward to seeing you on Tuesday at 9:30 AM.", "- Blood test\n- Drink water", PAGE],
    "es": ["Hola:", "Le esperamos el martes a las 9:30.", "- Análisis de sangre\n- Beba agua", PAGE],
}


@pytest.fixture(params=["light", "dark"])
def telephone(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[[], Page]]:
    """A telephone without cookies, at daylight or at night."""
    contexts: list[Any] = []

    def open_one() -> Page:
        size = {"width": WIDTH, "height": 720}
        contexts.append(browser.new_context(viewport=size, color_scheme=request.param, is_mobile=True))  # type: ignore[arg-type]
        page: Page = contexts[-1].new_page()
        return page

    yield open_one
    for context in contexts:
        context.close()


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_mail_fits_a_telephone_and_can_be_read_by_everybody(telephone: Callable[[], Page], language: str) -> None:
    html = mail_page.page("Your visit", PARAGRAPHS[language], language=language)
    stop = "https://clinic.example/u/" + "y" * 43 + "/"
    _, whole = mail_page.with_foot("", html, language=language, sender="Bone clinic", stop_url=stop)
    page = telephone()
    page.set_content(whole)
    words = mail_page.words(language)
    button = page.get_by_role("link", name=words["button"])
    expect(button).to_have_attribute("href", PAGE)
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= THUMB
    expect(page.get_by_role("link", name=words["stop"])).to_have_attribute("href", stop)
    expect(page.get_by_role("listitem")).to_have_count(2)
    fits(page)
    axe.clean(page)


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_reader_stops_mails_and_gets_them_again(
    telephone: Callable[[], Page], live_server: LiveServer, language: str
) -> None:
    (message,) = outbox_with(mail(language=language))
    words = mail_page.words(language)
    page = telephone()
    page.goto(f"{live_server.url}/u/{stop_links.token(message.uuid)}/")
    axe.clean(page)
    fits(page)
    page.get_by_role("button", name=words["page_everything"]).click()
    expect(page.get_by_role("status")).to_have_text(words["page_stopped"])
    assert not consent.allowed({(MAILBOX, Purpose.REMINDERS)})
    axe.clean(page)
    page.get_by_role("button", name=words["page_start"]).click()
    expect(page.get_by_role("status")).to_have_text(words["page_started"])
    assert consent.allowed({(MAILBOX, Purpose.REMINDERS)})
    assert Message.objects.count() == 1
    assert page.context.cookies() == []


def test_a_forged_link_gets_a_kind_page(telephone: Callable[[], Page], live_server: LiveServer) -> None:
    page = telephone()
    answer = page.goto(f"{live_server.url}/u/{'A' * 43}/")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading")).to_have_text(mail_page.words("en")["page_unknown_title"])
    axe.clean(page)
