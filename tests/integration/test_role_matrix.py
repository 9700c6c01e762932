"""Role x screen: what each of the five may open, from the table of rights, against what every page really answers."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client

from alerts.models import AlertRule, EscalationPolicy
from messaging.models import WordingVersion
from staff.domain.roles import RIGHTS, SIGN_RULE, SIGN_TREATMENT, Role
from tests.integration.test_scope_walk import NO_SUCH_ROW, filled, model_of, pages
from tests.support.other_clinic import fill

pytestmark = pytest.mark.django_db

ANYBODY, NOBODY = "", "nobody"
#: Rows that nobody makes by hand: what patients write, what was sent, what follows from rules.
MADE_BY_THE_PRODUCT = {
    *("patients_coordinatortask", "messaging_message", "messaging_inboundmessage", "messaging_consentevent"),
    *("messaging_addressfault", "messaging_wordingversion", "reminders_plannedreminder", "reminders_visit"),
    *("alerts_alarm", "alerts_alert", "alerts_nursereview", "alerts_override", "alerts_plannedwarning"),
    *("inbox_thread", "staff_trace", "patients_patientlink"),
}
#: Rows that stay: switched off, ended or withdrawn instead.
NEVER_DELETED = {"auth_user", "desk_job"}
#: Screens of their own → the right that opens them.
SCREENS: dict[str, str] = {
    **dict.fromkeys(
        ("index", "search", "recovery_codes", "password_change", "password_change_done", "admin/search/"), ANYBODY
    ),
    # Answers nothing without a field that the person may fill in.
    **dict.fromkeys(("autocomplete", "admin/autocomplete/"), NOBODY),
    "second_factor_reset": "auth.change_user",
    "auth_user_password_change": "auth.change_user",
    **{f"calendar{shape}": "reminders.view_visit" for shape in ("", "_month", "_week", "_day", "_print")},
    "calendar_move": "reminders.change_visit",
    "patients_coordinatortask_done": "patients.change_coordinatortask",
    **dict.fromkeys(("messaging_message_queue", "messaging_message_held"), "messaging.view_message"),
    "messaging_consentevent_suppressed": "messaging.view_consentevent",
    "messaging_addressfault_try_again": "messaging.change_addressfault",
    "messaging_sendingpause_resume": "messaging.change_sendingpause",
    "messaging_wordingversion_of": "messaging.view_wordingversion",
    **{
        f"reminders_visit_{act}": "reminders.change_visit"
        for act in ("dose", "confirm", "move", "miss", "cancel", "undo")
    },
    "reminders_contact_consent": "messaging.add_consentevent",
    "reminders_contact_try_again": "patients.change_contactpoint",
    **{f"reminders_schedule_{act}": "reminders.change_schedule" for act in ("hold", "resume", "cancel")},
    "reminders_schedule_preview": "reminders.add_schedule",
    "reminders_schedule_preview_of": "reminders.change_schedule",
    "reminders_treatment_sign_off": SIGN_TREATMENT,
    "alerts_alarm_ledger": "alerts.view_alarm",
    "alerts_alert_all": "alerts.view_alert",
    **{f"alerts_alert_{act}": "alerts.change_alert" for act in ("take", "hand_back", "spoke", "not_reached", "record")},
    "alerts_escalationpolicy_dry_run": "alerts.view_escalationpolicy",
    **{f"alerts_responder_{act}": "alerts.change_responder" for act in ("verify", "renew_feed")},
    **{f"alerts_nursereview_{act}": "alerts.change_nursereview" for act in ("done", "raise_alert")},
    **{f"alerts_rota_{act}": "alerts.change_rota" for act in ("cover", "swap")},
    **{f"alerts_override_{act}": "alerts.change_override" for act in ("withdraw", "seen")},
    "alerts_alertrule_version": "alerts.view_alertrule",
    "alerts_alertrule_try": "alerts.view_alertrule",
    "alerts_alertrule_edit": "alerts.change_alertrule",
    **{f"alerts_alertrule_{act}": SIGN_RULE for act in ("sign_off", "activate", "retire")},
    "alerts_warningrule_words": "alerts.change_warningrule",
    **dict.fromkeys(("portal_link_send", "portal_link_revoke", "portal_link_revoke_all"), "patients.change_patient"),
    "desk_job_ask": "desk.add_job",
    **{f"desk_job_{page}": "desk.view_job" for page in ("progress", "report")},
}
#: Deeds that a page asks for by POST, and pages of rows that the test has none of: held by tests of their own.
BY_POST = {
    *(f"messaging_wordingversion_{act}" for act in ("begin", "findings", "write", "load", "do", "files", "preview")),
    *("messaging_codereaction_default", "messaging_sender_try_again", "desk_job_start", "desk_job_now"),
    *("desk_job_call_off", "staff_trace_change", "desk_job_add"),
}
VERBS = {
    "changelist": "view",
    "history": "view",
    "change": "view",
    "add": "add",
    "delete": "delete",
    "put_back": "change",
}


def right_of(name: str, model: type[Model] | None) -> str | None:
    """The right that opens a screen; None where nobody has said."""
    if name in SCREENS:
        return SCREENS[name]
    stem, _, page = name.rpartition("_") if not name.endswith("put_back") else (name[:-9], "", "put_back")
    if model is None or page not in VERBS:
        return None
    if (page == "add" and stem in MADE_BY_THE_PRODUCT) or (page == "delete" and stem in NEVER_DELETED):
        return NOBODY
    return f"{model._meta.app_label}.{VERBS[page]}_{model._meta.model_name}"


def row_for(model: type[Model] | None) -> Any:
    """A row of the clinic that everybody here belongs to."""
    if model is None:
        return NO_SUCH_ROW
    rows = model._default_manager.all()
    rows = rows.filter(clinic__isnull=False) if model is EscalationPolicy else rows
    row = rows.order_by("pk").first()
    return row.pk if row else NO_SUCH_ROW


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_what_the_table_gives_it_and_nothing_else(client: Client, role: Role) -> None:
    fill()
    assert AlertRule.objects.exists()
    assert not WordingVersion.objects.filter(pk=NO_SUCH_ROW).exists()
    user: Any = get_user_model().objects.create_user("somebody", password="pw", is_staff=True)
    user.groups.set([Group.objects.get(name=role.value)])
    client.force_login(user)
    has = RIGHTS[role].codes() | {ANYBODY}
    wrong, looked = [], 0
    for route, name in pages():
        model = model_of(route, name)
        if name in BY_POST or "<path:object_id>/" in route[-18:]:
            continue
        right = right_of(name or route, model)
        assert right is not None, f"{name or route}: which right opens it? Say so in SCREENS"
        status = client.get(filled(route, row_for(model))).status_code
        looked += 1
        # Whoever may change may look. Some rows stay for everybody: see has_delete_permission of their pages.
        granted = right in has or right.replace(".view_", ".change_") in has
        if (status == 403 and granted and not name.endswith("_delete")) or (
            status not in (403, 404, 405) and not granted
        ):
            wrong.append((name or route, right, status))
    assert not wrong, wrong
    assert looked > 180


def test_every_role_is_a_group_with_exactly_its_rights() -> None:
    for role, rights in RIGHTS.items():
        codes = Group.objects.get(name=role.value).permissions.values_list("content_type__app_label", "codename")
        assert {f"{app}.{code}" for app, code in codes} == rights.codes()


def test_an_auditor_changes_nothing(client: Client) -> None:
    verbs = {code.partition(".")[2].partition("_")[0] for code in RIGHTS[Role.AUDITOR].codes()}
    assert verbs == {"view", "export"}
