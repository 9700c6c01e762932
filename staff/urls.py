"""The addresses of the second door and of the session; they stand before those of the admin."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, path

from staff.admin.search import posted
from staff.doors import views

_view = admin.site.admin_view

urlpatterns: list[URLPattern] = [
    path("code/", _view(views.code), name="second_factor_code"),
    path("second-factor/", _view(views.enrol), name="second_factor_enrol"),
    path("recovery-codes/", _view(views.recovery_codes), name="recovery_codes"),
    path("second-factor-reset/<int:pk>/", _view(views.reset), name="second_factor_reset"),
    # The admin's own, which look for words in the address alone.
    path("autocomplete/", _view(posted(admin.site.autocomplete_view))),
    path("search/", _view(posted(admin.site.search))),  # type: ignore[attr-defined]
    path("session/", _view(views.session), name="session"),
]
