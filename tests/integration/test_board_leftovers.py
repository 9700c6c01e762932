"""Small things around red flags that staff stumbled over: words, places, choices."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from alerts.models import EscalationPolicy, NurseReview
from tests.support.admin_pages import errors
from tests.support.flag_desk import BOARD, at_desk, flag, staff
from tests.support.red_flags import OnCall, on_call, sign_everything, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> OnCall:
    made = on_call(now=timezone.now())
    sign_everything(now=timezone.now())
    return made


def test_headings_say_red_flags_and_the_nurses_inbox(clinic: OnCall) -> None:
    nurse = at_desk(staff("nadia", "Nurses", responder=clinic.nurse))
    flag()
    assert "Alerts" not in nurse.see(BOARD)
    assert "Nurse reviews" not in nurse.see("alerts/nursereview/")


def test_a_list_that_nobody_adds_to_does_not_offer_to_create(clinic: OnCall) -> None:
    html = at_desk(staff("miles", "Managers")).see("alerts/alarm/")
    assert "There is nothing in this list yet." in html
    assert "Create a new item" not in html


def test_steps_of_a_policy_count_from_one(clinic: OnCall) -> None:
    policy = EscalationPolicy.objects.get(name__startswith="Red flag")
    html = at_desk(staff("miles", "Managers")).see(f"alerts/escalationpolicy/{policy.pk}/change/")
    box = re.search(r'<input[^>]+name="steps-0-position"[^>]*>', html)
    assert box
    assert 'value="1"' in box[0]
    assert policy.steps.order_by("part", "position")[0].position == 0


def test_raising_from_a_text_wants_both_choices(clinic: OnCall) -> None:
    nurse = at_desk(staff("nadia", "Nurses", responder=clinic.nurse))
    flag(name="Quiet", body="i cant feel my legs")
    text("my knee kinda aches like usual")
    path = f"alerts/nursereview/{NurseReview.objects.latest('pk').pk}/raise/"
    assert re.findall(r'<option value="([^"]*)" selected', nurse.see(path)) == ["", ""]
    assert set(errors(nurse.send(path, condition="", tier=""))) == {"condition", "tier"}


def test_texts_are_listed_by_what_became_of_them_in_words(clinic: OnCall) -> None:
    flag()
    desk = at_desk(staff("cora", "Coordinators"))
    html = desk.see("messaging/inboundmessage/")
    assert "Red flag raised: a nurse was paged" in html
    assert "alert_raised<" not in html
    assert "cant feel" in desk.see("messaging/inboundmessage/", became="alert_raised")
    assert "cant feel" not in desk.see("messaging/inboundmessage/", became="thanks")
