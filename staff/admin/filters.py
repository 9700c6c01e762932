"""Filters by another row (a clinic, a rota, a patient) that offer and name only rows that the person may see."""

from __future__ import annotations

from typing import Any

from django.forms import ModelChoiceField
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RelatedDropdownFilter
from unfold.contrib.filters.forms import AutocompleteDropdownForm

from staff.admin.base import visible
from staff.scope import clinic_ids


class OwnDropdownFilter(RelatedDropdownFilter):
    """A list of rows to choose from."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        """The rows in their own order, without those of other clinics."""
        ordering = self.field_admin_ordering(field, request, model_admin)
        limit: dict[str, Any] | None = None
        if clinic_ids(request.user) is not None:
            rows = visible(model_admin.admin_site, request, field.remote_field.model._default_manager.all())
            limit = {"pk__in": rows.order_by().values("pk")}
        found: list[tuple[Any, str]] = field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=limit)
        return found


class OwnAutocompleteForm(AutocompleteDropdownForm):
    """The search box of a filter. It would print the name of whatever row an address names."""

    def __init__(self, *args: Any, request: HttpRequest, name: str, model_admin: Any, **kwargs: Any) -> None:
        super().__init__(*args, request=request, name=name, model_admin=model_admin, **kwargs)
        field = self.fields[name]
        if isinstance(field, ModelChoiceField) and field.queryset is not None:
            field.queryset = visible(model_admin.admin_site, request, field.queryset.all())


class OwnAutocompleteFilter(AutocompleteSelectFilter):
    """A search among rows."""

    form_class = OwnAutocompleteForm
