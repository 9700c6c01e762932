"""The forms of a rota: who takes a span, which shift is swapped for which, a rotation, a single shift."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold import widgets

from alerts.admin.rota_week import span_words
from alerts.domain import rota as pure
from alerts.models import Responder, Rota, Rotation, SingleShift
from alerts.rota import reach
from alerts.rota.loading import load
from messaging.domain import wall_time
from patients.admin.clock import city

AHEAD = timedelta(days=60)
WEEKDAYS = tuple(
    enumerate(
        (
            lazy("Monday"),
            lazy("Tuesday"),
            lazy("Wednesday"),
            lazy("Thursday"),
            lazy("Friday"),
            lazy("Saturday"),
            lazy("Sunday"),
        )
    )
)


class SpanForm(forms.Form):
    """A span of the rota by the clinic's clock."""

    starts_on = forms.DateField(label=lazy("From"), widget=widgets.UnfoldAdminSingleDateWidget())
    starts_clock = forms.TimeField(label=lazy("at"), widget=widgets.UnfoldAdminSingleTimeWidget(format="%H:%M"))
    ends_on = forms.DateField(label=lazy("Until"), widget=widgets.UnfoldAdminSingleDateWidget())
    ends_clock = forms.TimeField(label=lazy("at"), widget=widgets.UnfoldAdminSingleTimeWidget(format="%H:%M"))

    def __init__(self, *args: Any, rota: Rota, now: datetime, **kwargs: Any) -> None:
        self.rota = rota
        self.now = now
        super().__init__(*args, **kwargs)
        self.fields["starts_clock"].help_text = _("By the clinic's clock (%(city)s).") % {"city": city(rota.zone)}

    def clean(self) -> dict[str, Any]:
        """Both ends as instants; a wall time that a clock change skips is refused, since a person typed it."""
        data = super().clean() or self.cleaned_data
        for edge in ("starts", "ends"):
            day, clock = data.get(f"{edge}_on"), data.get(f"{edge}_clock")
            if day is None or clock is None:
                continue
            wall = datetime.combine(day, clock)
            if not wall_time.exists(wall, self.rota.zone):
                self.add_error(
                    f"{edge}_clock",
                    _("Clocks go forward that night: %(clock)s does not exist.") % {"clock": f"{clock:%H:%M}"},
                )
            data[edge] = wall_time.resolve(wall, self.rota.zone)
        return data


class CoverForm(SpanForm):
    """Who is on call instead, for how long, and why."""

    person = forms.ChoiceField(label=lazy("On call instead"), widget=widgets.UnfoldAdminSelectWidget())
    reason = forms.CharField(
        max_length=200, widget=widgets.UnfoldAdminTextInputWidget(), help_text=lazy("Kept with it; staff will read it.")
    )
    field_order = ("person", "starts_on", "starts_clock", "reason", "ends_on", "ends_clock")

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = choices  # type: ignore[attr-defined]


class SwapForm(forms.Form):
    """Which shift of somebody else is given in exchange."""

    shift = forms.ChoiceField(label=lazy("In exchange for"), widget=widgets.UnfoldAdminSelectWidget())
    agreed = forms.BooleanField(
        required=False,
        label=lazy("Both have agreed already"),
        widget=widgets.UnfoldBooleanSwitchWidget(),
        help_text=lazy("Otherwise both get a text and agree by reply; until then the rota stays as it is."),
    )
    reason = forms.CharField(max_length=200, widget=widgets.UnfoldAdminTextInputWidget(), initial="Swap")

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shift"].choices = choices  # type: ignore[attr-defined]


