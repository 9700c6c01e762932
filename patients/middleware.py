"""The admin's clock: every time that a page does not say whose it is, is the clinic's."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from patients.models import Clinic
from patients.validators import zone_info
from staff.scope import within


class ClinicTime:
    """Shows the admin's times in the zone of the person's clinics; in UTC where they lie in several."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request by that clock."""
        if not request.path.startswith(reverse("admin:index")):
            return self.get_response(request)
        own = within(Clinic.objects.order_by(), request.user, "pk")
        zones = set(own.values_list("timezone", flat=True).distinct()[:2])
        with timezone.override(zone_info(zones.pop()) if len(zones) == 1 else timezone.get_default_timezone()):
            return self.get_response(request)
