"""A red flag at the nurse's desk and on her phone: it rings by itself, is taken in two taps, and ends in two."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from alerts import services
from alerts.models import Alert
from tests.support.axe import clean
from tests.support.flag_desk import flag, staff
from tests.support.red_flags import OnCall, on_call, sign_everything

pytestmark = pytest.mark.django_db(transaction=True)
#: Counts each tone, so that a test hears it.
EAR = (
    "window.rung = 0; const start = OscillatorNode.prototype.start;"
    "OscillatorNode.prototype.start = function (...when) { window.rung += 1; start.apply(this, when); };"
)


@pytest.fixture
def clinic(transactional_db: None) -> OnCall:
    made = on_call(now=timezone.now())
    sign_everything(now=timezone.now())
    return made


@pytest.fixture
def board(page: Page, live_server: LiveServer, clinic: OnCall) -> Iterator[Page]:
    """The board on the phone of the nurse on call, who has nothing to do yet."""
    staff("nadia", "Nurses", responder=clinic.nurse)
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(f"{page.url}: {error}"))
    page.add_init_script(EAR)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/admin/login/?next=/admin/alerts/alert/")
    page.fill("#id_username", "nadia")
    page.fill("#id_password", "pw")
    page.press("#id_password", "Enter")
    expect(page.get_by_text("No open red flag.")).to_be_visible()
    yield page
    page.goto("about:blank")
    assert trouble == []


def both_looks(page: Page) -> None:
    """No grave finding of axe in the light and in the dark, and nothing wider than the phone."""
    for look in ("dark", "light"):
        page.evaluate(f"document.documentElement.classList.toggle('dark', {str(look == 'dark').lower()})")
        clean(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_red_flag_rings_and_is_taken_and_closed_in_two_taps_each(board: Page, clinic: OnCall) -> None:
    board.get_by_role("button", name="Sound is off: switch it on").click()
    alert = flag()
    expect(board).to_have_title("(1) RED – Red flags | Bonewatch", timeout=15_000)
    expect(board.get_by_text("A new red flag waits, and nobody has it.")).to_be_visible()
    board.wait_for_function("window.rung > 0")
    expect(board.locator("#board")).to_have_attribute("data-unseen", "1")
    both_looks(board)
    board.locator(f"#take-{alert.pk}").click()
    expect(board.get_by_text("It is yours. Phone Luz, Rosa now")).to_be_visible()
    expect(board).to_have_title("(1) Red flags | Bonewatch")
    board.locator(f"#outcome-{alert.pk}").click()
    both_looks(board)
    board.get_by_role("button", name="Imaging arranged").click()
    expect(board.get_by_text("No open red flag.")).to_be_visible()
    # The choice of sound stood through two loads of the page.
    expect(board.locator("#board-sound")).to_have_attribute("aria-pressed", "true")
    alert.refresh_from_db()
    assert (alert.state, alert.outcome, alert.owner) == ("closed", "imaging_arranged", clinic.nurse)


def test_it_is_silent_once_somebody_has_looked_and_rings_again_when_it_comes_back(board: Page, clinic: OnCall) -> None:
    board.get_by_role("button", name="Sound is off: switch it on").click()
    alert = flag()
    expect(board.locator("#board")).to_have_attribute("data-unseen", "1", timeout=15_000)
    board.keyboard.press("Shift")
    expect(board.locator("#board")).to_have_attribute("data-unseen", "0")
    expect(board.locator("#board-new")).to_be_hidden()
    services.accept(alert.pk, by=clinic.backup, via="text", now=timezone.now())
    expect(board.get_by_text("Backup Nurse Ortiz phones the patient")).to_be_visible(timeout=15_000)
    services.hand_back(alert.pk, by=clinic.backup, via="text", now=timezone.now())
    expect(board.locator("#board")).to_have_attribute("data-unseen", "1", timeout=15_000)


def test_what_is_being_typed_outlives_news_and_the_late_are_told(board: Page, clinic: OnCall) -> None:
    alert = flag()
    services.accept(alert.pk, by=clinic.nurse, via="text", now=timezone.now())
    board.locator(f"#outcome-{alert.pk}").click(timeout=15_000)
    board.fill(f"#note-{alert.pk}", "Her daughter drives.")
    other = flag(phone="+12025550112", name="Later")
    expect(board.locator(f"#take-{other.pk}")).to_be_visible(timeout=15_000)
    expect(board.locator(f"#note-{alert.pk}")).to_have_value("Her daughter drives.")
    board.evaluate("window.stop()")
    board.route("**/*live=1*", lambda route: route.abort())
    services.accept(other.pk, by=clinic.backup, via="call", now=timezone.now())
    board.locator(f"#take-{other.pk}").click()
    expect(board.get_by_text("Backup Nurse Ortiz has it, since")).to_be_visible()
    assert Alert.objects.get(pk=other.pk).owner == clinic.backup
