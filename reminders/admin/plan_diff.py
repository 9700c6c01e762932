"""Before it is saved: what a change would add, move and take away over the next 90 days, and then one button."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from patients.admin.clock import clock
from patients.models import Patient
from reminders.domain.forecast import Forecast, Kind, Line
from reminders.domain.words import CHANNEL_WORDS
from reminders.forecast import DAYS, Proposal, forecast
from reminders.models import ReminderRule
from staff.scope import sees_every_clinic, within

#: The name of the button that applies, and of the field that says what was shown.
APPLY, SHOWN = "_apply", "_shown"
BACK = "_back"
PATIENTS, LINES = 5, 6
#: Among so many patients those of the person's own clinics are looked for.
LOOKED_THROUGH = 500
_OURS = frozenset({APPLY, SHOWN, BACK, "csrfmiddlewaretoken"})


@dataclass(frozen=True, slots=True)
class Example:
    """One patient, and the first of what changes for her."""

    patient: Patient
    lines: list[dict[str, str]]


class PlanDiffMixin(ModelAdmin):
    """Puts a page between the form and the saving wherever the plan would change."""

    def proposal(self, obj: Any) -> Proposal:
        """What saving `obj` would change in the plan."""
        raise NotImplementedError

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        """The form; on the way back from the page between, as it was filled in."""
        form = super().get_form(request, obj, *args, **kwargs)
        return _held(form) if BACK in request.POST else form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form; once it is filled in well, what it would change; once that was agreed to, the saving."""
        if request.method == "POST" and BACK not in request.POST:
            page = self._before_saving(request, object_id)
            if page is not None:
                return page
        response: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        return response

    def _before_saving(self, request: HttpRequest, object_id: str | None) -> HttpResponse | None:
        """The page that shows the change; None where there is nothing to show, or what was shown still holds."""
        obj = self.get_object(request, object_id) if object_id else None
        allowed = self.has_change_permission(request, obj) if object_id else self.has_add_permission(request)
        if not allowed or (object_id and obj is None):
            return None
        form = self.get_form(request, obj, change=obj is not None)(request.POST, request.FILES, instance=obj)
        if not form.is_valid():
            return None
        now = timezone.now()
        proposed = form.save(commit=False)
        seen = forecast(self.proposal(proposed), now=now)
        if seen.changes_nothing or request.POST.get(SHOWN) == seen.fingerprint():
            return None
        return self._page(request, proposed, seen, now=now, is_new=obj is None)

    def _page(
        self, request: HttpRequest, proposed: Model, seen: Forecast, *, now: datetime, is_new: bool
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("What this changes"),
            "opts": self.opts,
            "subject": "" if is_new else str(proposed),
            "days": DAYS,
            "rows": _rows(seen),
            "seen": seen,
            "estimate": seen.share < 1,
            "cost": _cost(seen.segments),
            "examples": _examples(seen, request.user),
            "fields": list(_fields(request.POST)),
            "changed_since": SHOWN in request.POST,
            "shown_name": SHOWN,
            "fingerprint": seen.fingerprint(),
            "apply_name": APPLY,
            "back_name": BACK,
            "now": now,
        }
        return TemplateResponse(request, "admin/reminders/plan_diff.html", context)


def _held(form: type[Any]) -> type[Any]:
    """The same form, which shows what was typed and never lets it be saved."""
    return type(form.__name__, (form,), {"is_valid": _never})


def _never(form: Any) -> bool:
    return False


def _fields(posted: QueryDict) -> Iterator[tuple[str, str]]:
    """Everything that was typed, to be sent along."""
    for name, values in posted.lists():
        if name not in _OURS:
            for value in values:
                yield name, str(value)


def _rows(seen: Forecast) -> list[dict[str, Any]]:
    """Added, moved and removed, by text, mail and visit."""
    rows = [
        {"what": what, "counts": [seen.count(kind, channel) for kind in Kind]}
        for channel, what in (("sms", _("Texts")), ("email", _("Mails")))
    ]
    rows.append({"what": _("Visits"), "counts": [seen.visits_of(kind) for kind in Kind]})
    return [row for row in rows if any(row["counts"])]


def _cost(segments: int) -> str:
    """What the carrier will bill more or less, where a price is set."""
    amount, _unused, currency = str(settings.TEXT_PRICE).partition(" ")
    if not amount:
        return ""
    return f"{Decimal(amount) * segments:+.2f} {currency}".strip()


def _examples(seen: Forecast, user: Any) -> list[Example]:
    """Of the user's own clinics: a rule or a treatment concerns patients of others, who are counted only."""
    chosen = seen.examples(PATIENTS if sees_every_clinic(user) else LOOKED_THROUGH, LINES)
    own = within(Patient.objects.select_related("clinic"), user, "clinic")
    people = own.in_bulk([patient for patient, _unused in chosen])
    names = dict(ReminderRule.objects.values_list("code", "name"))
    return [
        Example(people[patient], [_line(line, people[patient], names) for line in lines])
        for patient, lines in chosen
        if patient in people
    ][:PATIENTS]


def _line(line: Line, patient: Patient, names: dict[str, str]) -> dict[str, str]:
    what = (
        f"{_(CHANNEL_WORDS[line.channel])}: {names.get(line.rule, line.rule)}"
        if line.rule
        else _("visit %(visit)s") % {"visit": line.visit}
    )
    return {
        "kind": line.kind.value,
        "what": what[0].upper() + what[1:],
        "was": clock(line.was, patient.zone) if line.was else "",
        "becomes": clock(line.becomes, patient.zone) if line.becomes else "",
    }
