"""What a nurse texts that is no command: read by a person, answered, passed to the rota or to the patient's side."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from alerts.domain import codes
from alerts.domain.words import AlertState
from alerts.models import Alarm, NurseReview, RotaQuestion
from tests.support import builders as make
from tests.support import nurses
from tests.support.nurses import NOW, Ward, code_of, last_told, told, writes

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=4)


@pytest.fixture
def ward() -> Ward:
    return nurses.ward()


class TestWhatIsNotUnderstood:
    def test_words_beside_a_code_change_nothing_and_are_read_by_a_person(self, ward: Ward) -> None:
        alert = ward.alert()
        assert writes(ward.ana, f"{code_of(alert, ward.ana)} is this the lady from tuesday") == "nurse_unclear"
        alert.refresh_from_db()
        assert alert.state == AlertState.PAGED
        assert alert.events.filter(kind="noted", detail__what="not_understood").exists()
        review = NurseReview.objects.get()
        assert (review.clinic, review.due_at) == (ward.clinic, NOW + timedelta(minutes=15))
        assert last_told(ward.ana).startswith("Not understood; nothing was changed")

    def test_without_a_code_too(self, ward: Ward) -> None:
        assert writes(ward.ana, "can somebody swap my shift on friday maybe") == "nurse_unclear"
        assert NurseReview.objects.get().due_at == NOW + timedelta(hours=4)
        assert "A person will read your text" in last_told(ward.ana)

    def test_a_red_flag_in_a_nurses_words_is_to_be_read_soon(self, ward: Ward) -> None:
        assert writes(ward.ana, "mr weber cant move his legs and cannot pee since this morning") == "nurse_unclear"
        review = NurseReview.objects.get()
        assert review.due_at == NOW + timedelta(minutes=15)
        assert "red flag" in review.why

    def test_an_empty_text_is_answered(self, ward: Ward) -> None:
        ward.alert()
        assert writes(ward.ana, "\u200b") == "nurse_unclear"
        assert last_told(ward.ana).startswith("Not understood")

    def test_a_phone_that_answers_by_itself_is_not_argued_with(self, ward: Ward) -> None:
        for minute in range(20):
            writes(ward.ana, "This is an automatic message: driving", now=NOW + timedelta(seconds=minute))
        assert len(told(ward.ana)) == 3
        assert NurseReview.objects.count() == 20

    def test_thanks_need_no_answer(self, ward: Ward) -> None:
        ward.alert()
        assert writes(ward.ana, "thank you!") == "nurse_thanks"
        assert told(ward.ana) == []

    def test_a_list_is_given_when_asked_for(self, ward: Ward) -> None:
        for _ in range(6):
            ward.alert(make.patient())
        assert writes(ward.ana, "?") == "nurse_listed"
        assert ", +2." in last_told(ward.ana)

    def test_a_stop_is_shouted_about(self, ward: Ward) -> None:
        assert writes(ward.ana, "STOP") == "nurse_stop"
        assert Alarm.objects.filter(closed_at__isnull=True, key__contains="stop").exists()


class TestTheRota:
    @pytest.fixture
    def question(self, ward: Ward) -> RotaQuestion:
        code = codes.make(random.Random(5))
        return RotaQuestion.objects.create(
            key="q",
            kind="verify",
            responder=ward.ana,
            code=code,
            phone=ward.ana.phone,
            asked_at=NOW,
            expires_at=NOW + timedelta(hours=1),
        )

    def test_an_answer_to_it_is_passed_to_it(self, ward: Ward, question: RotaQuestion) -> None:
        alert = ward.alert()
        assert writes(ward.ana, question.code, now=LATER) == "nurse_rota"
        question.refresh_from_db()
        alert.refresh_from_db()
        assert question.answered_at == LATER
        assert alert.owner is None

    def test_a_no_is_no_yes(self, ward: Ward, question: RotaQuestion) -> None:
        assert writes(ward.ana, f"NO {question.code}", now=LATER) == "nurse_rota_no"
        question.refresh_from_db()
        assert question.answered_at is None
        assert Alarm.objects.filter(key=f"rota:no:{question.pk}", closed_at__isnull=True).exists()
        assert last_told(ward.ana).startswith(f"You said NO to {question.code}.")

    def test_a_patient_goes_before_the_rota(self, ward: Ward, question: RotaQuestion) -> None:
        alert = ward.alert()
        writes(ward.ana, f"ok {code_of(alert, ward.ana)} {question.code}", now=LATER)
        alert.refresh_from_db()
        assert alert.owner == ward.ana


class TestANurseWhoIsAPatientToo:
    def test_what_is_no_answer_of_a_nurse_is_left_to_the_patients_side(self, ward: Ward) -> None:
        make.contact(make.patient(), ward.ana.phone)
        assert writes(ward.ana, "my legs are numb since this morning") is None
        assert not NurseReview.objects.exists()

    def test_her_answer_to_a_page_is_a_nurses(self, ward: Ward) -> None:
        make.contact(make.patient(), ward.ana.phone)
        ward.alert()
        assert writes(ward.ana, "ok") == "nurse_accept_won"
