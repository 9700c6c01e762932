"""What stands beneath the form of a schedule while it is filled in: numbers, warnings, visits, words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.admin.show import when
from reminders import course_preview, course_warnings
from reminders.admin.plan_diff import BACK
from reminders.admin.warning_words import in_words
from reminders.admin.words import when_in_words
from reminders.catalogue.lines import in_language
from reminders.course_preview import Coming, Said
from reminders.domain.words import CHANNEL_WORDS, Condition
from reminders.models import Schedule, Treatment
from reminders.reach import Reach, reach_of
from staff.admin.base import PageAdmin
from staff.looks import note

#: The button that fills in what the catalogue says, for browsers without scripts.
FILL = "_fill"
#: So many visits are shown with their messages, and so many messages with their words.
MOST_VISITS, MOST_WORDS = 12, 40
_FILLED = ("interval_days", "number_of_visits")


def preview_view(request: HttpRequest, model_admin: PageAdmin, schedule_id: int | None = None) -> HttpResponse:
    """The part of the page that follows what is typed. Saves nothing; what was typed comes in the body."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    schedule = model_admin.get_object(request, str(schedule_id)) if schedule_id else None
    if schedule_id and schedule is None:
        raise Http404(_("There is no such row, or it belongs to another clinic."))
    if not (
        model_admin.has_change_permission(request, schedule) if schedule else model_admin.has_add_permission(request)
    ):
        raise PermissionDenied
    answer = render(
        request, "admin/reminders/schedule_preview.html", {"course": course(request, model_admin, schedule)}
    )
    answer["Cache-Control"] = "no-store"
    return answer


def fill_in(request: HttpRequest) -> None:
    """Put the catalogue's numbers into the posted form where it leaves them open, and have it shown, not saved."""
    posted = request.POST.copy()
    code = posted.get("treatment", "")
    treatment = Treatment.objects.filter(pk=int(code)).first() if code.isascii() and code.isdigit() else None
    for name, value in _fillings(treatment).items():
        if not posted.get(name):
            posted[name] = value
    posted[BACK] = "1"
    request.POST = posted  # type: ignore[assignment]


def course(request: HttpRequest, model_admin: PageAdmin, schedule: Any) -> dict[str, Any]:
    """The template's context for the posted form of `schedule`, None for a new one."""
    form = model_admin.get_form(request, schedule, change=schedule is not None)(request.POST, instance=schedule)
    problems, missing = _faults(form)
    treatment = schedule.treatment if schedule is not None else form.cleaned_data.get("treatment")
    found: dict[str, Any] = {"problems": problems, "missing": missing, "is_new": schedule is None}
    if treatment is not None:
        found |= {"treatment": treatment, "catalogue": _catalogue(treatment), "differs": _differs(treatment, form)}
        found["fill"] = _fillings(treatment) if schedule is None else {}
    if not problems and not missing:
        found |= _shown(request, form.save(commit=False))
    return found


def _faults(form: ModelForm[Schedule]) -> tuple[list[tuple[str, str]], list[str]]:
    """What is wrong, by the field's name; and the fields that are still empty."""
    problems, missing = [], []
    for name, errors in form.errors.as_data().items():
        label = str(form.fields[name].label) if name in form.fields else ""
        if any(error.code == "required" for error in errors):
            missing.append(label)
        else:
            problems += [(label, text) for error in errors for text in error.messages]
    return problems, missing


def _fillings(treatment: Treatment | None) -> dict[str, str]:
    """What the catalogue fills in, by field."""
    if treatment is None:
        return {}
    numbers = (treatment.interval_days, treatment.default_visits)
    return {name: str(number) for name, number in zip(_FILLED, numbers, strict=True) if number}


def _catalogue(treatment: Treatment) -> list[tuple[str, str]]:
    """What the treatment itself says, to be read beside the form."""
    often, days = treatment.interval_days, treatment.loading_days
    lines = [(_("Interval"), _days(often) if often else _("once"))]
    if treatment.tracks_doses:
        window = _("%(early)s days before to %(late)s days after its day")
        lines.append((_("Window"), window % {"early": treatment.early_days, "late": treatment.late_days}))
    lines.append((_("Minimum gap"), _days(treatment.minimum_gap_days)))
    if days:
        lines.append((_("Loading doses"), _("on days %(days)s") % {"days": ", ".join(map(str, days))}))
    if treatment.default_visits:
        lines.append((_("Visits"), str(treatment.default_visits)))
    if treatment.maximum_doses:
        lines.append((_("Maximum doses"), str(treatment.maximum_doses)))
    return lines


