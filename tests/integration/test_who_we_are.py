"""The answers to STOP, START and HELP say who answers and which number to dial."""

from __future__ import annotations

import pytest

from messaging import consent_replies, inbound
from messaging.models import Message
from tests.support import builders as make
from tests.support.builders import NOW

pytestmark = pytest.mark.django_db


def answer(body: str, sender: str) -> tuple[str, str]:
    """The template and the words of what is texted back."""
    inbound.receive(inbound.Arrival(provider_id=f"SM{body}", from_address=sender, to_address="", body=body), now=NOW)
    message = Message.objects.filter(address=sender).latest("pk")
    return message.template, message.body


@pytest.mark.parametrize(("body", "template"), [("STOP", "opt_out_done"), ("HELP", "help_answer")])
def test_a_patients_clinic_and_its_line_are_named(body: str, template: str) -> None:
    make.patient(make.PHONE)
    said, words = answer(body, make.PHONE)
    assert said == template
    assert words.startswith("Bayside:")
    assert "(202) 555-0150" in words


def test_a_stranger_hears_of_the_first_clinic() -> None:
    make.clinic()
    assert "(202) 555-0150" in answer("STOP", "+12025550199")[1]


def test_where_there_is_no_line_the_answer_leaves_all_the_same() -> None:
    make.patient(make.PHONE)
    clinic = make.clinic()
    clinic.daytime_line = ""
    clinic.save()
    assert consent_replies.who_we_are(make.PHONE) == {}
    assert answer("STOP", make.PHONE)[0] == "opt_out_done_bare"
