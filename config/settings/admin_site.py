"""How the admin looks and is entered: the sidebar by a coordinator's day, the tabs of the visits list, the colours."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


def _address(view: str, query: str, request: HttpRequest) -> str:
    try:
        return reverse(f"admin:{view}") + query
    except NoReverseMatch:
        return ""


def _may_view(app: str, model: str, request: HttpRequest) -> bool:
    """Whether there is such a page and this person may open it."""
    return bool(request.user.has_perm(f"{app}.view_{model}")) and bool(
        _address(f"{app}_{model}_changelist", "", request)
    )


#: Pages of their own that lie beneath a list in the address but not in the sidebar.
_APART = (
    *("alerts_alertrule_try", "alerts_escalationpolicy_dry_run", "alerts_alarm_ledger"),
    *("messaging_message_held", "messaging_message_queue", "messaging_consentevent_suppressed"),
)


def _is_open(app: str, model: str, view: str, request: HttpRequest) -> bool:
    """Whether the entry is the page being looked at."""
    apart = {_address(name, "", request) for name in _APART}
    if request.path in apart:
        return request.path == _address(f"{app}_{model}_{view}", "", request)
    start = _address(f"{app}_{model}_{view}", "", request)
    return bool(start) and request.path.startswith(start)


def page(
    title: StrOrPromise, icon: str, label: str, *, query: str = "", badge: str = "", view: str = "changelist"
) -> dict[str, Any]:
    """A sidebar entry for the list of `label` ("app.model") or another `view` of it, for those who may view it."""
    app, model = label.split(".")
    entry: dict[str, Any] = {
        "title": title,
        "icon": icon,
        "link": partial(_address, f"{app}_{model}_{view}", query),
        "permission": partial(_may_view, app, model),
        "active": partial(_is_open, app, model, view),
    }
    return entry | ({"badge": badge, "badge_variant": "danger"} if badge else {})


def calendar() -> dict[str, Any]:
    """The sidebar's entry for the calendar, which is no list of a model."""

    def link(request: HttpRequest) -> str:
        return reverse("desk:calendar_week")

    def may_view(request: HttpRequest) -> bool:
        return bool(request.user.has_perm("reminders.view_visit"))

    def is_open(request: HttpRequest) -> bool:
        return request.path.startswith(reverse("desk:calendar"))

    return {
        "title": _("Calendar"),
        "icon": "calendar_view_week",
        "link": link,
        "permission": may_view,
        "active": is_open,
    }


def _tab(title: StrOrPromise, when: str) -> dict[str, Any]:
    def active(request: HttpRequest) -> bool:
        return request.GET.get("when", "") == when

    link: Callable[[HttpRequest], str] = partial(
        _address, "reminders_visit_changelist", f"?when={when}" if when else ""
    )
    return {"title": title, "link": link, "active": active}


_OPEN_TASKS = "patients.admin.badges.open_tasks"
_OPEN_FLAGS = "alerts.admin.badges.open_red_flags"
_OPEN_TEXTS = "alerts.admin.badges.open_texts"
_WAITING = "inbox.admin.badges.waiting"
_HELD = "messaging.admin.held.held_count"

NAVIGATION: list[dict[str, Any]] = [
    {
        "title": _("Today"),
        "items": [
            page(_("Red flags"), "emergency", "alerts.alert", badge=_OPEN_FLAGS),
            page(_("Inbox"), "forum", "inbox.thread", badge=_WAITING),
            page(_("Nurse’s inbox"), "mark_email_unread", "alerts.nursereview", query="?state=open", badge=_OPEN_TEXTS),
            page(_("Tasks"), "assignment_late", "patients.coordinatortask", query="?state=open", badge=_OPEN_TASKS),
            page(_("Visits"), "event", "reminders.visit", query="?when=today"),
            calendar(),
        ],
    },
    {
        "title": _("Patients"),
        "separator": True,
        "items": [
            page(_("Patients"), "personal_injury", "patients.patient"),
            page(_("Schedules"), "event_repeat", "reminders.schedule"),
            page(_("Bulk work"), "checklist", "desk.job"),
        ],
    },
    {
        "title": _("Messages"),
        "separator": True,
        "items": [
            page(_("Planned reminders"), "schedule_send", "reminders.plannedreminder"),
            page(_("Queue"), "pending", "messaging.message", view="queue"),
            page(_("Outbox"), "outbox", "messaging.message"),
            page(_("Inbound texts"), "inbox", "messaging.inboundmessage"),
            page(_("Consent"), "verified_user", "messaging.consentevent"),
            page(_("Suppression list"), "do_not_disturb_on", "messaging.consentevent", view="suppressed"),
            page(_("Held messages"), "front_hand", "messaging.message", view="held", badge=_HELD),
            page(_("Addresses that do not work"), "phone_disabled", "messaging.addressfault"),
            page(_("Reactions to codes"), "rule_settings", "messaging.codereaction"),
            page(_("Senders"), "cell_tower", "messaging.sender"),
            page(_("Pause"), "pause_circle", "messaging.sendingpause"),
        ],
    },
    {
        "title": _("Catalogue and ladder"),
        "separator": True,
        "items": [
            page(_("Treatments"), "medication", "reminders.treatment"),
            page(_("Reminder rules"), "stairs", "reminders.reminderrule"),
            page(_("Wordings"), "edit_note", "messaging.wordingversion"),
        ],
    },
    {
        "title": _("Red flags"),
        "separator": True,
        "items": [
            page(_("On-call rota"), "calendar_month", "alerts.rota"),
            page(_("Responders"), "contact_emergency", "alerts.responder"),
            page(_("Alert rules"), "rule", "alerts.alertrule"),
            page(_("Try a text"), "science", "alerts.alertrule", view="try"),
            page(_("Escalation policies"), "escalator_warning", "alerts.escalationpolicy"),
            page(_("Dry run"), "play_circle", "alerts.escalationpolicy", view="dry_run"),
            page(_("Warnings to patients"), "campaign", "alerts.warningrule"),
            page(_("Alarms"), "notification_important", "alerts.alarm"),
            page(_("Ledger"), "account_balance", "alerts.alarm", view="ledger"),
        ],
    },
    {
        "title": _("People"),
        "separator": True,
        "items": [
            page(_("Clinics"), "local_hospital", "patients.clinic"),
            page(_("Staff"), "badge", "auth.user"),
            page(_("Groups"), "group", "auth.group"),
            page(_("Audit"), "history", "staff.trace"),
        ],
    },
]


