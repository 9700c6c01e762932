"""The addresses of the second door and of the session; they stand before those of the admin."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, path

from staff.doors import views

_view = admin.site.admin_view

urlpatterns: list[URLPattern] = [
    path("code/", _view(views.code), name="second_factor_code"),
    path("second-factor/", _view(views.enrol), name="second_factor_enrol"),
    path("recovery-codes/", _view(views.recovery_codes), name="recovery_codes"),
    path("second-factor-reset/<int:pk>/", _view(views.reset), name="second_factor_reset"),
    path("session/", _view(views.session), name="session"),
]
