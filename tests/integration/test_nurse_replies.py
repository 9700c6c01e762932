"""A nurse texts: the right alert moves and she is told; what is wrong or unclear is answered, never guessed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts import services
from alerts.domain.words import AlertState, Condition, Outcome
from alerts.models import ReplyCode
from messaging.models import Message
from patients.models import ContactPoint
from tests.support import builders as make
from tests.support import nurses
from tests.support.nurses import NOW, Ward, code_of, last_told, told, writes

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=4)


@pytest.fixture
def ward() -> Ward:
    return nurses.ward()


class TestTaking:
    def test_a_code_takes_it_and_says_what_is_next(self, ward: Ward) -> None:
        alert = ward.alert()
        code = code_of(alert, ward.ana)
        assert writes(ward.ana, code.lower(), now=LATER) == "nurse_accept_won"
        alert.refresh_from_db()
        assert (alert.state, alert.owner) == (AlertState.ACCEPTED, ward.ana)
        assert f"R. L. ({code}) is yours" in last_told(ward.ana)
        assert f"https://clinic.example/a/{nurses.page_of(alert, ward.ana, 'voice').token}/" in last_told(ward.ana)
        assert f"SPOKE {code}" in last_told(ward.ana)

    def test_the_answer_is_a_page_of_one_or_two_parts_that_names_nobody(self, ward: Ward) -> None:
        alert = ward.alert()
        writes(ward.ana, code_of(alert, ward.ana), now=LATER)
        answer = told(ward.ana)[-1]
        assert (answer.purpose, answer.urgency, answer.due_at) == ("pages", "urgent", LATER)
        assert answer.segments <= 2
        assert "Rosa" not in answer.body
        assert "Luz" not in answer.body

    def test_the_second_of_two_nurses_is_told_who_has_it(self, ward: Ward) -> None:
        alert = ward.alert()
        services.hand_back(alert.pk, by=ward.ana, via="text", now=NOW)
        writes(ward.ana, code_of(alert, ward.ana), now=LATER)
        assert writes(ward.bea, f"ok {code_of(alert, ward.bea)}", now=LATER) == "nurse_accept_taken"
        assert last_told(ward.bea).startswith("Ana Ortiz has taken R. L.")
        alert.refresh_from_db()
        assert alert.owner == ward.ana

    def test_said_twice_it_stays_hers(self, ward: Ward) -> None:
        alert = ward.alert()
        code = code_of(alert, ward.ana)
        assert [writes(ward.ana, code), writes(ward.ana, code)] == ["nurse_accept_won", "nurse_accept_yours"]
        assert alert.events.filter(kind="accepted").count() == 1

    def test_a_closed_one_tells_how_it_ended(self, ward: Ward) -> None:
        alert = ward.alert()
        code = code_of(alert, ward.ana)
        services.close(alert.pk, by=ward.bea, outcome=Outcome.EMERGENCY, via="admin", now=LATER)
        assert writes(ward.ana, code, now=LATER) == "nurse_accept_closed"
        assert last_told(ward.ana) == (
            f"R. L. ({code}) was closed at 3:14 AM: Sent to the emergency department (Bea Quinn)."
            " There is nothing for you to do."
        )


class TestOkAlone:
    def test_it_takes_the_only_open_one(self, ward: Ward) -> None:
        alert = ward.alert()
        assert writes(ward.ana, "OK") == "nurse_accept_won"
        alert.refresh_from_db()
        assert alert.owner == ward.ana

    def test_with_two_open_nothing_is_taken_and_both_are_listed(self, ward: Ward) -> None:
        one, two = ward.alert(), ward.alert(make.patient(given_name="Max", family_name="Weber"), now=LATER)
        assert writes(ward.ana, "ok", now=LATER) == "nurse_listed"
        one.refresh_from_db()
        two.refresh_from_db()
        assert (one.owner, two.owner) == (None, None)
        first, second = code_of(one, ward.ana), code_of(two, ward.ana)
        assert last_told(ward.ana).startswith(f"Open: {first} R. L. 4 min, {second} M. W. 0 min. To take one")

    def test_one_that_a_colleague_has_counts_too(self, ward: Ward) -> None:
        # She may have meant the one whose page she has just read: it is asked, not guessed.
        one, two = ward.alert(), ward.alert(make.patient())
        services.accept(one.pk, by=ward.bea, via="admin", now=NOW)
        assert writes(ward.ana, "ok") == "nurse_listed"
        assert "(taken)" in last_told(ward.ana)
        two.refresh_from_db()
        assert two.owner is None

    def test_with_none_open_she_is_told_so(self, ward: Ward) -> None:
        assert writes(ward.ana, "ok") == "nurse_listed"
        assert last_told(ward.ana).startswith("Nothing is open for you now.")
        assert "(202) 555-0160" in last_told(ward.ana)

    def test_an_alert_of_which_she_was_never_paged_is_not_hers_to_take_so(self, ward: Ward) -> None:
        alert = ward.alert()
        assert writes(ward.bea, "ok") == "nurse_listed"
        alert.refresh_from_db()
        assert alert.owner is None

    def test_spanish_is_answered_in_spanish(self) -> None:
        ward = nurses.ward(language="es")
        alert = ward.alert()
        assert writes(ward.ana, "yo voy") == "nurse_accept_won"
        assert "es suya. Llame ya" in last_told(ward.ana)
        code = code_of(alert, ward.ana)
        assert writes(ward.ana, f"hablé {code}") == "nurse_reached_done"
        assert writes(ward.ana, f"{code} falsa alarma") == "nurse_close_done"
        alert.refresh_from_db()
        assert alert.outcome == Outcome.FALSE_ALARM


class TestTheLoop:
    def test_from_the_call_to_the_outcome_by_text(self, ward: Ward) -> None:
        alert = ward.alert()
        code = code_of(alert, ward.ana)
        said = [writes(ward.ana, words, now=LATER) for words in (code, f"no answer {code}", f"spoke {code}", "er")]
        assert said == ["nurse_accept_won", "nurse_not_reached_done", "nurse_reached_done", "nurse_close_done"]
        alert.refresh_from_db()
        assert (alert.state, alert.outcome, alert.closed_by) == (AlertState.CLOSED, Outcome.EMERGENCY, ward.ana)
        assert [event.via for event in alert.events.all() if event.kind in ("accepted", "closed")] == ["text", "text"]
        assert last_told(ward.ana) == f"Closed: R. L. ({code}), Sent to the emergency department. Thank you."

    def test_handing_on_pages_the_next_person_at_once(self, ward: Ward) -> None:
        alert = ward.alert()
        assert writes(ward.ana, f"NO {code_of(alert, ward.ana)}") == "nurse_hand_back_done"
        assert alert.pages.filter(responder=ward.bea).count() == 2
        assert last_told(ward.ana).startswith("Passed on: R. L.")

    def test_who_tried_to_reach_a_colleagues_patient_is_told_whose_she_is(self, ward: Ward) -> None:
        alert = ward.alert()
        services.accept(alert.pk, by=ward.bea, via="admin", now=NOW)
        writes(ward.ana, f"no answer {code_of(alert, ward.ana)}")
        assert last_told(ward.ana).startswith("Bea Quinn has taken R. L.")
        alert.refresh_from_db()
        assert alert.owner == ward.bea

    def test_who_has_one_of_two_means_her_own_by_an_outcome(self, ward: Ward) -> None:
        one, two = ward.alert(), ward.alert(make.patient())
        services.accept(two.pk, by=ward.ana, via="link", now=NOW)
        assert writes(ward.ana, "spoke") == "nurse_reached_done"
        one.refresh_from_db()
        two.refresh_from_db()
        assert (one.state, two.state) == (AlertState.PAGED, AlertState.REACHED)

    def test_two_codes_in_one_text_are_two_deeds(self, ward: Ward) -> None:
        one, two = ward.alert(), ward.alert(make.patient())
        writes(ward.ana, f"ok {code_of(one, ward.ana)} {code_of(two, ward.ana)}")
        one.refresh_from_db()
        two.refresh_from_db()
        assert (one.owner, two.owner) == (ward.ana, ward.ana)
        assert len([message for message in told(ward.ana) if message.template == "nurse_accepted"]) == 2


class TestWrongCodes:
    def test_an_unknown_code_lists_what_is_open(self, ward: Ward) -> None:
        alert = ward.alert()
        code = code_of(alert, ward.ana)
        wrong = ("4" if code[0] != "4" else "3") + code[1:]
        assert writes(ward.ana, f"ok {wrong}") == "nurse_code_unknown"
        assert f"No alert has the code {wrong}" in last_told(ward.ana)
        assert code in last_told(ward.ana)
        alert.refresh_from_db()
        assert alert.owner is None

    def test_an_unknown_code_with_nothing_open_says_whom_to_call(self, ward: Ward) -> None:
        assert writes(ward.ana, "K7Z5") == "nurse_code_unknown"
        assert "(202) 555-0160" in last_told(ward.ana)

    def test_a_colleagues_code_takes_nothing_and_offers_one_of_her_own(self, ward: Ward) -> None:
        alert = ward.alert()
        hers = code_of(alert, ward.ana)
        assert writes(ward.bea, hers) == "nurse_code_other"
        alert.refresh_from_db()
        assert alert.owner is None
        own = code_of(alert, ward.bea)
        assert last_told(ward.bea).endswith(f"To take that alert (R. L.) over, text {own}.")
        assert writes(ward.bea, own) == "nurse_accept_won"

    def test_a_code_that_rested_for_a_month_is_unknown(self, ward: Ward) -> None:
        alert = ward.alert()
        code = code_of(alert, ward.ana)
        services.close(alert.pk, by=ward.bea, outcome=Outcome.ADVICE, via="admin", now=NOW)
        assert writes(ward.ana, code, now=NOW + timedelta(days=29)) == "nurse_accept_closed"
        assert writes(ward.ana, code, now=NOW + timedelta(days=31)) == "nurse_code_unknown"

    def test_the_code_of_an_alert_that_stays_open_for_long_never_wears_out(self, ward: Ward) -> None:
        alert = ward.alert()
        assert writes(ward.ana, code_of(alert, ward.ana), now=NOW + timedelta(days=40)) == "nurse_accept_won"

    def test_another_clinics_nurse_learns_nothing(self, ward: Ward) -> None:
        alert = ward.alert()
        other = make.Clinic.objects.create(name="Elsewhere", short_name="Elsewhere", emergency_line="+12025550161")
        stranger = nurses.nurse(other, "Cy")
        assert writes(stranger, code_of(alert, ward.ana)) == "nurse_code_unknown"
        assert "R. L." not in last_told(stranger)


class TestCodes:
    def test_a_page_by_text_and_by_call_carry_one_code(self, ward: Ward) -> None:
        alert = ward.alert()
        assert set(alert.pages.values_list("code", flat=True)) == {code_of(alert, ward.ana)}
        assert ReplyCode.objects.count() == 1

    def test_two_alerts_of_one_patient_have_two_codes(self, ward: Ward) -> None:
        owner = make.patient()
        one, two = ward.alert(owner), ward.alert(owner, condition=Condition.INFECTION)
        assert code_of(one, ward.ana) != code_of(two, ward.ana)
        # Who takes one of them calls her about both.
        writes(ward.ana, code_of(one, ward.ana))
        two.refresh_from_db()
        assert two.owner == ward.ana


def test_every_answer_is_known_to_the_linter_of_wordings(ward: Ward) -> None:
    alert = ward.alert()
    for words in ("what", "ok", "spoke", "no answer", "er", "ok"):
        writes(ward.ana, words)
    alert.refresh_from_db()
    assert not alert.is_open
    assert not ContactPoint.objects.exists()
    assert {message.template for message in Message.objects.filter(address=ward.ana.phone)} >= {
        "page",
        "nurse_unclear",
        "nurse_accepted",
        "nurse_spoke",
        "nurse_no_answer",
        "nurse_closed",
        "nurse_list_empty",
    }
