"""The page between the wish to move a visit and the moving: what follows from it, or why it cannot be."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold import widgets

from desk.calendar import moving
from desk.calendar.moving import Outlook
from patients.admin.acts import add_refusal
from patients.admin.clock import city, clock
from reminders import holidays
from reminders.domain.words import CHANNEL_WORDS, STANDING
from reminders.models import Visit
from staff import looks
from staff.scope import within


class MoveForm(forms.Form):
    """The new day and time, by the patient's clock."""

    on = forms.DateField(label=gettext_lazy("Day"), widget=widgets.UnfoldAdminSingleDateWidget())
    clock = forms.TimeField(label=gettext_lazy("Time"), widget=widgets.UnfoldAdminSingleTimeWidget(format="%H:%M"))
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        where = city(visit.schedule.patient.zone)
        self.fields["clock"].help_text = _("By the patient’s clock (%(city)s).") % {"city": where}

    def clean_seen(self) -> datetime:
        """The instant at which the person saw the visit stand."""
        seen = parse_datetime(self.cleaned_data["seen"])
        if seen is None:
            raise forms.ValidationError(_("The page was not sent whole; look again."))
        return seen


def move_view(request: HttpRequest, visit_id: int) -> HttpResponse:
    """Asked for by a link (from a drop, or a button): what would follow. Posted with `apply`: it is done."""
    visit = _visit(request, visit_id)
    back = _back(request)
    now = timezone.now()
    posted = request.method == "POST"
    form = MoveForm(request.POST, visit=visit) if posted else MoveForm(visit=visit, data=_from_link(request, visit))
    outlook = None
    if form.is_valid():
        on, at = form.cleaned_data["on"], form.cleaned_data["clock"]
        try:
            if posted and "apply" in request.POST:
                was = visit.at
                moving.move(visit, on=on, clock=at, seen=form.cleaned_data["seen"], now=now)
                return _done(request, visit, was, back)
            if (on, at) != (visit.on, visit.clock):
                outlook = moving.rehearse(visit, on=on, clock=at, now=now)
        except moving.MovedMeanwhile:
            visit = _visit(request, visit_id)
            _tell_moved(form, visit)
        except ValidationError as error:
            visit = _visit(request, visit_id)
            add_refusal(form, error)
    context = {
        **admin.site.each_context(request),
        "title": _("Move a visit"),
        "visit": visit,
        "patient": visit.schedule.patient,
        "stands": clock(visit.at, visit.schedule.patient.zone),
        "form": form,
        "media": forms.Media(js=["admin/js/core.js"]) + form.media,
        "seen": visit.at.isoformat(),
        "back": back,
        **_outlook(visit, outlook),
    }
    return TemplateResponse(request, "admin/desk/calendar_move.html", context)


def _visit(request: HttpRequest, visit_id: int) -> Visit:
    """The visit, if it is this person's to move."""
    rows = Visit.objects.select_related("schedule__patient__clinic", "schedule__treatment")
    visit = within(rows, request.user, "schedule__patient__clinic").filter(pk=visit_id).first()
    if visit is None:
        raise Http404(_("There is no such visit, or it belongs to another clinic."))
    if not request.user.has_perm("reminders.change_visit"):
        raise PermissionDenied
    looks.note(request, visit.schedule.patient, page="visit")
    return visit


def _from_link(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    """The day that a drop named, at the visit's own time; odd values count as where it stands."""
    try:
        on = parse_date(request.GET.get("to", "")) or visit.on
    except ValueError:
        on = visit.on
    at = request.GET.get("at", "")
    clock_time = time(int(at[:2]), int(at[2:])) if at.isdigit() and len(at) == 4 and at < "2360" else visit.clock
    return {"on": on.isoformat(), "clock": f"{clock_time:%H:%M}", "seen": visit.at.isoformat()}


def _tell_moved(form: MoveForm, visit: Visit) -> None:
    where = clock(visit.at, visit.schedule.patient.zone)
    form.add_error(None, _("Somebody has moved it meanwhile: it stands on %(when)s now.") % {"when": where})


def _done(request: HttpRequest, visit: Visit, was: datetime, back: str) -> HttpResponse:
    fresh = Visit.objects.select_related("schedule__patient").get(pk=visit.pk)
    zone = fresh.schedule.patient.zone
    old = was.astimezone(zone)
    undo = reverse("desk:calendar_move", args=[visit.pk])
    query = urlencode({"to": old.date().isoformat(), "at": f"{old:%H%M}", "next": back})
    words = _("Moved to %(when)s.") % {"when": clock(fresh.at, zone)}
    messages.success(request, format_html('{} <a href="{}?{}">{}</a>', words, undo, query, _("Put it back")))
    return HttpResponseRedirect(back)


def _outlook(visit: Visit, outlook: Outlook | None) -> dict[str, Any]:
    if outlook is None:
        return {"outlook": None}
    patient = visit.schedule.patient
    on: date = outlook.at.astimezone(patient.zone).date()
    lines = [
        (
            line.rule,
            _(CHANNEL_WORDS.get(line.channel, line.channel)),
            clock(line.was, patient.zone) if line.was else "",
            clock(line.becomes, patient.zone) if line.becomes else "",
        )
        for line in outlook.lines
    ]
    return {
        "outlook": outlook,
        "becomes": clock(outlook.at, patient.zone),
        "lines": lines,
        "others": [(number, clock(was, patient.zone), clock(now, patient.zone)) for number, was, now in outlook.others],
        "holiday": holidays.named(patient.clinic, on, on).get(on, ""),
        "weekend": date_format(on, "l") if on.weekday() > 4 else "",
        "told": visit.status in STANDING,
    }


def _back(request: HttpRequest) -> str:
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if asked and url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}):
        return asked
    return reverse("desk:calendar_week")