class RotationForm(forms.ModelForm[Rotation]):
    """A rotation; its part of the week is all of it unless weekdays or hours are chosen."""

    weekdays = forms.TypedMultipleChoiceField(
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=widgets.UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=lazy("On which days a shift begins; none: every day."),
    )

    class Meta:
        model = Rotation
        fields = (
            "rota",
            "name",
            "starts_on",
            "handover",
            "turn_length",
            "turn_unit",
            "weekdays",
            "opens",
            "closes",
            "position",
            "ends_on",
        )
        labels = {
            "starts_on": lazy("First handover on"),
            "handover": lazy("Handover at"),
            "turn_length": lazy("A turn lasts"),
            "turn_unit": lazy("Unit"),
            "opens": lazy("Shifts from"),
            "closes": "until",
            "ends_on": lazy("Last handover on"),
            "position": lazy("Goes first"),
        }

    def clean(self) -> dict[str, Any]:
        """Both ends of the hours or none, and a turn that is neither nothing nor longer than a year."""
        data = super().clean() or self.cleaned_data
        if (data.get("opens") is None) != (data.get("closes") is None):
            missing = "opens" if data.get("opens") is None else "closes"
            self.add_error(missing, _("Give both ends of the hours, or neither."))
        days = (data.get("turn_length") or 0) * (7 if data.get("turn_unit") == Rotation.Unit.WEEKS else 1)
        if data.get("turn_length") is not None and not 1 <= days <= 366:
            self.add_error("turn_length", _("A turn lasts from one day to a year."))
        start, end = data.get("starts_on"), data.get("ends_on")
        if start and end and end <= start:
            self.add_error("ends_on", _("The last handover comes after the first."))
        return data


class SingleShiftForm(forms.ModelForm[SingleShift]):
    """One shift of somebody of the same clinic."""

    class Meta:
        model = SingleShift
        fields = ("rota", "responder", "starts_at", "ends_at", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whoever may only look has no fields. One clinic's zone, or UTC where clinics lie in several.
        if "starts_at" in self.fields:
            self.fields["starts_at"].help_text = _("Times are %(get_current_timezone_name)s.") % {
                "get_current_timezone_name": timezone.get_current_timezone_name()
            }

    def clean(self) -> dict[str, Any]:
        """It has a length, and the person works here."""
        data = super().clean() or self.cleaned_data
        start, end = data.get("starts_at"), data.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", _("It ends before it begins."))
        rota, person = data.get("rota"), data.get("responder")
        if rota and person and rota.clinic_id != person.clinic_id:
            self.add_error("responder", _("%(person)s belongs to another clinic.") % {"person": person})
        return data


def person_choices(rota: Rota, span: pure.Span, *, now: datetime) -> list[tuple[str, str]]:
    """Everybody who could be put on: the next in turn first, those who are not ready last and with the reason."""
    plan = load(rota, now)
    held = pure.on_call(plan, span.start)
    order = pure.successors(plan, held) if held else pure.people(plan)
    everybody = Responder.objects.filter(clinic=rota.clinic_id, is_active=True).in_bulk()
    order += [pk for pk in everybody if pk not in order and (held is None or pk != held.person)]
    # Last whoever is on call then: chosen to make her shift longer.
    order += [held.person] if held else []
    people = [everybody[pk] for pk in order if pk in everybody]
    wrong = reach.problems(people)
    people.sort(key=lambda person: (held is not None and person.pk == held.person, bool(wrong[person.pk])))
    return [
        (
            str(p.pk),
            _("%(name)s – not ready: %(in_words)s")
            % {"name": p.name, "in_words": ", ".join(_(one.words) for one in wrong[p.pk])}
            if wrong[p.pk]
            else p.name,
        )
        for p in people
    ]


def shift_choices(rota: Rota, mine: pure.Shift, *, now: datetime) -> list[tuple[str, str]]:
    """The coming shifts of others, by which one may be exchanged."""
    found = pure.shifts(load(rota, now), now, now + AHEAD)
    names = Responder.objects.in_bulk({shift.person for shift in found})
    return [
        (shift.start.isoformat(), f"{names[shift.person]}, {span_words(shift.start, shift.end, rota.zone)}")
        for shift in found
        if shift.person != mine.person and shift.person in names and shift.end < now + AHEAD
    ]


def span_of(data: dict[str, Any]) -> pure.Span:
    """The span of a clean form; ValidationError where it has no length."""
    if data["ends"] <= data["starts"]:
        raise ValidationError({"ends_on": _("It ends before it begins.")})
    return pure.Span(data["starts"], data["ends"])
