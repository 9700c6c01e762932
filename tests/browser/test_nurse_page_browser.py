"""A nurse at night with her telephone: two taps take it, big buttons, no script, no cookie, by day and in the dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from alerts import services
from alerts.domain.words import AlertState
from alerts.models import Alert, AlertReport
from messaging.models import InboundMessage
from tests.support import builders as make
from tests.support import nurses
from tests.support.admin_pages import superuser
from tests.support.nurses import Ward, page_of

pytestmark = pytest.mark.django_db(transaction=True)
WIDTH, HEIGHT = 360, 720
THUMB = 48
HOSTILE = "<img src=x onerror=alert(1)>\u202emy legs\u202c " + "W" * 300


@pytest.fixture
def ward(monkeypatch: pytest.MonkeyPatch) -> Ward:
    # No worker is meant to be woken: nothing leaves, and no thread is at work when the database is emptied.
    monkeypatch.setattr("messaging.outbox.wake", lambda *_: None)
    return nurses.ward()


@pytest.fixture
def alert(ward: Ward) -> Alert:
    made = ward.alert(now=timezone.now() - timedelta(minutes=3))
    text = InboundMessage.objects.create(
        provider_id="SM1", from_address=make.PHONE, body=HOSTILE, received_at=made.raised_at
    )
    AlertReport.objects.create(alert=made, inbound=text, tier="red", at=made.raised_at)
    return made


@pytest.fixture(params=["light", "dark"])
def telephone(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """A telephone without scripts; whatever it asks of another machine fails the test."""
    contexts = []
    strangers: list[str] = []

    def open_one(*, java_script: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT},
            color_scheme=request.param,
            java_script_enabled=java_script,
            has_touch=True,
            is_mobile=True,
            locale="en-US",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda asked: strangers.append(asked.url) if "localhost" not in asked.url else None)
        page.on("pageerror", lambda error: strangers.append(str(error)))
        # What the page's own policy forbids is said there; that an unknown page is not found is meant.
        page.on("console", lambda said: strangers.append(said.text) if "Content Security" in said.text else None)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert [url for url in strangers if not url.startswith("data:")] == []


def address(live_server: LiveServer, alert: Alert, ward: Ward) -> str:
    return f"{live_server.url}/a/{page_of(alert, ward.ana).token}/"


def fits(page: Page) -> None:
    """Nothing sticks out sideways, and every button can be hit by a thumb."""
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    sizes = [button.bounding_box() for button in page.locator("button:visible, a.button:visible").all()]
    assert sizes
    assert all(size and size["height"] >= THUMB and size["width"] >= THUMB for size in sizes)


def test_two_taps_take_it_and_the_loop_is_closed_by_thumb(
    telephone: Callable[..., Page], live_server: LiveServer, ward: Ward, alert: Alert
) -> None:
    phone = telephone()
    phone.goto(address(live_server, alert, ward))
    expect(phone.get_by_text("Nobody has taken it yet.")).to_be_in_viewport()
    take = phone.get_by_role("button", name="Take it")
    expect(take).to_be_in_viewport(ratio=1)
    take.tap()
    expect(phone.get_by_text("You have it.", exact=False)).to_be_visible()
    phone.get_by_role("button", name="I spoke with the patient").tap()
    expect(phone.get_by_text("you spoke with the patient")).to_be_visible()
    phone.get_by_label("Note (may stay empty)").fill("Sent by ambulance")
    phone.get_by_role("button", name="Sent to the emergency department").tap()
    expect(phone.get_by_text("It is over.")).to_be_visible()
    alert.refresh_from_db()
    assert (alert.state, alert.outcome_note, alert.closed_by) == (AlertState.CLOSED, "Sent by ambulance", ward.ana)
    assert phone.context.cookies() == []


def test_it_fits_a_small_telephone_at_every_stage(
    telephone: Callable[..., Page], live_server: LiveServer, ward: Ward, alert: Alert
) -> None:
    phone, now = telephone(java_script=True), timezone.now()
    ward.bea.name = "Nurse Practitioner Alexandra Montgomery-Smith-Featherstonehaugh"
    ward.bea.save()
    where = address(live_server, alert, ward)
    phone.goto(where)
    fits(phone)
    services.accept(alert.pk, by=ward.ana, via="text", now=now)
    phone.goto(where)
    fits(phone)
    services.reached(alert.pk, by=ward.ana, spoke=True, via="text", now=now)
    phone.goto(where)
    fits(phone)
    services.reached(alert.pk, by=ward.bea, spoke=True, via="admin", now=now)
    phone.goto(where)
    expect(phone.get_by_text("Featherstonehaugh")).to_be_visible()
    fits(phone)
    phone.goto(f"{live_server.url}/a/unknown/")
    fits(phone)


def test_a_login_shows_the_patient_and_a_number_to_tap(
    telephone: Callable[..., Page], live_server: LiveServer, ward: Ward, alert: Alert
) -> None:
    superuser()
    phone = telephone(java_script=True)
    phone.goto(address(live_server, alert, ward))
    expect(phone.get_by_text("Rosa")).to_have_count(0)
    phone.get_by_role("link", name="Log in for name, words and number").tap()
    phone.fill("#id_username", "boss")
    phone.fill("#id_password", "pw")
    phone.press("#id_password", "Enter")
    expect(phone).to_have_url(address(live_server, alert, ward))
    expect(phone.get_by_text("Rosa Luz")).to_be_visible()
    expect(phone.get_by_role("link", name="Call (202) 555-0111")).to_have_attribute("href", f"tel:{make.PHONE}")
    expect(phone.locator(".quote img")).to_have_count(0)
    fits(phone)
