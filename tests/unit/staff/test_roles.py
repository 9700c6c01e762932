"""The table of rights: least rights, and what no role may do."""

from __future__ import annotations

import pytest

from staff.domain.roles import ADD, CHANGE, DELETE, RIGHTS, VIEW, Role

#: What happened, what was said, and what has a way of its own to end: nobody deletes it.
KEPT = ("patients.patient", "reminders.visit", "messaging.message", "messaging.consentevent", "alerts.alert")


@pytest.mark.parametrize("role", Role)
def test_whoever_may_do_something_to_rows_may_see_them(role: Role) -> None:
    assert all(VIEW in verbs for verbs in RIGHTS[role].models.values())


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("model", KEPT)
def test_what_happened_is_nobodys_to_delete(role: Role, model: str) -> None:
    assert not RIGHTS[role].may(DELETE, model)


def test_an_auditor_only_looks() -> None:
    assert {verb for verbs in RIGHTS[Role.AUDITOR].models.values() for verb in verbs} == {VIEW}
    assert RIGHTS[Role.AUDITOR].special == {"staff.export_rows"}


def test_a_physician_signs_what_is_clinical_and_changes_no_schedule() -> None:
    rights = RIGHTS[Role.PHYSICIAN]
    assert {"messaging.sign_wording", "alerts.sign_off_rule", "staff.sign_treatment"} <= rights.special
    assert not any(rights.may(verb, "reminders.schedule") for verb in (ADD, CHANGE, DELETE))
    assert rights.may(CHANGE, "alerts.alert")


def test_only_managers_keep_staff_and_nobody_keeps_groups_or_rights() -> None:
    keepers = [role for role in Role if RIGHTS[role].may(CHANGE, "auth.user")]
    assert keepers == [Role.MANAGER]
    assert not any(RIGHTS[role].may(verb, model) for role in Role for verb in (ADD, CHANGE, DELETE)
                   for model in ("auth.group", "auth.permission", "staff.membership"))  # fmt: skip


def test_who_signs_is_a_physician_or_a_manager() -> None:
    for right in ("messaging.sign_wording", "alerts.sign_off_rule", "staff.sign_treatment"):
        assert [role for role in Role if right in RIGHTS[role].special] == [Role.PHYSICIAN, Role.MANAGER]
