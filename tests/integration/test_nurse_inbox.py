"""The nurse's inbox: texts with a clock, read with an outcome, or made a red flag after all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts.models import Alert, NurseReview
from patients.models import Patient
from tests.support import builders as make
from tests.support.admin_pages import Desk, errors
from tests.support.flag_desk import at_desk, staff
from tests.support.red_flags import OnCall, on_call, paged, sign_everything, text, texts_to

pytestmark = pytest.mark.django_db
INBOX = "alerts/nursereview/"
VAGUE = "my knee kinda aches like usual"


@pytest.fixture
def clinic() -> OnCall:
    made = on_call(now=timezone.now())
    sign_everything(now=timezone.now())
    return made


@pytest.fixture
def nurse(clinic: OnCall) -> Desk:
    return at_desk(staff("nadia", "Nurses", responder=clinic.nurse))


def waiting(body: str = VAGUE, *, name: str = "Luz", phone: str = make.PHONE) -> NurseReview:
    """A text that a nurse has to read."""
    make.patient(phone, family_name=name)
    text(body, sender=phone, now=timezone.now())
    return NurseReview.objects.latest("pk")


def test_it_lists_what_waits_and_marks_what_is_overdue(nurse: Desk) -> None:
    review = waiting()
    html = nurse.see(INBOX, state="open")
    assert "Luz, Rosa" in html
    assert VAGUE in html
    assert "overdue" not in html
    NurseReview.objects.filter(pk=review.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    assert "overdue" in nurse.see(INBOX, state="open")
    assert "Overdue by 1:0" in nurse.see(f"{INBOX}{review.pk}/change/")


def test_its_badge_counts_what_waits_and_what_is_late(nurse: Desk) -> None:
    review = waiting()
    waiting(phone="+12025550112")
    assert "2</span>" in nurse.see(INBOX).replace("\n", "").replace(" ", "")
    NurseReview.objects.filter(pk=review.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    assert "2, 1 late" in nurse.see(INBOX)


def test_it_shows_the_evidence_and_the_number_to_call(nurse: Desk) -> None:
    review = waiting("my knee aches like usual. no fever")
    html = nurse.see(f"{INBOX}{review.pk}/change/")
    assert 'denied">fever</mark>' in html
    assert f'href="tel:{make.PHONE}"' in html
    assert "(202) 555-0111" in html


def test_it_is_read_with_an_outcome_once(nurse: Desk) -> None:
    review = waiting()
    done = f"{INBOX}{review.pk}/done/"
    assert errors(nurse.send(done, outcome=" "))
    assert "recorded" in nurse.told(nurse.send(done, outcome="Phoned: no change"))
    review.refresh_from_db()
    assert (review.outcome, review.done_by and review.done_by.get_username()) == ("Phoned: no change", "nadia")
    assert "already" in errors(nurse.send(done, outcome="Again"))["__all__"][0]
    html = nurse.see(f"{INBOX}{review.pk}/change/")
    assert "Phoned: no change" in html
    assert "Raise a red flag" not in html


def test_a_nurse_makes_it_a_red_flag(nurse: Desk, clinic: OnCall) -> None:
    review = waiting()
    told = nurse.told(nurse.send(f"{INBOX}{review.pk}/raise/", condition="cord_compression", tier="red"))
    assert "Raised: Cord compression" in told
    alert = Alert.objects.get()
    assert (alert.condition, alert.tier, alert.state, alert.patient) == (
        "cord_compression",
        "red",
        "paged",
        Patient.objects.get(),
    )
    assert (clinic.nurse.name, "sms") in paged(alert)
    assert texts_to(make.PHONE, template="instruction")
    report = alert.reports.get()
    assert "On-Call Nurse Ortiz raised it" in report.why
    review.refresh_from_db()
    assert review.outcome == "Raised: Cord compression – neurological"
    assert (
        "already"
        in errors(nurse.send(f"{INBOX}{review.pk}/raise/", condition="cord_compression", tier="red"))["__all__"][0]
    )
    assert Alert.objects.count() == 1


def test_a_red_flag_is_raised_by_a_named_responder_only(clinic: OnCall) -> None:
    review = waiting()
    desk = at_desk(staff("new", "Nurses"))
    refused = errors(desk.send(f"{INBOX}{review.pk}/raise/", condition="cord_compression", tier="red"))
    assert "not linked to a responder" in refused["__all__"][0]
    review.refresh_from_db()
    assert review.done_at is None
    assert not Alert.objects.exists()


@pytest.mark.parametrize(("condition", "tier"), [("cord_compression", "green"), ("nonsense", "red"), ("", "")])
def test_only_known_conditions_and_tiers_are_raised(nurse: Desk, condition: str, tier: str) -> None:
    review = waiting()
    assert errors(nurse.send(f"{INBOX}{review.pk}/raise/", condition=condition, tier=tier))
    assert not Alert.objects.exists()


def test_a_coordinator_reads_and_does_not_act(clinic: OnCall) -> None:
    review = waiting()
    desk = at_desk(staff("cora", "Coordinators"))
    assert "Read: record" not in desk.see(f"{INBOX}{review.pk}/change/")
    for what in ("done", "raise"):
        assert desk.send(f"{INBOX}{review.pk}/{what}/", outcome="x").status_code == 403


def test_a_number_that_nobody_knows_is_shown_as_one(nurse: Desk) -> None:
    text("is this the dentist? my parrot is blue", sender="+12025550177", now=timezone.now())
    review = NurseReview.objects.get()
    assert "Unknown number (202) 555-0177" in nurse.see(INBOX)
    nurse.see(f"{INBOX}{review.pk}/change/")


def test_hostile_words_are_shown_and_never_run(nurse: Desk) -> None:
    review = waiting("<script>alert('x')</script> my knee aches", name="<b>x</b>")
    for path in (INBOX, f"{INBOX}{review.pk}/change/", f"{INBOX}{review.pk}/done/", f"{INBOX}{review.pk}/raise/"):
        html = nurse.see(path)
        assert "<script>alert('x')" not in html
        assert "<b>x</b>" not in html


def test_a_colleagues_text_made_a_red_flag_tells_her_phone_nothing_meant_for_a_patient(
    nurse: Desk, clinic: OnCall
) -> None:
    text("mrs luz just rang the ward about something odd", sender=clinic.backup.phone, now=timezone.now())
    review = NurseReview.objects.latest("pk")
    nurse.told(nurse.send(f"{INBOX}{review.pk}/raise/", condition="cord_compression", tier="red"))
    alert = Alert.objects.get()
    assert (alert.phone, alert.subject) == ("", f"text:{review.inbound_id}")
    assert not texts_to(clinic.backup.phone, template="instruction")
    assert alert.phone_her
    assert paged(alert)
