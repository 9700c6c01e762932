"""Policies in the admin: one that could be too slow cannot be saved; the dry run says who gets what when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from alerts import rulebook
from alerts.domain.policy import Role
from alerts.models import AlertRule, EscalationPolicy, Responder, Rota, Rotation, RotationMember
from tests.support.admin_pages import Desk
from tests.support.flag_desk import at_desk, staff
from tests.support.red_flags import OnCall, on_call, red_policy, sign_everything

pytestmark = pytest.mark.django_db
ADD = "alerts/escalationpolicy/add/"
DRY = "alerts/escalationpolicy/dry-run/"
CLOCKS = {"reach_within": "30", "outcome_within": "60", "receipt_within": "60", "human_within": "15"}


@pytest.fixture
def clinic() -> OnCall:
    made = on_call()
    sign_everything(now=timezone.now())
    return made


@pytest.fixture
def manager(clinic: OnCall) -> Desk:
    return at_desk(staff("miles", "Managers"))


def step(part: str, role: str, channels: list[str], wait: int, **more: Any) -> dict[str, Any]:
    plain = {"part": part, "target": "on_call", "role": role, "channels": channels, "wait_seconds": str(wait)}
    return plain | more


def sent(desk: Desk, *steps: dict[str, Any], **changes: Any) -> Any:
    """A new policy with these steps."""
    data: dict[str, Any] = {"name": "Own", **CLOCKS, **changes}
    data |= {"steps-TOTAL_FORMS": str(len(steps)), "steps-INITIAL_FORMS": "0", "steps-MIN_NUM_FORMS": "0"}
    data |= {"steps-MAX_NUM_FORMS": "1000"}
    for number, one in enumerate(steps):
        data |= {f"steps-{number}-{name}": value for name, value in one.items()}
        data[f"steps-{number}-position"] = str(number + 1)
    return desk.send(ADD, **data)


def refusal(response: Any) -> str:
    """Everything that the page says is wrong."""
    assert response.status_code == 200
    form = response.context["adminform"].form
    formsets = [inline.formset for inline in response.context["inline_admin_formsets"]]
    found = [str(error) for errors in form.errors.values() for error in errors]
    for formset in formsets:
        found += map(str, formset.non_form_errors())
        found += [str(error) for errors in formset.errors for listed in errors.values() for error in listed]
    return " | ".join(found)


class TestSaving:
    def test_a_policy_that_rings_in_time_is_saved(self, manager: Desk) -> None:
        steps = (step("ladder", "nurse", ["sms"], 180), step("ring", "nurse", ["voice"], 300))
        assert "was added" in manager.told(sent(manager, *steps))
        policy = rulebook.frozen(EscalationPolicy.objects.get(name="Own"))
        assert [part.whom for part in (*policy.ladder, *policy.ring)] == ["on-call nurse"] * 2

    def test_one_that_rings_too_late_is_not(self, manager: Desk) -> None:
        steps = (step("ladder", "nurse", ["sms"], 960), step("ring", "nurse", ["voice"], 300))
        assert "16 min only; 15 min are allowed" in refusal(sent(manager, *steps))
        assert not EscalationPolicy.objects.filter(name="Own").exists()
        assert "was added" in manager.told(sent(manager, *steps, human_within="16"))

    def test_a_gap_of_the_rota_counts_as_nobody(self, manager: Desk, clinic: OnCall) -> None:
        """Nobody is planned as backup from a day on: whoever reports five minutes earlier falls into the gap."""
        ends = timezone.now().date() + timedelta(days=14)
        Rotation.objects.filter(rota__role=Role.BACKUP).update(ends_on=ends)
        steps = (
            step("ladder", "nurse", ["sms"], 300),
            step("ladder", "backup", ["voice"], 300),
            step("ring", "charge", ["sms"], 1200),
            step("ring", "manager", ["voice"], 300),
        )
        said = refusal(sent(manager, *steps))
        assert "Too slow" in said
        assert f"{ends:%-d %b %Y}, 07:55" in said
        assert "25 min only" in said
        Rotation.objects.filter(rota__role=Role.BACKUP).update(ends_on=None)
        assert "was added" in manager.told(sent(manager, *steps))

    def test_nobody_at_all_is_refused_in_words(self, manager: Desk, clinic: OnCall) -> None:
        Rota.objects.get(role=Role.NURSE).rotations.all().delete()
        steps = (step("ring", "nurse", ["voice"], 300),)
        assert "no telephone would ring at all" in refusal(sent(manager, *steps))

    def test_every_clinic_is_looked_at_but_for_a_policy_of_one(self, manager: Desk, clinic: OnCall) -> None:
        other = type(clinic.clinic).objects.create(name="Empty Clinic", short_name="Empty")
        steps = (step("ring", "nurse", ["voice"], 300),)
        assert "Empty Clinic" in refusal(sent(manager, *steps))
        assert "was added" in manager.told(sent(manager, *steps, clinic=str(clinic.clinic.pk)))
        assert other.pk

    def test_the_ring_must_not_be_empty(self, manager: Desk) -> None:
        assert "ring" in refusal(sent(manager, step("ladder", "nurse", ["voice"], 300)))

    def test_somebody_must_be_called(self, manager: Desk) -> None:
        assert "No step calls anybody" in refusal(sent(manager, step("ring", "nurse", ["sms", "email"], 300)))

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"role": ""}, "needs a role"),
            ({"channels": []}, "required"),
            ({"channels": ["fax"]}, "fax"),
            ({"wait_seconds": "5"}, "15"),
            ({"target": "person", "role": ""}, "needs the person"),
            ({"target": "line", "role": "", "channels": ["sms"]}, "can only be phoned"),
        ],
    )
    def test_a_step_says_whom_by_what_and_how_long(self, manager: Desk, changes: dict[str, Any], words: str) -> None:
        good = step("ring", "nurse", ["voice"], 300)
        assert words in refusal(sent(manager, good, good | changes))

    def test_red_rules_keep_their_policy_from_waiting(self, manager: Desk) -> None:
        policy = red_policy()
        assert AlertRule.objects.filter(active_version__policy=policy).exists()
        response = manager.edit(
            f"alerts/escalationpolicy/{policy.pk}/change/", "escalationpolicy_form", waits_for_opening="on"
        )
        assert "Red and T0 never wait" in refusal(response)

    def test_a_step_is_taken_out_and_an_empty_ring_is_not_left(self, manager: Desk) -> None:
        policy = red_policy()
        path = f"alerts/escalationpolicy/{policy.pk}/change/"
        count = policy.steps.count()
        assert "was changed" in manager.told(manager.edit(path, "escalationpolicy_form", **{"steps-0-DELETE": "on"}))
        assert policy.steps.count() == count - 1
        ring = [number for number, row in enumerate(policy.steps.order_by("part", "position")) if row.part == "ring"]
        gone = {f"steps-{number}-DELETE": "on" for number in ring}
        assert "ring" in refusal(manager.edit(path, "escalationpolicy_form", **gone))

    def test_the_policies_that_ship_can_be_saved(self, manager: Desk) -> None:
        for policy in EscalationPolicy.objects.all():
            path = f"alerts/escalationpolicy/{policy.pk}/change/"
            assert "was changed" in manager.told(manager.edit(path, "escalationpolicy_form", reach_within="31"))


class TestDryRun:
    def see(self, desk: Desk, clinic: OnCall, day: str, clock: str, **changes: Any) -> str:
        asked = {"policy": red_policy().pk, "clinic": clinic.clinic.pk, "tier": "red", "fallback_after": "10"}
        return desk.see(DRY, **asked | {"on": day, "clock": clock} | changes)

    def test_it_says_who_gets_what_when(self, manager: Desk, clinic: OnCall) -> None:
        html = self.see(manager, clinic, "2026-11-29", "03:10")
        for words in (
            "Sun 29 Nov, 03:10:00",
            "Step 1: on-call nurse by text and e-mail",
            "On-Call Nurse Ortiz (text and e-mail)",
            "Sun 29 Nov, 03:13:00",
            "The patient gets the fallback instruction",
            "The first telephone rings",
            "after 3 min",
        ):
            assert words in html, words

    def test_in_the_night_in_which_clocks_go_forward_waits_are_real(self, manager: Desk, clinic: OnCall) -> None:
        html = self.see(manager, clinic, "2027-03-14", "01:58")
        assert "Clocks go forward" in html
        assert "Sun 14 Mar, 01:58:00 EST" in html
        assert "Sun 14 Mar, 03:01:00 EDT" in html  # three minutes later
        assert "02:0" not in html

    def test_an_hour_that_no_clock_shows_is_told(self, manager: Desk, clinic: OnCall) -> None:
        assert "No clock shows 02:30 that night" in self.see(manager, clinic, "2027-03-14", "02:30")
        assert "No clock shows" not in self.see(manager, clinic, "2027-03-14", "03:30")

    def test_in_the_night_in_which_clocks_go_back_the_hour_is_told_apart(self, manager: Desk, clinic: OnCall) -> None:
        html = self.see(manager, clinic, "2026-11-01", "01:58")
        assert "Clocks go back" in html
        assert "01:58:00 EDT" in html
        assert "01:01:00 EST" in html

    def test_a_handover_in_the_midst_of_it_changes_who_is_paged(self, manager: Desk, clinic: OnCall) -> None:
        second = Responder.objects.create(
            clinic=clinic.clinic, name="Day Nurse", phone="+12025550199", phone_verified_at=timezone.now()
        )
        rota = Rota.objects.get(role=Role.NURSE)
        rotation = rota.rotations.get()
        Rotation.objects.filter(pk=rotation.pk).update(turn_unit="days", starts_on=date(2026, 11, 2))
        RotationMember.objects.create(rotation=rotation, responder=second, position=2)
        days = [self.see(manager, clinic, f"2026-11-{day}", "07:58") for day in (28, 29)]
        for html in days:
            assert "On-Call Nurse Ortiz" in html
            assert "Day Nurse" in html

    def test_a_step_with_nobody_is_said_to_be_skipped(self, manager: Desk, clinic: OnCall) -> None:
        Rota.objects.get(role=Role.BACKUP).rotations.all().delete()
        html = self.see(manager, clinic, "2026-11-29", "03:10")
        assert "nobody: skipped at once" in html

    def test_amber_waits_for_opening(self, manager: Desk, clinic: OnCall) -> None:
        amber = EscalationPolicy.objects.filter(waits_for_opening=True).first()
        assert amber is not None
        html = self.see(manager, clinic, "2026-11-29", "03:10", policy=amber.pk, tier="amber")
        assert "Sun 29 Nov, 08:00:00" in html
        assert "fallback instruction" not in html.split("dry-rows")[1]

    def test_it_opens_with_nothing_to_play(self, manager: Desk) -> None:
        assert "Play it" in manager.see(DRY)
        assert "Play it" in manager.see(DRY, policy="x", clinic="999", on="never", clock="25:00")

    def test_a_coordinator_may_look(self, clinic: OnCall) -> None:
        desk = at_desk(staff("cora", "Coordinators"))
        self.see(desk, clinic, "2026-11-29", "03:10")
        assert desk.client.get(f"/admin/{ADD}").status_code == 403
