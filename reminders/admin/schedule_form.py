"""The form of a schedule: the same refusals as imports, at the field that they are about."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.admin.acts import add_refusal
from reminders.models import Schedule
from reminders.validation import check_schedule


class ScheduleForm(forms.ModelForm[Schedule]):
    """What a coordinator decides about a course of treatment."""

    class Meta:
        model = Schedule
        fields = (
            "patient",
            "treatment",
            "first_visit_on",
            "visit_time",
            "interval_days",
            "number_of_visits",
            "location",
        )
        labels = {"first_visit_on": _("First visit"), "visit_time": _("Time"), "interval_days": _("Interval in days")}
        help_texts = {
            "interval_days": _("Empty takes the treatment's own."),
            "number_of_visits": _("Empty takes the treatment's own; where it has none, the course is open-ended."),
        }

    def clean(self) -> dict[str, Any]:
        """A new schedule without a number of visits gets the treatment's own."""
        data = super().clean() or self.cleaned_data
        treatment = data.get("treatment")
        left_empty = data.get("number_of_visits") is None and "number_of_visits" not in self.errors
        if self.instance._state.adding and treatment is not None and left_empty:
            data["number_of_visits"] = treatment.default_visits
        return data

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            check_schedule(self.instance, now=timezone.now())
        except ValidationError as error:
            add_refusal(self, error)
