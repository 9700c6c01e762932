"""Rules in the admin: written as versions, signed by a name, activated by nobody else, kept for ever."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alerts import rulebook
from alerts.models import AlertRule, EscalationPolicy, RuleVersion
from patients.models import Clinic
from tests.support import builders as make
from tests.support.admin_pages import Desk, errors
from tests.support.flag_desk import at_desk, staff
from tests.support.red_flags import sign_everything

pytestmark = pytest.mark.django_db
NAMES = {"name": "Elena Marsh", "office": "Medical Director"}


@pytest.fixture
def rule() -> AlertRule:
    make.clinic(emergency_line="+12025550160")
    sign_everything(now=timezone.now())
    return AlertRule.objects.get(code="mscc_neuro")


@pytest.fixture
def manager(rule: AlertRule) -> Desk:
    return at_desk(staff("miles", "Managers"))


def page(rule: AlertRule, what: str = "change") -> str:
    return f"alerts/alertrule/{rule.pk}/{what}/"


def write(desk: Desk, rule: AlertRule, **changes: Any) -> Any:
    """The edit form sent back with these changes."""
    return desk.edit(page(rule, "edit"), "version_form", **changes)


class TestVersions:
    def test_saving_writes_the_next_version_and_leaves_the_active_one(self, manager: Desk, rule: AlertRule) -> None:
        before = rule.active_version
        assert "Version 2 is written" in manager.told(write(manager, rule, fallback_after="7"))
        rule.refresh_from_db()
        assert rule.active_version == before
        newest = rule.versions.get(number=2)
        assert before is not None
        assert (newest.fallback_after, newest.is_signed, newest.written_by) == (7, False, "miles")
        assert (newest.fires_on, newest.instruction) == (before.fires_on, before.instruction)

    def test_every_version_is_kept_with_what_it_changed(self, manager: Desk, rule: AlertRule) -> None:
        write(manager, rule, instruction_en="Call {line} NOW about your legs.")
        html = manager.see(page(rule))
        assert "<del>This may be an emergency." in html
        assert "legs.</ins>" in html
        assert "This may be an emergency" in manager.see(f"alerts/alertrule/{rule.pk}/version/1/")
        assert manager.client.get(f"/admin/alerts/alertrule/{rule.pk}/version/9/").status_code == 404

    def test_triggers_are_added_changed_and_removed(self, manager: Desk, rule: AlertRule) -> None:
        before = rule.versions.get(number=1).fires_on["triggers"]
        last = len(before)
        changes = {
            "triggers-0-DELETE": "on",
            f"triggers-{last}-tier": "amber",
            f"triggers-{last}-concepts": "legs.weak, legs.numb",
            f"triggers-{last}-at_least": "2",
            f"triggers-{last}-needs": "spine_metastases",
        }
        write(manager, rule, **changes)
        after = rule.versions.get(number=2).fires_on["triggers"]
        assert after[:-1] == before[1:]
        assert after[-1] == {
            "tier": "amber",
            "concepts": ["legs.numb", "legs.weak"],
            "at_least": 2,
            "needs": ["spine_metastases"],
        }

    def test_the_clinics_phrases_are_kept_by_language(self, manager: Desk, rule: AlertRule) -> None:
        write(manager, rule, phrases_en="my stilts buckle\n\n walking on clouds ", phrases_es="piernas de trapo")
        phrases = rule.versions.get(number=2).fires_on["phrases"]
        assert phrases == {"en": ["my stilts buckle", "walking on clouds"], "es": ["piernas de trapo"]}

    def test_a_new_rule_goes_on_to_its_first_version(self, manager: Desk) -> None:
        data = {"code": "own_rule", "condition": "jaw", "position": "50"}
        response = manager.send("alerts/alertrule/add/", **data)
        made = AlertRule.objects.get(code="own_rule")
        assert response["Location"].endswith(f"/{made.pk}/edit/")
        assert "No version yet" in manager.see(page(made))
        assert "own_rule" in manager.see("alerts/alertrule/")


class TestRefusals:
    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("instruction_en", "Call {line} now. " + "x" * 150, "160 at most"),
            ("instruction_es", "", "required"),
            ("instruction_en", "Call {phone} now.", "{phone}"),
            ("instruction_en", "Call {line} now. Reply YES if you can.", "YES"),
            ("fallback_en", "Call 911. Reply STOP to end.", "STOP"),
            ("instruction_es", "Llame a {line} 🚑", "🚑"),
            ("instruction_en", "Call {line now", "brace"),
            ("fallback_after", "0", "greater than or equal to 1"),
            ("fallback_after", "61", "less than or equal to 60"),
            ("policy", "", "required"),
            ("source", "  ", "required"),
        ],
    )
    def test_it_refuses_what_a_text_or_a_clock_must_not_be(
        self, manager: Desk, rule: AlertRule, field: str, value: str, words: str
    ) -> None:
        found = errors(write(manager, rule, **{field: value}))
        assert words in " ".join(found[field]), found
        assert rule.versions.count() == 1

    def test_it_counts_the_longest_line_of_any_clinic(self, manager: Desk, rule: AlertRule) -> None:
        fits = "Call {line} NOW. " + "x" * (160 - len("Call (202) 555-0160 NOW. "))
        assert manager.told(write(manager, rule, instruction_en=fits))
        Clinic.objects.create(name="Far", short_name="Far", emergency_line="+5511912345678")
        assert "160 at most" in " ".join(errors(write(manager, rule, instruction_en=fits))["instruction_en"])

    def test_it_names_a_sign_that_no_text_could_hold(self, manager: Desk, rule: AlertRule) -> None:
        response = write(manager, rule, **{"triggers-0-concepts": "legs.weak, legs.weird"})
        assert "The lexicon knows no sign called legs.weird" in response.content.decode()
        assert rule.versions.count() == 1

    def test_a_rule_that_nothing_fires_is_refused(self, manager: Desk, rule: AlertRule) -> None:
        count = len(rule.versions.get(number=1).fires_on["triggers"])
        gone = {f"triggers-{number}-DELETE": "on" for number in range(count)}
        assert "Nothing would ever fire it" in errors(write(manager, rule, **gone))["__all__"][0]

    def test_red_never_waits_for_opening(self, manager: Desk, rule: AlertRule) -> None:
        slow = EscalationPolicy.objects.filter(waits_for_opening=True).first()
        assert slow is not None
        found = errors(write(manager, rule, policy=str(slow.pk)))
        assert "red and T0 never wait" in found["policy"][0]


class TestSigning:
    def test_an_unsigned_version_cannot_be_activated(self, manager: Desk, rule: AlertRule) -> None:
        write(manager, rule)
        refused = errors(manager.send(page(rule, "activate")))["__all__"][0]
        assert "not signed off" in refused
        rule.refresh_from_db()
        assert rule.active_version is not None
        assert rule.active_version.number == 1

    def test_it_is_signed_by_a_typed_name_and_then_put_in_force(self, manager: Desk, rule: AlertRule) -> None:
        write(manager, rule, fallback_after="9")
        assert "signed off by Elena Marsh" in manager.told(manager.send(page(rule, "sign-off"), number="2", **NAMES))
        version = rule.versions.get(number=2)
        assert (version.signed_off_as, version.signed_off_by and version.signed_off_by.get_username()) == (
            "Elena Marsh, Medical Director",
            "miles",
        )
        assert "in force" in manager.told(manager.send(page(rule, "activate")))
        rule.refresh_from_db()
        assert rule.active_version == version
        assert rulebook.current().versions["mscc_neuro"] == version.pk

    def test_a_signature_needs_name_and_office(self, manager: Desk, rule: AlertRule) -> None:
        write(manager, rule)
        found = errors(manager.send(page(rule, "sign-off"), number="2", name="  ", office=""))
        assert set(found) == {"name", "office"}

    def test_what_was_written_meanwhile_is_not_signed_unread(self, manager: Desk, rule: AlertRule) -> None:
        write(manager, rule)
        write(manager, rule)
        refused = errors(manager.send(page(rule, "sign-off"), number="2", **NAMES))["__all__"][0]
        assert "Version 3 was written meanwhile" in refused
        assert not RuleVersion.objects.filter(rule=rule, number__gt=1, signed_off_at__isnull=False).exists()

    def test_it_is_switched_off_and_fires_no_more(self, manager: Desk, rule: AlertRule) -> None:
        assert "Switched off" in manager.told(manager.send(page(rule, "retire")))
        assert "mscc_neuro" not in rulebook.current().versions

    @pytest.mark.parametrize("group", ["Coordinators", "Nurses"])
    def test_nobody_else_writes_signs_or_switches(self, rule: AlertRule, group: str) -> None:
        desk = at_desk(staff("other", group))
        desk.see(page(rule))
        for what in ("edit", "sign-off", "activate", "retire"):
            assert desk.client.get(f"/admin/{page(rule, what)}").status_code == 403, what
            assert desk.send(page(rule, what), number="1", **NAMES).status_code == 403, what


def test_the_list_costs_the_same_however_many_are_signed(manager: Desk, rule: AlertRule) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            manager.see("alerts/alertrule/")
        return len(queries)

    cost()
    many = cost()
    AlertRule.objects.exclude(pk=rule.pk).update(status=AlertRule.Status.DRAFT, active_version=None)
    assert cost() == many


def test_who_may_write_may_not_for_that_sign(rule: AlertRule) -> None:
    user = staff("writer", "Nurses")
    user.user_permissions.add(Permission.objects.get(codename="change_alertrule"))
    desk = at_desk(user)
    assert "Version 2 is written" in desk.told(write(desk, rule))
    for what in ("sign-off", "activate", "retire"):
        assert desk.send(page(rule, what), number="2", **NAMES).status_code == 403, what
