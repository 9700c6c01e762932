"""What every page of this admin shares: labels above their fields, times without seconds."""

from __future__ import annotations

from django.db import models
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSingleTimeWidget


class PageAdmin(ModelAdmin):
    """The base of the admin's pages."""

    compressed_fields = False
    list_filter_submit = True
    list_per_page = 50
    formfield_overrides = {models.TimeField: {"widget": UnfoldAdminSingleTimeWidget(format="%H:%M")}}