def _days(count: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}


def _differs(treatment: Treatment, form: ModelForm[Schedule]) -> list[str]:
    """Where the form says something else than the catalogue."""
    interval, visits = (form.cleaned_data.get(name) for name in _FILLED)
    said = []
    if interval and interval != treatment.interval_days:
        own = _days(treatment.interval_days) if treatment.interval_days else _("once")
        said.append(_("Interval: %(typed)s here, %(own)s in the catalogue.") % {"typed": _days(interval), "own": own})
    if visits and treatment.default_visits and visits != treatment.default_visits:
        words = _("Visits: %(typed)s here, %(own)s in the catalogue.")
        said.append(words % {"typed": visits, "own": treatment.default_visits})
    return said


def _shown(request: HttpRequest, schedule: Schedule) -> dict[str, Any]:
    """Warnings, visits and messages of a course that could be saved as it is."""
    patient = schedule.patient
    note(request, patient, page="schedule")
    coming, reach = course_preview.preview(schedule, now=timezone.now()), reach_of([patient.pk])
    warnings = [in_words(each) for each in course_warnings.of_course(schedule, coming, reach)]
    count = sum(len(one.messages) for one in coming)
    visits = ngettext("%(count)s visit", "%(count)s visits", len(coming)) % {"count": len(coming)}
    messages = ngettext("%(count)s message", "%(count)s messages", count) % {"count": count}
    notices = ngettext("%(count)s warning", "%(count)s warnings", len(warnings)) % {"count": len(warnings)}
    return {
        "patient": patient,
        "warnings": warnings,
        "tasks": in_language(schedule.treatment.before_visit_tasks, patient.language),
        "summary": ", ".join([visits, messages, *([notices] if warnings else [])]),
        "visits": list(_visits(schedule, coming[:MOST_VISITS], reach)),
        "visits_left_out": max(0, len(coming) - MOST_VISITS),
    }


def _visits(schedule: Schedule, coming: list[Coming], reach: Reach) -> Iterator[dict[str, Any]]:
    patient, left = schedule.patient, MOST_WORDS
    for one in coming:
        rows = []
        for said in one.messages:
            left -= 1
            rows.append(_message(schedule, one, said, reach, in_full=left >= 0))
        yield {"visit": one.visit, "when": when(one.visit.at, patient.zone, patient.clinic.zone), "messages": rows}


def _message(schedule: Schedule, one: Coming, said: Said, reach: Reach, *, in_full: bool) -> dict[str, Any]:
    patient = schedule.patient
    shown: Callable[[Any], Any] = lambda at: when(at, patient.zone, patient.clinic.zone)  # noqa: E731
    row: dict[str, Any] = {
        "name": said.rule.name,
        "offset": when_in_words(said.rule),
        "when": shown(said.send_at),
        "channel": _(CHANNEL_WORDS[said.channel]),
        "only_if": _ONLY_IF[said.only_if](),
        "waits": shown(said.leaves_at) if said.leaves_at and said.leaves_at != said.send_at else "",
        "too_late": said.leaves_at is None,
    }
    if in_full:
        page = "(" + _("link to the patient’s own page") + ")"
        spoken = course_preview.words(schedule, one.visit, said, reach, page=page)
        row |= {"text": spoken.text, "subject": spoken.subject, "channel": _(CHANNEL_WORDS[spoken.channel])}
        row["problem"] = spoken.problem.label if spoken.problem else ""
    return row


_ONLY_IF: dict[Condition, Callable[[], str]] = {
    Condition.ALWAYS: lambda: "",
    Condition.UNCONFIRMED: lambda: _("unless she has confirmed"),
    Condition.GIVEN: lambda: _("once the dose is recorded"),
    Condition.OVERDUE: lambda: _("if it is overdue"),
}
