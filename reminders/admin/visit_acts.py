"""What can be done to one visit: the forms, and the services behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold import widgets

from messaging.domain import wall_time
from patients.admin.acts import Act, ActForm, ReasonForm
from patients.admin.clock import city, moment
from patients.admin.clock import day as day_in_words
from reminders import services
from reminders.admin.telling import told
from reminders.domain.words import STANDING, VISIT_MOVES, Route, VisitStatus
from reminders.models import Visit

#: Doses and confirmations are offered for visits that are no further off than this.
SOON_DAYS = 14


class DoseForm(ActForm):
    """The day on which the dose was given; today unless said otherwise."""

    given_on = forms.DateField(label=lazy("Given on"), widget=widgets.UnfoldAdminSingleDateWidget())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = wall_time.local_date(self.now, self.row.schedule.patient.zone)
        self.fields["given_on"].initial = self.row.given_on or today


class MoveForm(ActForm):
    """The new day and time, by the patient's clock."""

    on = forms.DateField(label=lazy("Day"), widget=widgets.UnfoldAdminSingleDateWidget())
    clock = forms.TimeField(label=lazy("Time"), widget=widgets.UnfoldAdminSingleTimeWidget())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial, self.fields["clock"].initial = self.row.on, self.row.clock
        self.fields["clock"].help_text = _("By the patient's clock (%(city)s).") % {
            "city": city(self.row.schedule.patient.zone)
        }


def _facts(visit: Visit) -> list[tuple[str, str]]:
    patient = visit.schedule.patient
    treatment = visit.schedule.treatment
    found = [
        (_("Patient"), str(patient)),
        (_("Visit"), _("%(number)s of %(name)s") % {"number": visit.number, "name": treatment.name}),
        (_("Planned for"), moment(visit.at, patient.zone, patient.clinic.zone)),
        (_("Location"), visit.schedule.location or "–"),
        (_("State"), visit.get_status_display()),
    ]
    if visit.given_on:
        found.append((_("Given on"), day_in_words(visit.given_on)))
    return [*found, (_("After the visit"), treatment.after_visit_notes)] if treatment.after_visit_notes else found


def _dose(visit: Visit, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    given_on = cast("date", data["given_on"])
    report = services.record_dose(visit, given_on=given_on, now=now)
    what = _("Dose recorded as given") if is_dose(visit) else _("Recorded as done")
    return told(_("%(what)s on %(day_in_words)s.") % {"what": what, "day_in_words": day_in_words(given_on)}, report)


def _undo(visit: Visit, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    return told(_("The dose was taken back; the visit stands again."), services.undo_dose(visit, now=now))


def _move(visit: Visit, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    on, clock = cast("date", data["on"]), cast("time", data["clock"])
    report = services.move_visit(visit, on=on, clock=clock, now=now)
    return told(
        _("Visit moved to %(day_in_words)s, %(clock)s.")
        % {"day_in_words": day_in_words(on), "clock": f"{clock:%H:%M}"},
        report,
    )


def _confirm(visit: Visit, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    return told(_("Visit confirmed."), services.confirm_visit(visit, now=now))


def _miss(visit: Visit, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    return told(_("Visit recorded as missed."), services.miss_visit(visit, reason=data["reason"], now=now))


def _cancel(visit: Visit, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    return told(_("Visit cancelled."), services.cancel_visit(visit, reason=data["reason"], now=now))


DOSE = Act(
    title=lazy("Record the dose"),
    submit=lazy("Record dose"),
    do=_dose,
    form=DoseForm,
    facts=_facts,
    explain=lazy("Later visits are counted from the day on which the dose was really given."),
)
TOOK_PLACE = replace(
    DOSE,
    title=lazy("Record that it took place"),
    submit=lazy("Took place"),
    explain=lazy("Later visits are counted from the day on which it really took place."),
)
UNDO = Act(
    title=lazy("Take the dose back"),
    submit=lazy("Take back"),
    do=_undo,
    facts=_facts,
    explain=lazy("For a dose that was recorded by mistake. The visit stands again, and later visits are planned anew."),
    danger=True,
)
MOVE = Act(
    title=lazy("Move the visit"),
    submit=lazy("Move visit"),
    do=_move,
    form=MoveForm,
    facts=_facts,
    explain=lazy("Reminders follow to the new time. A confirmation of the old time no longer counts."),
)
CONFIRM = Act(
    title=lazy("Confirmed by phone"),
    submit=lazy("Confirm visit"),
    do=_confirm,
    facts=_facts,
    explain=lazy("The patient said that they will come: messages that ask for it are not sent any more."),
)
MISS = Act(
    title=lazy("Patient did not come"),
    submit=lazy("Record as missed"),
    do=_miss,
    form=ReasonForm,
    facts=_facts,
    danger=True,
)
CANCEL = Act(
    title=lazy("Cancel this visit"),
    submit=lazy("Cancel visit"),
    do=_cancel,
    form=ReasonForm,
    facts=_facts,
    explain=lazy("Only this visit; the others stay where they are. Its planned messages are taken back."),
    danger=True,
)


def is_dose(visit: Visit) -> bool:
    """Whether something is given at the visit; a scan or an operation takes place."""
    return visit.schedule.treatment.route in (Route.INFUSION, Route.INJECTION, Route.TABLET)


def offered(visit: Visit, now: datetime) -> list[str]:
    """The names of the acts that make sense for the visit as it stands at `now`."""
    status = VisitStatus(visit.status)
    standing = status in STANDING
    passed = visit.at <= now
    today = wall_time.local_date(now, visit.schedule.patient.zone)
    near = visit.on <= today + timedelta(days=SOON_DAYS)
    offers = {
        "dose": VisitStatus.GIVEN in VISIT_MOVES[status] and near and visit.schedule.treatment.tracks_doses,
        "confirm": status is VisitStatus.PLANNED and visit.confirmed_at is None and not passed and near,
        "move": standing,
        "miss": VisitStatus.MISSED in VISIT_MOVES[status] and passed,
        "cancel": VisitStatus.CANCELLED in VISIT_MOVES[status],
        "undo": status is VisitStatus.GIVEN,
    }
    return [name for name, makes_sense in offers.items() if makes_sense]
