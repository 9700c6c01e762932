"""A patient whom our texts do not reach, a phone that outlived its owner, and a rule that cannot be read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts import rulebook, services, sweeps
from alerts.domain.words import EventKind, Outcome
from alerts.models import Alarm, Alert, AlertRule, RuleVersion
from messaging.domain.delivery import Status
from messaging.models import Message
from patients.domain.profile import PatientStatus
from patients.models import Patient
from tests.support import builders as make
from tests.support import red_flags as flags

pytestmark = pytest.mark.django_db
NOW = flags.NOW
SECOND = timedelta(seconds=1)
LEGS = "my legs feel numb and weak since this morning, prob nothing"


@pytest.fixture
def team() -> flags.OnCall:
    made = flags.on_call()
    flags.sign_everything()
    make.patient(make.PHONE)
    return made


def give_back(template: str) -> None:
    """The network gives her text back."""
    flags.deliver_all(now=NOW)
    Message.objects.filter(template=template).update(status=Status.UNDELIVERED, reason="a landline", finished_at=NOW)


class TestInstructionsThatDoNotArrive:
    @pytest.mark.parametrize("taken", [False, True])
    def test_whoever_has_it_or_is_paged_next_is_told_to_phone_her(self, team: flags.OnCall, *, taken: bool) -> None:
        flags.text(LEGS)
        alert = flags.only_alert()
        give_back("instruction")
        if taken:
            services.accept(alert.pk, by=team.nurse, via="text", now=NOW)
        assert sweeps.check_instructions(now=NOW + SECOND) == 1
        alert.refresh_from_db()
        assert alert.phone_her
        assert EventKind.NOT_INSTRUCTED in flags.story(alert)
        flags.wind(alert, until=NOW + timedelta(minutes=31))
        last = alert.pages.filter(channel="sms").order_by("-pk")[0]
        assert "PHONE" in last.message.body
        assert sweeps.check_instructions(now=NOW + 2 * SECOND) == 0

    def test_one_that_is_still_on_its_way_or_arrived_says_nothing(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        assert sweeps.check_instructions(now=NOW + SECOND) == 0
        flags.deliver_all(now=NOW)
        assert sweeps.check_instructions(now=NOW + SECOND) == 0
        assert not flags.only_alert().phone_her

    def test_a_closed_case_is_left_alone(self, team: flags.OnCall) -> None:
        flags.text(LEGS)
        alert = flags.only_alert()
        give_back("instruction")
        services.close(alert.pk, by=team.nurse, outcome=Outcome.ADVICE, via="admin", now=NOW)
        assert sweeps.check_instructions(now=NOW + SECOND) == 0


class TestThePhoneOfSomebodyWhoDied:
    def test_whoever_lives_and_writes_from_it_is_the_patient(self, team: flags.OnCall) -> None:
        Patient.objects.update(status=PatientStatus.DECEASED, status_reason="told by the family")
        make.patient(make.PHONE, given_name="Ana")
        flags.text(LEGS)
        alert = flags.only_alert()
        assert alert.patient is not None
        assert (alert.patient.given_name, alert.shared_phone) == ("Ana", False)

    @pytest.mark.parametrize("status", [PatientStatus.DECEASED, PatientStatus.DISCHARGED, PatientStatus.ON_HOLD])
    def test_with_nobody_else_there_somebody_is_paged_all_the_same(
        self, team: flags.OnCall, status: PatientStatus
    ) -> None:
        Patient.objects.update(status=status, status_reason="told by the family")
        assert flags.text(LEGS).disposition == "alert_raised"
        assert flags.paged(flags.only_alert())[0][0] == team.nurse.name


def test_a_rule_that_cannot_be_read_silences_no_other(team: flags.OnCall) -> None:
    broken = AlertRule.objects.get(code="onj")
    version = broken.versions.get()
    RuleVersion.objects.bulk_create(
        [
            RuleVersion(
                rule=broken,
                number=2,
                fires_on={"triggers": "none"},
                policy=version.policy,
                source="made up",
                written_at=NOW,
                written_by="an older release",
            )
        ]
    )
    AlertRule.objects.filter(pk=broken.pk).update(status=AlertRule.Status.DRAFT, active_version=None)
    assert "onj" not in {rule.code for rule in rulebook.active_rules()}
    assert flags.text(LEGS).disposition == "alert_raised"
    assert Alert.objects.count() == 1
    assert Alarm.objects.filter(key="rule-broken:onj", closed_at=None).exists()
