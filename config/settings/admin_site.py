"""How the admin looks and is entered: the sidebar by a coordinator's day, the tabs of the visits list, the colours."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse


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
    title: str, icon: str, label: str, *, query: str = "", badge: str = "", view: str = "changelist"
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


def _tab(title: str, when: str) -> dict[str, Any]:
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
        "title": "Today",
        "items": [
            page("Red flags", "emergency", "alerts.alert", badge=_OPEN_FLAGS),
            page("Inbox", "forum", "inbox.thread", badge=_WAITING),
            page("Nurse’s inbox", "mark_email_unread", "alerts.nursereview", query="?state=open", badge=_OPEN_TEXTS),
            page("Tasks", "assignment_late", "patients.coordinatortask", query="?state=open", badge=_OPEN_TASKS),
            page("Visits", "event", "reminders.visit", query="?when=today"),
        ],
    },
    {
        "title": "Patients",
        "separator": True,
        "items": [
            page("Patients", "personal_injury", "patients.patient"),
            page("Schedules", "event_repeat", "reminders.schedule"),
            page("Bulk work", "checklist", "desk.job"),
        ],
    },
    {
        "title": "Messages",
        "separator": True,
        "items": [
            page("Planned reminders", "schedule_send", "reminders.plannedreminder"),
            page("Queue", "pending", "messaging.message", view="queue"),
            page("Outbox", "outbox", "messaging.message"),
            page("Inbound texts", "inbox", "messaging.inboundmessage"),
            page("Consent", "verified_user", "messaging.consentevent"),
            page("Suppression list", "do_not_disturb_on", "messaging.consentevent", view="suppressed"),
            page("Held messages", "front_hand", "messaging.message", view="held", badge=_HELD),
            page("Addresses that do not work", "phone_disabled", "messaging.addressfault"),
            page("Reactions to codes", "rule_settings", "messaging.codereaction"),
            page("Senders", "cell_tower", "messaging.sender"),
            page("Pause", "pause_circle", "messaging.sendingpause"),
        ],
    },
    {
        "title": "Catalogue and ladder",
        "separator": True,
        "items": [
            page("Treatments", "medication", "reminders.treatment"),
            page("Reminder rules", "stairs", "reminders.reminderrule"),
            page("Wordings", "edit_note", "messaging.wordingversion"),
        ],
    },
    {
        "title": "Red flags",
        "separator": True,
        "items": [
            page("On-call rota", "calendar_month", "alerts.rota"),
            page("Responders", "contact_emergency", "alerts.responder"),
            page("Alert rules", "rule", "alerts.alertrule"),
            page("Try a text", "science", "alerts.alertrule", view="try"),
            page("Escalation policies", "escalator_warning", "alerts.escalationpolicy"),
            page("Dry run", "play_circle", "alerts.escalationpolicy", view="dry_run"),
            page("Warnings to patients", "campaign", "alerts.warningrule"),
            page("Alarms", "notification_important", "alerts.alarm"),
            page("Ledger", "account_balance", "alerts.alarm", view="ledger"),
        ],
    },
    {
        "title": "People",
        "separator": True,
        "items": [
            page("Clinics", "local_hospital", "patients.clinic"),
            page("Staff", "badge", "auth.user"),
            page("Groups", "group", "auth.group"),
        ],
    },
]


def _styles(request: HttpRequest) -> str:
    return static("bonewatch/admin.css")


def _styles_of_red_flags(request: HttpRequest) -> str:
    return static("bonewatch/red-flags.css")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Bonewatch",
    "SITE_HEADER": "Bonewatch",
    "SITE_SUBHEADER": "Reminders and red flags",
    "SITE_SYMBOL": "notifications_active",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "SHOW_LANGUAGES": True,
    "STYLES": [_styles, _styles_of_red_flags],
    "DASHBOARD_CALLBACK": "reminders.admin.dashboard.today",
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
                _tab("All visits", ""),
                _tab("Today", "today"),
                _tab("Next 7 days", "week"),
                _tab("Unconfirmed", "unconfirmed"),
                _tab("Asked to move", "move"),
                _tab("Overdue", "overdue"),
                _tab("Dose not recorded", "unrecorded"),
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
#: Which messages, texts and addresses a member of staff may see: a module, see messaging/scope.py.
ADDRESS_SCOPE = "inbox.address_scope"
#: What is said beside each contact of a patient: `(contacts, now) -> {contact id: text}`.
CONTACT_NOTES = "reminders.contact_notes.notes"
#: Which contacts do not work: `(contacts, now) -> {contact id: why}`.
CONTACT_FAULTS = "reminders.contact_notes.broken"
