"""Filters of the patients' and tasks' lists that are questions rather than columns."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.contrib.filters.admin import DropdownFilter

from patients.admin.fields import languages
from patients.domain.profile import ContactKind
from patients.models import ContactPoint, CoordinatorTask, Patient


def usable_contacts(**more: Any) -> Exists:
    """Whether the patient of the outer row has a contact in use."""
    return Exists(ContactPoint.objects.filter(patient=OuterRef("pk"), unusable_since__isnull=True, **more))


class LanguageFilter(DropdownFilter):
    """Patients by the language of their messages."""

    title = lazy("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The languages that messages are written in."""
        return languages()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Patient]) -> QuerySet[Patient]:
        """Those of one language."""
        return queryset.filter(language=self.value()) if self.value() else queryset


class ReachableFilter(DropdownFilter):
    """Patients who can be written to, and how."""

    title = lazy("reachable")
    parameter_name = "reachable"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """By any means, by phone, by mail, or not at all."""
        return [("yes", _("Yes")), ("phone", _("By phone")), ("email", _("By e-mail")), ("no", _("Not at all"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Patient]) -> QuerySet[Patient]:
        """Those with a contact in use, of that kind."""
        match self.value():
            case "yes":
                return queryset.filter(usable_contacts())
            case "no":
                return queryset.filter(~usable_contacts())
            case "phone" | "email" as kind:
                return queryset.filter(usable_contacts(kind=ContactKind(kind)))
        return queryset


class OpenTaskFilter(DropdownFilter):
    """Patients for whom somebody has something to do."""

    title = lazy("open task")
    parameter_name = "task"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Yes or no."""
        return [("yes", _("Has an open task")), ("no", _("Has none"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Patient]) -> QuerySet[Patient]:
        """Those with, or without, a task that is not done."""
        waiting = Exists(CoordinatorTask.objects.filter(patient=OuterRef("pk"), done_at__isnull=True))
        match self.value():
            case "yes":
                return queryset.filter(waiting)
            case "no":
                return queryset.filter(~waiting)
        return queryset


class DoneFilter(DropdownFilter):
    """Tasks that wait, and tasks that are done."""

    title = lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Open or done."""
        return [("open", _("Open")), ("done", _("Done"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CoordinatorTask]) -> QuerySet[CoordinatorTask]:
        """Those that are done, or not."""
        if self.value() in ("open", "done"):
            return queryset.filter(done_at__isnull=self.value() == "open")
        return queryset