def _styles(request: HttpRequest) -> str:
    return static("bonewatch/admin.css")


def _styles_of_red_flags(request: HttpRequest) -> str:
    return static("bonewatch/red-flags.css")


def _file(path: str, request: HttpRequest) -> str:
    """A static file, by the name that it has once files are collected."""
    return static(path)


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Bonewatch",
    "SITE_HEADER": "Bonewatch",
    "SITE_SUBHEADER": _("Reminders and red flags"),
    "SITE_SYMBOL": "notifications_active",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "SHOW_LANGUAGES": True,
    "STYLES": [_styles, _styles_of_red_flags, partial(_file, "bonewatch/doors.css")],
    "SCRIPTS": [partial(_file, "bonewatch/session.js"), partial(_file, "bonewatch/search.js")],
    "DASHBOARD_CALLBACK": "desk.home.page.home",
    "BORDER_RADIUS": "6px",
    "COLORS": {
        # A calm teal; every pair of text and ground keeps a contrast of at least 4.5 : 1.
        "primary": {
            "50": "oklch(97.9% .016 192)",
            "100": "oklch(94.8% .038 191)",
            "200": "oklch(90% .068 190)",
            "300": "oklch(83% .096 189)",
            "400": "oklch(74% .11 188)",
            "500": "oklch(62% .104 189)",
            "600": "oklch(50.5% .088 192)",
            "700": "oklch(44% .075 193)",
            "800": "oklch(38% .062 194)",
            "900": "oklch(33% .05 195)",
            "950": "oklch(24% .04 196)",
        },
    },
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": NAVIGATION},
    "TABS": [
        {
            "models": ["reminders.visit"],
            "items": [
                _tab(_("All visits"), ""),
                _tab(_("Today"), "today"),
                _tab(_("Next 7 days"), "week"),
                _tab(_("Unconfirmed"), "unconfirmed"),
                _tab(_("Asked to move"), "move"),
                _tab(_("Overdue"), "overdue"),
                _tab(_("Dose not recorded"), "unrecorded"),
            ],
        },
    ],
}

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

#: What other rooms put on a patient's page, in order: `(patient, now) -> Panel | None`.
PATIENT_PAGE_PANELS = [
    "patients.admin.task_panel.open_tasks",
    "alerts.patient_page.red_flags",
    "reminders.patient_page.schedules",
    "reminders.patient_page.coming_messages",
    "alerts.patient_page.warnings",
    "reminders.patient_page.sent_messages",
    "reminders.patient_page.received_texts",
    "portal.staff.page_links",
]
#: Names of those whose messages stand in the outbox's lanes, by the id that the lanes carry: `() -> {id: name}`.
LANE_OWNERS = "patients.owners.names"
#: Whose patients the addresses of the suppression list are: `(addresses) -> {address: [(name, page)]}`.
ADDRESS_OWNERS = "patients.owners.of_addresses"
#: What became of a text, in words: `(code) -> words`; and the choices of the list's filter: `() -> [(codes, words)]`.
TEXT_ENDINGS = "inbox.domain.words.in_words"
TEXT_ENDING_CHOICES = "inbox.domain.words.choices"
#: Which messages, texts and addresses a member of staff may see: a module, see messaging/scope.py.
ADDRESS_SCOPE = "inbox.address_scope"
#: What is said beside each contact of a patient: `(contacts, now) -> {contact id: text}`.
CONTACT_NOTES = "reminders.contact_notes.notes"
#: Which contacts do not work: `(contacts, now) -> {contact id: why}`.
CONTACT_FAULTS = "reminders.contact_notes.broken"
