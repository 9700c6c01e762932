"""A red flag by the hand-wound clock: instruction, page, ladder, acceptance, outcome; every hop a row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts import services, sweeps
from alerts.domain.policy import Role
from alerts.domain.words import AlertState, Condition, EventKind, Outcome, Tier
from alerts.models import Alarm, Alert, AlertPage, NurseReview, Responder
from messaging.domain.delivery import Status
from messaging.models import Message
from patients.models import CoordinatorTask
from tests.support import builders as make
from tests.support import red_flags as flags

pytestmark = pytest.mark.django_db
NOW = flags.NOW
LEGS = "my legs feel numb and weak since this morning, prob nothing"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def team() -> flags.OnCall:
    made = flags.on_call()
    flags.sign_everything()
    make.patient(make.PHONE)
    return made


def first_page(alert: Alert) -> AlertPage:
    page = alert.pages.order_by("pk").first()
    assert page is not None
    return page


class TestWhenSheTexts:
    def test_one_transaction_holds_alert_instruction_and_first_page(self, team: flags.OnCall) -> None:
        text = flags.text(LEGS)
        alert = flags.only_alert()
        assert text.disposition == "alert_raised"
        assert (alert.condition, alert.state) == (Condition.CORD, AlertState.PAGED)
        assert Tier(alert.tier).pages
        (instruction,) = flags.texts_to(make.PHONE)
        assert "(202) 555-0160" in instruction.body
        assert instruction.segments == 1
        assert ("On-Call Nurse Ortiz", "sms") in flags.paged(alert)
        assert flags.story(alert)[:2] == [EventKind.RAISED, EventKind.STEP_PAGED]

    def test_the_page_names_nobody(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        page = first_page(flags.only_alert())
        for secret in ("Rosa", "Luz", "legs", make.PHONE[1:]):
            assert secret not in page.message.body
        assert "R. L." in page.message.body
        assert page.code in page.message.body

    def test_the_same_text_again_is_added_and_pages_nobody(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        pages = AlertPage.objects.count()
        text = flags.text(LEGS, now=NOW + MINUTE)
        alert = flags.only_alert()
        assert (text.disposition, alert.reports.count()) == ("alert_added", 2)
        assert AlertPage.objects.count() == pages

    def test_worse_news_page_again_though_a_nurse_has_it(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        alert = flags.only_alert()
        services.accept(alert.pk, by=team.nurse, via="link", now=NOW)
        before = AlertPage.objects.count()
        flags.text("now i cant pee at all and cant walk", now=NOW + MINUTE)
        alert.refresh_from_db()
        assert alert.state == AlertState.PAGED
        assert AlertPage.objects.count() > before
        assert EventKind.WORSENED in flags.story(alert)

    def test_an_opted_out_patient_gets_no_text_and_the_nurse_is_told_to_phone(self, team: flags.OnCall) -> None:
        flags.text("STOP", now=NOW - MINUTE)
        before = len(flags.texts_to(make.PHONE))
        flags.text(LEGS)
        alert = flags.only_alert()
        assert len(flags.texts_to(make.PHONE)) == before
        assert alert.phone_her
        assert "PHONE" in first_page(alert).message.body
        assert EventKind.NOT_INSTRUCTED in flags.story(alert)

    def test_one_phone_of_two_patients_alerts_for_both(self, team: flags.OnCall) -> None:
        make.patient(make.PHONE, given_name="Ana")
        flags.text(LEGS)
        assert Alert.objects.filter(shared_phone=True).count() == 2
        assert all("Shared phone" in first_page(alert).message.body for alert in Alert.objects.all())

    def test_a_number_that_nobody_knows_is_paged_too(self, team: flags.OnCall) -> None:
        flags.text(LEGS, sender="+12025550999")
        alert = flags.only_alert()
        assert alert.patient is None
        assert "??" in first_page(alert).message.body
        assert len(flags.texts_to("+12025550999")) == 1

    def test_what_nobody_recognises_goes_to_the_inbox_with_a_clock(self, team: flags.OnCall) -> None:
        text = flags.text("qqq zzz 7f7f")
        review = NurseReview.objects.get()
        assert text.disposition == "nurse_inbox"
        assert review.due_at == flags.NOW.replace(hour=12, minute=0)  # opens at 8, four hours
        assert not Alert.objects.exists()

    def test_a_denial_is_read_by_a_nurse_or_known_as_harmless_but_pages_nobody(self, team: flags.OnCall) -> None:
        flags.text("no fever and no numbness today, all good")
        assert not Alert.objects.exists()

    def test_a_visit_in_a_red_flag_reaches_the_coordinator_too(self, team: flags.OnCall) -> None:
        text = flags.text("CANCEL my infusion I fell and cant get up")
        assert text.disposition == "alert_raised+visit"
        assert CoordinatorTask.objects.filter(kind="unread_reply").count() == 1

    def test_to_want_no_more_texts_and_to_be_in_trouble_are_both_heard(self, team: flags.OnCall) -> None:
        text = flags.text("stop texting me, I can't feel my legs")
        assert text.disposition == "alert_raised+stop"
        flags.text("now i cant pee at all", now=NOW + MINUTE)
        assert flags.only_alert().phone_her

    def test_to_want_the_numbness_to_stop_is_no_opt_out(self, team: flags.OnCall) -> None:
        text = flags.text("stop the numbness please")
        assert text.disposition == "alert_raised"
        flags.text("now i cant pee at all", now=NOW + MINUTE)
        assert not flags.only_alert().phone_her


class TestTheLadder:
    def test_nobody_answers_and_the_ring_widens_for_ever(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        alert = flags.wind(flags.only_alert(), until=NOW + timedelta(hours=6))
        names = {name for name, _ in flags.paged(alert)}
        assert names == {person.name for person in team.people.values()} | {"line"}
        assert alert.state == AlertState.PAGED
        assert alert.next_due_at is not None
        last = alert.pages.order_by("-pk").first()
        assert last is not None
        assert last.sent_at > NOW + timedelta(hours=5, minutes=50)

    def test_the_backup_is_paged_within_five_minutes(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        alert = flags.wind(flags.only_alert(), until=NOW + 5 * MINUTE)
        assert (team.backup.name, "sms") in flags.paged(alert)

    def test_a_page_that_comes_back_pulls_the_next_step_forward(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        alert = flags.only_alert()
        Message.objects.filter(pk=first_page(alert).message_id).update(
            status=Status.FAILED, finished_at=NOW, reason="unknown handset", attempts=1, submitted_at=NOW
        )
        sweeps.check_receipts(now=NOW + timedelta(seconds=3))
        alert.refresh_from_db()
        assert alert.position == 1
        assert EventKind.PAGE_FAILED in flags.story(alert)

    def test_no_receipt_in_a_minute_pulls_it_forward_too(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        alert = flags.only_alert()
        sweeps.check_receipts(now=NOW + timedelta(seconds=59))
        alert.refresh_from_db()
        assert alert.position == 0
        sweeps.check_receipts(now=NOW + timedelta(seconds=60))
        alert.refresh_from_db()
        assert alert.position == 1

    def test_an_empty_step_is_skipped_at_once_and_shouted_about(self) -> None:
        made = flags.on_call(Role.BACKUP, Role.MANAGER)
        flags.sign_everything()
        make.patient(make.PHONE)
        flags.text(LEGS)
        alert = flags.only_alert()
        assert flags.paged(alert)[0][0] == made.backup.name
        assert Alarm.objects.filter(closed_at=None, key__startswith="empty-step").exists()

    def test_with_nobody_on_call_at_all_it_goes_on_trying(self) -> None:
        clinic = make.clinic()
        flags.sign_everything()
        make.patient(make.PHONE)
        assert not clinic.emergency_line
        flags.text(LEGS)
        alert = flags.only_alert()
        assert alert.is_open
        assert Alarm.objects.filter(closed_at=None, key__startswith="nobody").exists()
        # Somebody is put on call: she is paged at the next try.
        nurse = flags.on_call(Role.NURSE).nurse
        alert = flags.wind(alert, until=NOW + 2 * MINUTE)
        assert nurse.name in {name for name, _ in flags.paged(alert)}

    def test_the_fallback_goes_to_the_patient_and_she_confirms_it(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        alert = flags.only_alert()
        after = alert.rule_version.fallback_after * MINUTE
        flags.wind(alert, until=NOW + after)
        assert len(flags.texts_to(make.PHONE, template="fallback")) == 1
        text = flags.text("1", now=NOW + after + MINUTE)
        alert.refresh_from_db()
        assert text.disposition == "alert_confirmed"
        assert alert.fallback_confirmed_at is not None

    def test_a_policy_that_is_edited_leaves_a_running_alert_as_it_was(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        alert = flags.only_alert()
        alert.rule_version.policy.steps.all().delete()
        flags.wind(alert, until=NOW + 10 * MINUTE)
        assert (team.backup.name, "sms") in flags.paged(alert)


class TestTheLoop:
    def test_two_nurses_at_once_one_wins_and_the_other_is_told_who(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        alert = flags.wind(flags.only_alert(), until=NOW + 6 * MINUTE)
        won = services.accept(alert.pk, by=team.nurse, via="text", now=NOW + 6 * MINUTE)
        lost = services.accept(alert.pk, by=team.backup, via="link", now=NOW + 6 * MINUTE)
        assert (won.verdict, lost.verdict) == (services.Verdict.WON, services.Verdict.TAKEN)
        assert lost.owner == team.nurse
        told = flags.texts_to(team.backup.phone, template="page_taken")
        assert len(told) == 1
        assert team.nurse.name in told[0].body
        assert len(flags.texts_to(make.PHONE, template="nurse_will_call")) == 1

    def test_pages_that_have_not_left_are_taken_back(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        alert = flags.only_alert()
        services.accept(alert.pk, by=team.nurse, via="admin", now=NOW)
        assert {page.message.status for page in alert.pages.all()} == {Status.SUPPRESSED}

    def test_from_acceptance_to_outcome(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        alert = flags.only_alert()
        services.accept(alert.pk, by=team.nurse, via="text", now=NOW + MINUTE)
        services.reached(alert.pk, by=team.nurse, spoke=True, via="link", now=NOW + 5 * MINUTE)
        services.close(
            alert.pk, by=team.nurse, outcome=Outcome.EMERGENCY, note="MRI tonight", via="admin", now=NOW + 9 * MINUTE
        )
        alert.refresh_from_db()
        assert (alert.state, alert.outcome, alert.closed_by) == (AlertState.CLOSED, Outcome.EMERGENCY, team.nurse)
        kinds = flags.story(alert)
        order = [EventKind.RAISED, EventKind.ACCEPTED, EventKind.PATIENT_REACHED, EventKind.CLOSED]
        assert [kind for kind in kinds if kind in order] == order
        assert sweeps.advance(now=NOW + timedelta(days=1)) == 0

    def test_taken_and_forgotten_pages_again(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        alert = flags.only_alert()
        services.accept(alert.pk, by=team.nurse, via="text", now=NOW)
        alert = flags.wind(alert, until=NOW + timedelta(minutes=31))
        assert (alert.state, alert.owner) == (AlertState.PAGED, None)
        assert EventKind.ACCEPTANCE_TIMED_OUT in flags.story(alert)

    def test_handing_back_moves_on_at_once(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        alert = flags.only_alert()
        services.accept(alert.pk, by=team.nurse, via="text", now=NOW)
        before = AlertPage.objects.count()
        services.hand_back(alert.pk, by=team.nurse, via="text", now=NOW + MINUTE)
        alert.refresh_from_db()
        assert alert.state == AlertState.PAGED
        assert AlertPage.objects.count() > before

    def test_a_new_report_after_the_end_is_a_new_alert(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        first = flags.only_alert()
        services.close(first.pk, by=team.nurse, outcome=Outcome.FALSE_ALARM, via="admin", now=NOW)
        flags.text(LEGS, now=NOW + MINUTE)
        assert Alert.objects.exclude(pk=first.pk).get().state == AlertState.PAGED

    def test_who_takes_one_red_flag_of_a_patient_takes_the_others(self, team: flags.OnCall) -> None:
        flags.text("I fell, my hip snapped and I have a fever of 103")
        assert Alert.objects.count() >= 2
        first = Alert.objects.order_by("pk").first()
        assert first is not None
        services.accept(first.pk, by=team.nurse, via="text", now=NOW)
        assert {alert.owner for alert in Alert.objects.all()} == {team.nurse}


def test_an_inactive_responder_is_not_paged(team: flags.OnCall) -> None:
    Responder.objects.filter(pk=team.nurse.pk).update(is_active=False)
    flags.text(LEGS)
    assert team.nurse.name not in {name for name, _ in flags.paged(flags.only_alert())}


def test_a_fault_while_reading_puts_the_text_before_a_person_at_once(
    team: flags.OnCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("alerts.inbound.read", broken)
    assert flags.text(LEGS).disposition == "nurse_inbox"
    assert NurseReview.objects.get().due_at == NOW + 15 * MINUTE
    assert Alarm.objects.filter(closed_at=None, key="triage-broke").exists()
