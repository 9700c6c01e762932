"""Who looked at which patient, when, and on what page: one row per person, patient and page in five minutes."""

from __future__ import annotations

from datetime import timedelta
from operator import attrgetter
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from staff.audit import tell
from staff.trace import Trace

#: Within this time a second look of the same person at the same page is the same look.
ONE_LOOK = timedelta(minutes=5)
#: So many patients may share a number before the rest of them is not asked for.
_SHARING = 20


def note(request: HttpRequest, patient: Model | None, *, page: str) -> None:
    """The person who asks looked at this patient on `page` (a plain word, such as "alert"); None: at nobody known.

    Costs one query, and one row at most every five minutes. Called by every view that shows one patient.
    """
    if patient is None or not request.user.is_authenticated:
        return
    now = timezone.now()
    mine = Trace.objects.filter(patient_id=patient.pk, actor_id=request.user.pk, action=Trace.Action.ACCESS, page=page)
    if not mine.filter(timestamp__gt=now - ONE_LOOK).exists():
        tell(patient, page=page, actor=request.user)


def note_address(request: HttpRequest, address: str, *, page: str) -> None:
    """The person who asks looked at what was sent to, or came from, `address`: at every patient whose it is."""
    contacts = apps.get_model("patients", "ContactPoint")._default_manager.filter(address=address)
    for contact in contacts.select_related("patient").order_by("pk")[:_SHARING]:
        note(request, contact.patient, page=page)


class LooksAreNoted:
    """For the admin of a model whose page shows one patient, or what was sent to an address of one."""

    opts: Any
    #: The way from a row to the patient ("schedule.patient"), or to the address of a message.
    shows_patient: str = ""
    shows_address: str = ""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page, and the look at it."""
        row, page = kwargs.get("obj"), str(self.opts.model_name)
        if row is not None and self.shows_patient:
            note(request, attrgetter(self.shows_patient)(row), page=page)
        elif row is not None and self.shows_address:
            note_address(request, attrgetter(self.shows_address)(row), page=page)
        response: HttpResponse = super().render_change_form(  # type: ignore[misc]
            request, context, *args, **kwargs
        )
        return response
