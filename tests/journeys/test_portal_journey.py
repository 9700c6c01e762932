"""From a text that asks for the page to a visit that is confirmed on it, in both languages, on real parts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
import requests
from django.utils import timezone

from messaging.models import InboundMessage
from patients.models import CoordinatorTask, Patient
from sandbox import testing as carrier
from tests.support import builders as make
from tests.support import portal
from tests.support.admin_pages import course
from tests.support.processes import Running

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])]

Eventually = Callable[..., Any]
ASKS = {"en": (make.PHONE, "page"), "es": ("+12025550188", "Página por favor")}


def somebody(language: str) -> Patient:
    phone = ASKS[language][0]
    make.agree(phone, now=timezone.now())
    patient = make.patient(date_of_birth=portal.BORN, language=language)
    make.contact(patient, phone, agrees=False)
    return patient


def press(browser: requests.Session, page: requests.Response, action: str, **fields: str) -> requests.Response:
    """Send a form of the page that goes to `action`, with what is hidden in it."""
    forms = re.findall(r"<form[^>]*action=\"([^\"]*)\".*?</form>", page.text, re.DOTALL)
    (target,) = {each for each in forms if re.search(action, each)}
    form = next(m[0] for m in re.finditer(r"<form.*?</form>", page.text, re.DOTALL) if f'"{target}"' in m[0])
    hidden = dict(re.findall(r'type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', form))
    root = re.match(r"https?://[^/]+", page.url)
    assert root
    return browser.post(root[0] + target, {**hidden, **fields}, timeout=20)


@pytest.mark.parametrize("language", ["en", "es"])
def test_she_texts_for_the_page_and_confirms_on_it(
    live_app: str, worker: Running, eventually: Eventually, language: str
) -> None:
    make.clinic(messages_from=time(0), messages_until=time(0), asks_birth_date=True)
    patient = somebody(language)
    schedule = course(patient, first_in=7)
    phone, wish = ASKS[language]
    carrier.reply(phone, wish)
    eventually(lambda: carrier.bodies_to(phone), 30, what="the link on the phone")
    link = re.search(r"https?://\S+/p/[\w-]+/", carrier.bodies_to(phone)[0])
    assert link
    assert InboundMessage.objects.get().disposition == "page_link"

    browser = requests.Session()
    asked = browser.get(link[0], timeout=20)
    assert f'<html lang="{language}">' in asked.text
    assert "9:30" not in asked.text
    home = press(browser, asked, "/p/", **portal.BIRTH)
    assert "9:30" in home.text
    first = make.visit(schedule)
    done = press(browser, home, str(first.uuid), act="confirm")
    assert done.status_code == 200
    assert make.visit(schedule).confirmed_at is not None
    assert not CoordinatorTask.objects.exists()
    # What opens a page stands in no log.
    token = link[0].rstrip("/").rpartition("/")[2]
    assert token not in worker.output()
