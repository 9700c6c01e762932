"""What the rota adds to a responder's page: readiness, the code that verifies the number, the calendar feed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.decorators import action, display

from alerts.admin.rota_board import badges, feed_link
from alerts.models import Responder
from alerts.models.people import new_token
from alerts.rota import reach, readiness
from patients.admin.acts import Act, act_view, row_of
from patients.admin.show import chip


def _facts(person: Responder) -> list[tuple[str, str]]:
    return [(_("Who"), person.name), (_("Phone"), person.phone or "–"), (_("Clinic"), str(person.clinic))]


def _verify(person: Responder, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    if readiness.verify(person, now=now) is None:
        raise ValidationError(_("There is no phone number to send a code to."))
    return _("A code was sent. The number is verified when the reply with it arrives.")


def _renew(person: Responder, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    person.calendar_token = new_token()
    person.save(update_fields=["calendar_token"])
    return _("The calendar has a new address; the old one shows nothing any more.")


VERIFY = Act(
    title=lazy("Verify the number"),
    submit=lazy("Send the code"),
    do=_verify,
    facts=_facts,
    explain=lazy("A text with a code goes to this number; the reply with it shows that pages arrive."),
)
RENEW = Act(
    title=lazy("Renew the calendar's address"),
    submit=lazy("Renew"),
    do=_renew,
    facts=_facts,
    explain=lazy("Whoever has the old address sees nothing any more. The phone has to subscribe to the new one."),
    danger=True,
)


class OnTheRota:
    """For the admin of responders."""

    @action(description=lazy("Verify number"), url_path="verify", permissions=["change"], icon="sms")
    def verify(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send a code."""
        return act_view(self, request, row_of(self, request, object_id), VERIFY)

    @action(description=lazy("Renew calendar"), url_path="renew-feed", permissions=["change"], icon="autorenew")
    def renew_feed(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A new token."""
        return act_view(self, request, row_of(self, request, object_id), RENEW)

    @display(description=lazy("Ready for a shift"))
    def shown_ready(self, person: Responder) -> str:
        """Badges: ready, or what stands against it."""
        if person._state.adding:
            return "–"
        found = badges(person, reach.problems([person])[person.pk])
        return format_html_join(" ", "{}", ((chip(colour, words),) for colour, words in found))

    @display(description=lazy("Calendar of shifts"))
    def shown_feed(self, person: Responder) -> str:
        """The address that a phone's calendar subscribes to; who has it sees the shifts and nothing else."""
        if person._state.adding:
            return "–"
        return format_html('<a class="bw-link" href="{0}" rel="noreferrer">{0}</a>', feed_link(person))
