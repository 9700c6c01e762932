"""What every page of this admin shares: labels above fields, no seconds, odd input, and no clinic but one's own."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import models
from django.db.models import Field, Model, QuerySet
from django.forms import ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSingleTimeWidget, UnfoldAdminTextareaWidget

from staff.admin.history import HistoryInWords
from staff.admin.once import SentOnce
from staff.admin.search import SearchInSession
from staff.admin.stale import NothingOverwritten
from staff.scope import within


class SearchBox(AutocompleteSelect):
    """A select with a search box. Django's own raises where the address or form holds no number."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        """The chosen row, if what was chosen can be one."""
        sane = [each for each in value if str(each).isascii() and str(each).isdigit() and len(str(each)) < 19]
        return super().optgroups(name, sane, attrs)


def visible(site: AdminSite, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of `rows` (of any model) that the admin's page of that model shows to this person."""
    page = site._registry.get(rows.model)
    return page.scoped(request, rows) if isinstance(page, PageAdmin) else rows


class OwnChoices:
    """For pages and inlines: a field that names another row offers, and takes, only rows that the person may see."""

    admin_site: AdminSite

    def get_field_queryset(self, db: str | None, db_field: Field[Any, Any], request: HttpRequest) -> Any:
        """The choices of a relation, in their own order, without those of other clinics."""
        rows = super().get_field_queryset(db, db_field, request)  # type: ignore[misc]
        target: Any = db_field.remote_field
        return visible(self.admin_site, request, target.model._default_manager.all() if rows is None else rows)


class PageAdmin(OwnChoices, SearchInSession, HistoryInWords, SentOnce, NothingOverwritten, ModelAdmin):
    """The base of the admin's pages.

    `clinic_path` is the lookup from a row to its clinic; None for rows that belong to no clinic, as the catalogue.
    With `or_no_clinic` those of which the clinic is left open are everybody's.
    """

    clinic_path: str | None = None
    or_no_clinic = False
    compressed_fields = False
    list_filter_submit = True
    list_per_page = 50
    formfield_overrides = {
        models.TimeField: {"widget": UnfoldAdminSingleTimeWidget(format="%H:%M")},
        models.TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 6})},
    }

    def scoped(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those of `rows` that this person may see."""
        return within(rows, request.user, self.clinic_path, or_no_clinic=self.or_no_clinic)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only rows of the person's own clinics: in lists, searches, actions, exports and at typed addresses."""
        return self.scoped(request, super().get_queryset(request))

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """Another clinic's row is as little there as one that never was; Django alone would lead to the index."""
        raise Http404(_("There is no such row, or it belongs to another clinic."))

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Search boxes for the fields that ask for one."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = SearchBox(db_field, self.admin_site, using=kwargs.get("using"))
        field: ModelChoiceField[Any] | None = super().formfield_for_foreignkey(db_field, request, **kwargs)
        return field

    def row_or_404(self, request: HttpRequest, pk: Any) -> Model:
        """The row at an address of its own, among those that this person may see."""
        row: Model | None = self.get_object(request, str(pk))
        if row is None:
            raise Http404(_("There is no such row, or it belongs to another clinic."))
        return row
