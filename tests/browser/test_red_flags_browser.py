"""Red flags in a real browser: the board that lives, one press to take one, texts that count themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from alerts import services
from alerts.models import Alert, AlertRule, NurseReview
from messaging import breakers
from messaging.domain.delivery import Channel
from tests.support import builders as make
from tests.support.flag_desk import staff
from tests.support.red_flags import OnCall, on_call, red_policy, sign_everything, text

pytestmark = pytest.mark.django_db(transaction=True)
NUMB = "i cant feel my legs since this morning"
HOSTILE = "<img src=x onerror=alert(1)><script>alert('x')</script>\"'"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def clinic(transactional_db: None) -> OnCall:
    made = on_call(now=timezone.now())
    sign_everything(now=timezone.now())
    return made


@pytest.fixture
def desk(page: Page, live_server: LiveServer, clinic: OnCall) -> Iterator[Page]:
    """The on-call nurse, who may also sign. A script error or a dialog on any page fails the test that met it."""
    user = staff("nadia", "Nurses", responder=clinic.nurse)
    user.is_superuser = True
    user.save()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(f"{page.url}: {error}"))

    def dismiss(dialog: Any) -> None:
        trouble.append(f"{page.url}: dialog")
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.goto(f"{live_server.url}/admin/")
    page.fill("#id_username", "nadia")
    page.fill("#id_password", "pw")
    page.press("#id_password", "Enter")
    expect(page).to_have_title("Red flags | Bonewatch")
    yield page
    # Nothing may ask a server that is no longer there.
    page.goto("about:blank")
    assert trouble == []


def flag(name: str = "Luz", phone: str = make.PHONE, body: str = NUMB) -> Alert:
    make.patient(phone, family_name=name)
    text(body, sender=phone, now=timezone.now())
    return Alert.objects.latest("pk")


def open_board(desk: Page, live_server: LiveServer) -> None:
    desk.goto(f"{live_server.url}/admin/alerts/alert/")


def test_it_is_taken_and_closed_from_the_board(desk: Page, live_server: LiveServer, clinic: OnCall) -> None:
    alert = flag()
    open_board(desk, live_server)
    expect(desk).to_have_title("(1) RED – Red flags | Bonewatch")
    desk.get_by_role("button", name="Take it").click()
    expect(desk.get_by_text("It is yours. Phone Luz, Rosa now")).to_be_visible()
    desk.get_by_role("button", name="Spoke with patient").click()
    desk.locator(f"#outcome-{alert.pk}").click()
    desk.get_by_role("button", name="Advice given").click()
    expect(desk.get_by_text("No open red flag.")).to_be_visible()
    alert.refresh_from_db()
    assert (alert.state, alert.closed_by) == ("closed", clinic.nurse)


def test_its_clocks_run_and_it_refreshes_itself_without_losing_the_focus(
    desk: Page, live_server: LiveServer, clinic: OnCall
) -> None:
    first = flag()
    open_board(desk, live_server)
    clock = desk.locator("time[data-since]")
    before = clock.inner_text()
    expect(clock).not_to_have_text(before)
    desk.locator(f"#take-{first.pk}").focus()
    flag("Later", "+12025550112")
    expect(desk.get_by_role("link", name="Later, Rosa")).to_be_visible(timeout=15_000)
    assert desk.evaluate("document.activeElement.id") == f"take-{first.pk}"
    services.accept(first.pk, by=clinic.backup, via="text", now=timezone.now())
    expect(desk.get_by_text("Taken: Backup Nurse Ortiz")).to_be_visible(timeout=15_000)


def test_it_says_when_it_has_grown_old(desk: Page, live_server: LiveServer) -> None:
    flag()
    desk.clock.install()
    open_board(desk, live_server)
    expect(desk.locator("#board-stale")).to_be_hidden()
    desk.route("**/*live=1*", lambda route: route.abort())
    desk.clock.run_for(31_000)
    expect(desk.get_by_text("No answer from the server")).to_be_visible()
    expect(desk).to_have_title("(!) (1) RED – Red flags | Bonewatch")
    desk.unroute("**/*live=1*")
    desk.clock.run_for(6_000)
    expect(desk.locator("#board-stale")).to_be_hidden(timeout=15_000)


def test_an_instruction_counts_itself_with_the_clinics_line(desk: Page, live_server: LiveServer) -> None:
    rule = AlertRule.objects.get(code="mscc_neuro")
    desk.goto(f"{live_server.url}/admin/alerts/alertrule/{rule.pk}/edit/")
    box, count = desk.locator("#id_instruction_en"), desk.locator("#id_instruction_en + .bw-count")
    box.fill("Call {line}")
    expect(count).to_have_text("19 of 160 characters")
    box.fill("á {line} €[]")  # á goes as a; € and brackets weigh two
    expect(count).to_have_text("23 of 160 characters")
    box.fill("x" * 161)
    expect(count).to_have_class("bw-count bw-soft bw-late")
    box.fill("🚑")
    expect(count).to_have_text("🚑 cannot be sent in GSM-7")
    box.fill("Call {line} NOW about your legs.")
    desk.get_by_role("button", name="Write this version").click()
    expect(desk.get_by_text("Version 2 is written")).to_be_visible()
    desk.get_by_role("link", name="Sign off version 2").click()
    desk.fill("#id_name", "Elena Marsh")
    desk.fill("#id_office", "Medical Director")
    desk.get_by_role("button", name="Sign off").click()
    desk.get_by_role("link", name="Activate version 2").click()
    desk.get_by_role("button", name="Activate").click()
    rule.refresh_from_db()
    assert rule.active_version is not None
    assert rule.active_version.number == 2


def test_a_text_is_tried_without_a_trace_in_the_address(desk: Page, live_server: LiveServer) -> None:
    address = f"{live_server.url}/admin/alerts/alertrule/try/"
    desk.goto(address)
    desk.fill("#id_text", "no fever but cant feel my feet")
    desk.get_by_role("button", name="Try it").click()
    expect(desk.get_by_text("A nurse is paged now")).to_be_visible()
    expect(desk.locator("mark.bw-mark-asserted", has_text="cant feel my feet").first).to_be_visible()
    expect(desk.locator("mark.bw-mark-negated", has_text="fever").first).to_be_visible()
    assert desk.url == address
    assert not Alert.objects.exists()


def test_every_page_fits_a_phone_and_runs_nothing_that_people_typed(desk: Page, live_server: LiveServer) -> None:
    alert = flag(HOSTILE[:70], body=f"{NUMB} {HOSTILE}")
    flag("Quiet", "+12025550112", f"my knee kinda aches like usual {HOSTILE}")
    review = NurseReview.objects.get()
    rule = AlertRule.objects.get(code="mscc_neuro")
    dry = f"policy={red_policy().pk}&clinic={alert.clinic_id}&tier=red&on=2026-11-29&clock=03:10&fallback_after=10"
    paths = (
        "alert/",
        "alert/all/",
        f"alert/{alert.pk}/change/",
        f"alert/{alert.pk}/outcome/",
        f"nursereview/{review.pk}/change/",
        f"alertrule/{rule.pk}/change/",
        f"alertrule/{rule.pk}/edit/",
        "alertrule/try/",
        f"escalationpolicy/dry-run/?{dry}",
        "alarm/ledger/",
    )
    desk.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for path in paths:
        desk.goto(f"{live_server.url}/admin/alerts/{path}")
        assert desk.locator("img[src=x]").count() == 0, path
        assert desk.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path


def test_it_rings_while_something_grave_is_wrong_once_somebody_allows_it(desk: Page, live_server: LiveServer) -> None:
    desk.add_init_script(
        "window.rung = 0; const start = OscillatorNode.prototype.start;"
        "OscillatorNode.prototype.start = function (...when) { window.rung += 1; start.apply(this, when); };"
    )
    open_board(desk, live_server)
    desk.get_by_role("button", name="Sound is off: switch it on").click()
    expect(desk.get_by_role("button", name="Sound is on")).to_have_attribute("aria-pressed", "true")
    assert desk.evaluate("window.rung") == 0
    now = timezone.now()
    breakers.trip(Channel.SMS, "", code="20003", words="no credentials", whole_account=True, now=now)
    expect(desk.get_by_text("Something new is wrong with the service itself.")).to_be_visible(timeout=15_000)
    desk.wait_for_function("window.rung > 0", timeout=15_000)
    breakers.free(breakers.open_breakers().get(), now=timezone.now())
    expect(desk.get_by_text("Something new is wrong with the service itself.")).to_be_hidden(timeout=15_000)
