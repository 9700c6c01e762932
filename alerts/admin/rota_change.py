"""Putting somebody else on call, and swapping two shifts: a form that is filled already, and a preview beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from alerts.admin.rota_forms import AHEAD, CoverForm, SwapForm, person_choices, shift_choices, span_of
from alerts.admin.rota_week import Drawn, lane, span_words
from alerts.domain import rota as pure
from alerts.models import Override, Responder, Rota
from alerts.rota import changes
from alerts.rota.loading import load
from messaging.domain import wall_time
from patients.admin.acts import add_refusal
from staff.scope import within

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class _Page:
    """One change as a page: its form, what it would write, and the words around it."""

    rota: Rota
    form: forms.Form
    opening: forms.Form  # bound to the values that the form opens with
    make: Callable[[dict[str, Any]], Override]
    title: str
    submit: str
    explain: str
    other: tuple[str, str] | None = None  # words and address of the other way to change it
    agreed: bool = False


def cover(request: HttpRequest, model_admin: ModelAdmin, rota_id: int) -> HttpResponse:
    """Put somebody else on for a span; the address names the span that was clicked."""
    rota, span, now = _asked(request, model_admin, rota_id)
    choices = person_choices(rota, span, now=now)
    held = pure.on_call(load(rota, now), span.start)
    holder = Responder.objects.filter(pk=held.person).first() if held else None
    values = _initial(rota, span, holder) | {"person": choices[0][0] if choices else ""}
    form, opening = (
        CoverForm(data, rota=rota, now=now, choices=choices, initial=values) for data in (_data(request), values)
    )

    def make(data: dict[str, Any]) -> Override:
        person = get_object_or_404(Responder, pk=data["person"], clinic=rota.clinic_id)
        return changes.cover(rota, person, span_of(data), reason=data["reason"], now=now)

    query = request.META.get("QUERY_STRING", "")
    swap_link = f"{reverse('admin:alerts_rota_swap', args=[rota.pk])}?{query}" if held else ""
    page = _Page(
        rota=rota,
        form=form,
        opening=opening,
        make=make,
        title=f"{holder.name if holder else _('Nobody')}: {span_words(span.start, span.end, rota.zone)}",
        submit=_("Put on call"),
        explain=_("Somebody else for a while. Both get a text; the rotation goes on beneath it."),
        other=(_("Swap this shift for another instead"), swap_link) if swap_link else None,
    )
    return _answer(request, model_admin, page, now=now)


def swap(request: HttpRequest, model_admin: ModelAdmin, rota_id: int) -> HttpResponse:
    """Exchange the shift that was clicked for one of somebody else."""
    rota, span, now = _asked(request, model_admin, rota_id)
    mine = pure.on_call(load(rota, now), span.start) if _edges(request) else _next_shift(rota, now)
    if mine is None:
        raise Http404(_("Nobody is on call then: there is nothing to swap."))
    choices = shift_choices(rota, mine, now=now)
    data = _data(request)
    values = {"shift": choices[0][0] if choices else "", "reason": _("Swap")}
    form, opening = (SwapForm(each, choices=choices, initial=values) for each in (data, values))

    def make(clean: dict[str, Any]) -> Override:
        hers = pure.on_call(load(rota, now), datetime.fromisoformat(clean["shift"]))
        if hers is None:
            raise ValidationError({"shift": _("The rota has changed meanwhile: choose again.")})
        return changes.swap(rota, mine, hers, reason=clean["reason"], now=now)

    holder = Responder.objects.get(pk=mine.person)
    page = _Page(
        rota=rota,
        form=form,
        opening=opening,
        make=make,
        title=_("Swap: %(name)s, %(span_words)s")
        % {"name": holder.name, "span_words": span_words(mine.start, mine.end, rota.zone)},
        submit=_("Swap"),
        explain=_("Each takes the other's shift, once both have agreed."),
        other=(
            _("Put somebody else on instead"),
            f"{reverse('admin:alerts_rota_cover', args=[rota.pk])}?{_query(request)}",
        ),
        agreed=bool(data and data.get("agreed")),
    )
    return _answer(request, model_admin, page, now=now)


def _answer(request: HttpRequest, model_admin: ModelAdmin, page: _Page, *, now: datetime) -> HttpResponse:
    home = reverse("admin:alerts_rota_changelist")
    looking = request.method != "POST" or "preview" in request.POST
    if not looking and page.form.is_valid():
        try:
            row = changes.save(page.make(page.form.cleaned_data), by=request.user, now=now, agreed=page.agreed)  # type: ignore[arg-type]
        except ValidationError as error:
            add_refusal(page.form, error)
        else:
            model_admin.log_change(request, page.rota, f"{row.kind}: {row.responder}, {row.reason}")
            messages.success(request, _told(row))
            return HttpResponseRedirect(home)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": page.title,
        "opts": model_admin.opts,
        "page": page,
        "form": page.form,
        "media": model_admin.media + page.form.media,
        "home": home,
        "preview": _preview(page, now=now),
    }
    alone = "preview" in request.POST and request.headers.get("X-Requested-With") == "fetch"
    template = "admin/alerts/rota_preview.html" if alone else "admin/alerts/rota_change.html"
    return TemplateResponse(request, template, context)


def _preview(page: _Page, *, now: datetime) -> dict[str, Any] | None:
    """Both lanes and the notes; of the values that the form opens with, or of those that were typed."""
    shown = page.form if page.form.is_bound else page.opening
    if not shown.is_valid():
        return None
    try:
        row = page.make(shown.cleaned_data)
    except (ValidationError, Http404):
        return None
    seen = changes.preview(row, now=now)
    names = {person.pk: person for person in Responder.objects.filter(clinic=page.rota.clinic_id)}
    lanes = [
        lane(Drawn(rota=page.rota, shifts=shifts, gaps=gaps, names=names, clickable=False), seen.start, seen.end)
        for shifts, gaps in ((seen.before, seen.gaps_before), (seen.after, seen.gaps_after))
    ]
    zone = page.rota.zone
    after = [f"{names.get(s.person, s.person)}, {span_words(s.start, s.end, zone)}" for s in seen.after]
    return {
        "before": lanes[0],
        "after": lanes[1],
        "listed": after,
        "notes": seen.notes,
        "frame": span_words(seen.start, seen.end, zone),
    }


def _asked(request: HttpRequest, model_admin: ModelAdmin, rota_id: int) -> tuple[Rota, pure.Span, datetime]:
    """The rota, the span that was clicked (from now on at the earliest), and the present moment."""
    own = within(Rota.objects.select_related("clinic"), request.user, "clinic")
    rota = get_object_or_404(own, pk=rota_id)
    if not model_admin.has_change_permission(request, rota):
        raise PermissionDenied
    now = timezone.now()
    start, end = _edges(request) or (now, now)
    # What has passed is not changed any more.
    begin = now.replace(second=0, microsecond=0) + _MINUTE
    start = max(start.astimezone(UTC), begin)
    end = end.astimezone(UTC)
    return rota, pure.Span(start, end if end > start else start + timedelta(hours=12)), now


def _edges(request: HttpRequest) -> tuple[datetime, datetime] | None:
    """The span that the address names, if it names one."""
    try:
        start, end = (datetime.fromisoformat(request.GET.get(edge, "")) for edge in ("start", "end"))
    except ValueError:
        return None
    return (start, end) if start.tzinfo and end.tzinfo else None


def _next_shift(rota: Rota, now: datetime) -> pure.Shift | None:
    """The first that is yet to begin: one that runs is partly over, and is swapped only where it was clicked."""
    return next((shift for shift in pure.shifts(load(rota, now), now, now + AHEAD) if shift.start > now), None)


def _initial(rota: Rota, span: pure.Span, holder: Responder | None) -> dict[str, Any]:
    start, end = (wall_time.local(at, rota.zone) for at in (span.start, span.end))
    return {
        "starts_on": start.date(),
        "starts_clock": start.time().replace(microsecond=0),
        "ends_on": end.date(),
        "ends_clock": end.time().replace(microsecond=0),
        "reason": _("Covers for %(name)s") % {"name": holder.name} if holder else _("Fills a gap"),
    }


def _data(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _query(request: HttpRequest) -> str:
    return str(request.META.get("QUERY_STRING", ""))


def _told(row: Override) -> str:
    when = span_words(row.starts_at, row.ends_at, row.rota.zone)
    if row.kind == "swap":
        return _("Swapped.") if row.stands else _("Both were asked by text; the swap stands once both have agreed.")
    return _("%(responder)s is on call %(when)s.") % {"responder": row.responder, "when": when}
