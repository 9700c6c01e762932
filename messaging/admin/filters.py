"""Filters of long lists: their choices are known beforehand, no row is read to find them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from messaging.queue import ended_badly


class TroubleFilter(admin.SimpleListFilter):
    """Messages that did not get where they should."""

    title = _("trouble")
    parameter_name = "trouble"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The questions."""
        return [("lost", _("Lost since yesterday"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What ended badly within a day."""
        return queryset & ended_badly(now=timezone.now()) if self.value() == "lost" else queryset


class EndingFilter(admin.SimpleListFilter):
    """Texts by what became of them, in words; the rooms above know these."""

    title = _("what became of it")
    parameter_name = "became"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Codes that read alike stand behind one choice."""
        choices: list[tuple[str, str]] = import_string(settings.TEXT_ENDING_CHOICES)()
        return choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those with one of the codes."""
        return queryset.filter(disposition__in=str(self.value()).split(",")) if self.value() else queryset


class LanguageFilter(admin.SimpleListFilter):
    """By the language of the words: one of those that messages are written in."""

    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Each language by its own name."""
        return list(settings.MESSAGE_LANGUAGE_NAMES)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows in the chosen language."""
        return queryset.filter(language=self.value()) if self.value() else queryset
