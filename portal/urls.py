"""Where a patient's own pages are: all beneath /p/<token>/, the key in the address."""

from __future__ import annotations

from django.urls import path

from portal.views import home

app_name = "portal"
urlpatterns = [
    path("p/<str:token>/", home.show, name="home"),
    # Links that telephones have cut off or run together with a full stop still find the page, or kind words.
    path("p/", home.show),
    path("p", home.show),
    path("p/<path:token>", home.show),
]
