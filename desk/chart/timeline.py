"""The page of the timeline: around now, and on from there in both directions, whole or as a part for htmx."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.chart.frame import chart, shown, two_clocks
from desk.domain.timeline import Entry, Kind, Place, Stretch
from desk.timeline import read
from patients.models import Patient

#: Of what is to come, so much is shown at first.
COMING = 10
#: Each kind: what it is called, its sign, and the right without which it is not shown.
KINDS: dict[Kind, tuple[str | Promise, str, str]] = {
    Kind.VISIT: (_("Visits"), "event", "reminders.view_visit"),
    Kind.MESSAGE: (_("Messages"), "send", "messaging.view_message"),
    Kind.REPLY: (_("Replies"), "forum", "messaging.view_inboundmessage"),
    Kind.ALERT: (_("Red flags"), "emergency", "alerts.view_alert"),
    Kind.TASK: (_("Tasks"), "assignment_late", "patients.view_coordinatortask"),
    Kind.CONSENT: (_("Consent"), "verified_user", "messaging.view_consentevent"),
    Kind.CARE: (_("Care"), "medication", "patients.view_careevent"),
    Kind.HOLD: (_("Holds"), "pause_circle", "patients.view_patient"),
}


@chart("timeline")
def timeline(request: HttpRequest, patient: Patient, now: datetime) -> HttpResponse:
    """Past and coming, newest first; `before` and `after` name the place to go on from."""
    allowed = [kind for kind, (_title, _icon, right) in KINDS.items() if request.user.has_perm(right)]
    chosen = [kind for kind in allowed if kind in request.GET.getlist("kind")]
    subject = read.subject_of(patient, now=now)
    kinds = chosen or allowed
    before, after = Place.read(request.GET.get("before", "")), Place.read(request.GET.get("after", ""))
    context: dict[str, Any] = {"chosen": chosen}
    if before:
        context |= _past(read.earlier(subject, before, kinds=kinds), subject.patient, chosen)
        context["newer"] = _query(chosen, after=context["past"][0]["entry"].place) if context["past"] else ""
    elif after:
        context |= _coming(read.later(subject, after, kinds=kinds), subject.patient, chosen)
    else:
        present = Place(now)
        context |= _coming(read.later(subject, present, kinds=kinds, most=COMING), subject.patient, chosen)
        context |= _past(read.earlier(subject, present, kinds=kinds), subject.patient, chosen)
        context["now"] = two_clocks(now, patient)
    if "part" in request.GET and (before or after):
        return TemplateResponse(request, "admin/patients/chart_entries.html", context)
    context["chips"] = _chips(allowed, chosen)
    return shown(request, patient, "timeline", str(patient), context)


def _past(stretch: Stretch, patient: Patient, chosen: Sequence[Kind]) -> dict[str, Any]:
    rows = _rows(stretch.entries, patient)
    more = _query(chosen, before=stretch.entries[-1].place) if stretch.more else ""
    return {"past": rows, "earlier": more}


def _coming(stretch: Stretch, patient: Patient, chosen: Sequence[Kind]) -> dict[str, Any]:
    more = _query(chosen, after=stretch.entries[0].place) if stretch.more else ""
    return {"coming": _rows(stretch.entries, patient), "later": more}


def _rows(entries: Sequence[Entry], patient: Patient) -> list[dict[str, Any]]:
    rows = []
    for entry in entries:
        title, icon, _right = KINDS[entry.kind]
        when, clinic_when = two_clocks(entry.place.at, patient)
        rows.append({"entry": entry, "kind": title, "icon": icon, "when": when, "clinic_when": clinic_when})
    return rows


def _chips(allowed: Sequence[Kind], chosen: Collection[Kind]) -> list[dict[str, Any]]:
    """A chip for each kind: pressed, it is chosen beside the others, or no more."""
    return [
        {
            "title": KINDS[kind][0],
            "icon": KINDS[kind][1],
            "on": kind in chosen,
            "href": _query([one for one in allowed if (one in chosen) != (one is kind)]),
        }
        for kind in allowed
    ]


def _query(chosen: Sequence[Kind], **places: Place) -> str:
    return "?" + urlencode([("kind", kind.value) for kind in chosen] + [(k, str(v)) for k, v in places.items()])
