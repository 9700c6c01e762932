"""Filters of long lists: their choices are known beforehand, no row is read to find them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


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
