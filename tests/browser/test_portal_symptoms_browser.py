"""Reporting a symptom on a small telephone: by picture and questions, without a script, by keys, in each language."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from alerts.models import Alert
from messaging.models import InboundMessage
from patients.models import Patient
from portal.models import SymptomReport
from tests.support import axe, portal, red_flags

pytestmark = pytest.mark.django_db(transaction=True)
WIDTH, HEIGHT = 320, 640
SMALLEST = 24
WORDS = {
    "en": {
        "fine": "Left foot",
        "list": "The places as a list",
        "walk": "Trouble walking or standing",
        "back": "Upper or middle back",
        "send": "Send to the clinic",
        "called": "We have called a nurse",
        "nothing": "Tick something, or write a few words.",
        "own": "In your own words",
        "still": "Keep your back still",
    },
    "es": {
        "fine": "Pie izquierdo",
        "list": "Los lugares en una lista",
        "walk": "Dificultad para caminar o estar de pie",
        "back": "Espalda, parte alta o media",
        "send": "Enviar a la clínica",
        "called": "Ya avisamos a una enfermera",
        "nothing": "Marque algo o escriba unas palabras.",
        "own": "Con sus propias palabras",
        "still": "No mueva la espalda",
    },
}


@pytest.fixture
def telephone(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Page]]:
    """A telephone that is as small as they come; a second one has scripts, for axe to run in."""
    monkeypatch.setattr("messaging.outbox.wake", lambda *_: None)
    contexts = []

    def open_one(*, scripts: bool = False, dark: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            bypass_csp=scripts,
            has_touch=True,
            is_mobile=True,
        )
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture(params=sorted(WORDS))
def patient(request: pytest.FixtureRequest) -> Patient:
    red_flags.on_call()
    red_flags.sign_everything()
    return portal.somebody(language=request.param)


def place(live_server: LiveServer, patient: Patient) -> str:
    return f"{live_server.url}{portal.root(patient)}feel/"


def test_she_taps_the_picture_and_the_list_and_a_nurse_is_called(
    telephone: Callable[..., Page], live_server: LiveServer, patient: Patient
) -> None:
    say, phone = WORDS[patient.language], telephone()
    phone.goto(place(live_server, patient))
    expect(phone.locator("a[href^='tel:']").first).to_be_in_viewport()
    phone.get_by_label(say["fine"], exact=True).tap()
    phone.get_by_text(say["list"]).tap()
    phone.locator("label", has_text=say["back"]).tap()
    expect(phone.get_by_label(say["back"], exact=True)).to_be_checked()
    phone.get_by_label(say["walk"], exact=True).tap()
    phone.get_by_label(say["own"], exact=False).fill("señora, since the stairs")
    phone.get_by_role("button", name=say["send"]).tap()
    expect(phone.get_by_role("heading", name=say["called"])).to_be_visible()
    expect(phone.get_by_text(say["still"], exact=False)).to_be_in_viewport()
    phone.reload()
    assert Alert.objects.get().patient == patient
    assert InboundMessage.objects.count() == 1
    report = SymptomReport.objects.get()
    assert (report.signs, report.places) == (["walk"], ["left_foot", "upper_back"])


def test_it_is_filled_in_by_keys_alone(
    telephone: Callable[..., Page], live_server: LiveServer, patient: Patient
) -> None:
    say, page = WORDS[patient.language], telephone(scripts=True)
    page.goto(place(live_server, patient))
    reached: set[str] = set()
    wanted = {f"at-{code}" for code in ("left_foot", "neck")}
    for _ in range(60):
        page.keyboard.press("Tab")
        here = page.evaluate("document.activeElement.id || document.activeElement.value || ''")
        if here in wanted | {"walk"}:
            page.keyboard.press("Space")
            reached.add(here)
    assert reached == wanted | {"walk"}
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=say["called"])).to_be_visible()


def test_nothing_ticked_says_so_and_keeps_what_was_chosen(
    telephone: Callable[..., Page], live_server: LiveServer, patient: Patient
) -> None:
    say, phone = WORDS[patient.language], telephone()
    phone.goto(place(live_server, patient))
    phone.locator("input[name=began][value=week]").check()
    phone.get_by_role("button", name=say["send"]).tap()
    expect(phone.get_by_role("alert")).to_contain_text(say["nothing"])
    expect(phone.locator("input[name=began][value=week]")).to_be_checked()


def test_every_step_is_accessible_and_fits(
    telephone: Callable[..., Page], live_server: LiveServer, patient: Patient
) -> None:
    page = telephone(scripts=True, dark=patient.language == "es")
    page.goto(place(live_server, patient))
    fits(page)
    page.get_by_role("button").click()
    for fold in page.locator("summary").all():
        fold.click()
    fits(page)
    page.locator("#at-lower_back").check()
    page.locator("input[value=headache]").check()
    page.get_by_role("button").click()
    expect(page.get_by_role("status")).to_be_visible()
    fits(page)


def fits(page: Page) -> None:
    """Axe is content, nothing sticks out sideways, and everything that is ticked can be hit by a finger."""
    axe.clean(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    for box in [one.bounding_box() for one in page.locator("input:visible").all()]:
        assert box
        assert box["width"] >= SMALLEST, box
        assert box["height"] >= SMALLEST, box
