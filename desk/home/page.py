"""Which home somebody sees: the one of her role first, and a tab for each other that she has the rights to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.home import day, flags, numbers
from patients.models import Clinic
from staff.domain.roles import Role
from staff.roles import role_of
from staff.scope import within


@dataclass(frozen=True, slots=True)
class Look:
    """One home: its name in the address, its words, the right that it needs, and what it shows."""

    name: str
    words: str | Promise
    right: str
    read: Callable[..., dict[str, Any]]


LOOKS = (
    Look("day", _("Today"), "reminders.view_visit", day.read),
    Look("flags", _("Red flags"), "alerts.view_alert", flags.read),
    Look("numbers", _("Figures"), "staff.view_trace", numbers.read),
)
#: Whose home is not the day.
FIRST = {Role.NURSE: "flags", Role.PHYSICIAN: "flags", Role.MANAGER: "numbers", Role.AUDITOR: "numbers"}


def home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The template's context; who may see none of them gets the plain list of pages."""
    mine = [look for look in LOOKS if request.user.has_perm(look.right)]
    if not mine:
        return context
    asked = request.GET.get("look") or _first(request)
    chosen = next((look for look in mine if look.name == asked), mine[0])
    clinics = list(within(Clinic.objects.order_by("name"), request.user, "pk"))
    now = timezone.now()
    home_page = reverse("admin:index")
    return context | {
        "title": chosen.words,
        "look": chosen.name,
        "looks": [(look.name, look.words, f"{home_page}?look={look.name}") for look in mine],
        "clinics": clinics,
        "at": now,
        **chosen.read(request, clinics, now=now),
    }


def _first(request: HttpRequest) -> str:
    role = role_of(request.user)
    return FIRST.get(role, "day") if role else "day"
