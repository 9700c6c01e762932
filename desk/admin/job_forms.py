"""The forms that ask for bulk work: each clean form knows the wish that the job keeps."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold import widgets

from desk.domain.words import JobKind
from messaging.domain import wall_time
from patients.models import Clinic
from reminders.models import Schedule, Treatment
from staff.scope import clinic_ids

#: At what time of the clinic's day a pause ends.
ENDS_AT = time(6)
#: Longer than this nothing is paused in bulk: patients would be forgotten.
LONGEST_PAUSE = timedelta(days=60)
#: What failed longer ago than this is over.
LONGEST_BACK = timedelta(days=14)


class JobForm(forms.Form):
    """The clinic, of those of the person who asks, and a place of it."""

    clinic = forms.ModelChoiceField(
        Clinic.objects.none(), label=gettext_lazy("Clinic"), widget=widgets.UnfoldAdminSelectWidget(), empty_label=None
    )
    location = forms.ChoiceField(
        label=gettext_lazy("Location"),
        required=False,
        widget=widgets.UnfoldAdminSelectWidget(),
        help_text=gettext_lazy("As it stands in the schedules."),
    )

    def __init__(self, *args: Any, user: AbstractBaseUser | AnonymousUser, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        clinics, ids = Clinic.objects.order_by("name"), clinic_ids(user)
        places = Schedule.objects.exclude(location="").order_by("location").values_list("location", flat=True)
        if ids is not None:
            clinics, places = clinics.filter(pk__in=ids), places.filter(patient__clinic__in=ids)
        self._field("clinic").queryset = clinics
        self._field("location").choices = [("", _("Everywhere")), *((place, place) for place in places.distinct())]

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def wish(self) -> dict[str, Any]:
        """What the job keeps: plain values, no names."""
        return {"location": self.cleaned_data["location"]}


class PauseForm(JobForm):
    """For which days, until when, and why."""

    first = forms.DateField(
        label=gettext_lazy("With a visit from"),
        required=False,
        widget=widgets.UnfoldAdminSingleDateWidget(),
        help_text=gettext_lazy("Empty: every schedule of the place."),
    )
    last = forms.DateField(label=gettext_lazy("to"), required=False, widget=widgets.UnfoldAdminSingleDateWidget())
    ends_on = forms.DateField(
        label=gettext_lazy("Goes on again on"),
        widget=widgets.UnfoldAdminSingleDateWidget(),
        help_text=gettext_lazy("By itself, at 06:00 of the clinic’s clock. A pause without an end would be forgotten."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=150,
        widget=widgets.UnfoldAdminTextInputWidget(),
        help_text=gettext_lazy("Kept with every schedule; staff will read it."),
    )

    def clean(self) -> dict[str, Any]:
        """An end that comes, soon enough; days in their order."""
        data = super().clean() or {}
        first, last, ends, clinic = (data.get(name) for name in ("first", "last", "ends_on", "clinic"))
        if first and not last:
            data["last"] = last = first
        if last and not first:
            self.add_error("first", _("From which day to %(last)s?") % {"last": last})
        if first and last and last < first:
            self.add_error("last", _("%(last)s is before %(first)s.") % {"last": last, "first": first})
        if ends and clinic:
            today = wall_time.local_date(self.now, clinic.zone)
            if ends <= today:
                self.add_error("ends_on", _("%(day)s is not after today, %(today)s.") % {"day": ends, "today": today})
            elif ends > today + LONGEST_PAUSE:
                words = _("%(day)s is more than %(days)s days away: patients would be forgotten.")
                self.add_error("ends_on", words % {"day": ends, "days": LONGEST_PAUSE.days})
        return data

    def wish(self) -> dict[str, Any]:
        """With the instant of the end."""
        data = self.cleaned_data
        ends_at = wall_time.at(data["ends_on"], ENDS_AT, data["clinic"].zone)
        days = {"first": _iso(data["first"]), "last": _iso(data["last"])}
        return {**super().wish(), **days, "reason": data["reason"].strip(), "ends_at": ends_at.isoformat()}


class MoveDayForm(JobForm):
    """From which day to which."""

    day = forms.DateField(label=gettext_lazy("All visits of"), widget=widgets.UnfoldAdminSingleDateWidget())
    to = forms.DateField(
        label=gettext_lazy("move to"),
        widget=widgets.UnfoldAdminSingleDateWidget(),
        help_text=gettext_lazy("At the same time of day. Patients are told, as when one visit is moved."),
    )

    def clean(self) -> dict[str, Any]:
        """Two days, the second still to come."""
        data = super().clean() or {}
        day, to, clinic = data.get("day"), data.get("to"), data.get("clinic")
        if day and to == day:
            self.add_error("to", _("%(day)s is the same day.") % {"day": to})
        elif to and clinic and to < wall_time.local_date(self.now, clinic.zone):
            self.add_error("to", _("%(day)s has passed.") % {"day": to})
        return data

    def wish(self) -> dict[str, Any]:
        """With both days."""
        data = self.cleaned_data
        return {**super().wish(), "day": _iso(data["day"]), "to": _iso(data["to"])}


class ReplanForm(JobForm):
    """Of which treatment."""

    treatment = forms.ModelChoiceField(
        Treatment.objects.all(),
        label=gettext_lazy("Treatment"),
        required=False,
        empty_label=gettext_lazy("All"),
        widget=widgets.UnfoldAdminSelectWidget(),
    )

    def wish(self) -> dict[str, Any]:
        """With the treatment's id."""
        treatment = self.cleaned_data["treatment"]
        return {**super().wish(), "treatment": treatment.pk if treatment else None}


class ResendForm(JobForm):
    """What failed since when."""

    since = forms.SplitDateTimeField(
        label=gettext_lazy("Failed since"),
        widget=widgets.UnfoldAdminSplitDateTimeWidget(),
        help_text=gettext_lazy("Each passes every check once more before it leaves; what is out of date is refused."),
    )

    def clean_since(self) -> datetime:
        """A moment of the last two weeks."""
        since: datetime = self.cleaned_data["since"]
        if since > self.now:
            raise forms.ValidationError(_("%(since)s lies in the future.") % {"since": _shown(since)})
        if since < self.now - LONGEST_BACK:
            words = _("%(since)s is more than %(days)s days ago; what failed then is over.")
            raise forms.ValidationError(words % {"since": _shown(since), "days": LONGEST_BACK.days})
        return since

    def wish(self) -> dict[str, Any]:
        """With the instant."""
        return {**super().wish(), "since": self.cleaned_data["since"].isoformat()}


FORMS: dict[JobKind, type[JobForm]] = {
    JobKind.PAUSE: PauseForm,
    JobKind.MOVE_DAY: MoveDayForm,
    JobKind.REPLAN: ReplanForm,
    JobKind.RESEND: ResendForm,
}


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _shown(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
