"""What every page of this admin shares: labels above fields, no seconds, boxes that stand odd input."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect
from django.db import models
from django.forms import ModelChoiceField
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSingleTimeWidget, UnfoldAdminTextareaWidget


class SearchBox(AutocompleteSelect):
    """A select with a search box. Django's own raises where the address or form holds no number."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        """The chosen row, if what was chosen can be one."""
        sane = [each for each in value if str(each).isascii() and str(each).isdigit() and len(str(each)) < 19]
        return super().optgroups(name, sane, attrs)


class PageAdmin(ModelAdmin):
    """The base of the admin's pages."""

    compressed_fields = False
    list_filter_submit = True
    list_per_page = 50
    formfield_overrides = {
        models.TimeField: {"widget": UnfoldAdminSingleTimeWidget(format="%H:%M")},
        models.TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 6})},
    }

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Search boxes for the fields that ask for one."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = SearchBox(db_field, self.admin_site, using=kwargs.get("using"))
        field: ModelChoiceField[Any] | None = super().formfield_for_foreignkey(db_field, request, **kwargs)
        return field
