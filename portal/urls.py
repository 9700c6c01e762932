"""Where a patient's own pages are: all beneath /p/<token>/, the key in the address."""

from __future__ import annotations

from django.urls import path, re_path

from portal import symptoms_page
from portal.views import calendar, home, preferences

app_name = "portal"
urlpatterns = [
    path("p/<str:token>/", home.show, name="home"),
    path("p/<str:token>/visit/<uuid:visit>/", home.answer, name="answer"),
    path("p/<str:token>/visit/<uuid:visit>.ics", calendar.one, name="visit_file"),
    path("p/<str:token>/tasks/<uuid:visit>/", home.tick, name="tick"),
    path("p/<str:token>/calendar/", calendar.subscribe, name="calendar"),
    path("p/<str:token>/preferences/", preferences.show, name="preferences"),
    path("p/<str:token>/stop/", preferences.stop, name="stop"),
    path("p/<str:token>/visits.ics", calendar.feed, name="feed"),
    path("p/<str:token>/feel/", symptoms_page.feel, name="feel"),
    path("p/<str:token>/feel/<uuid:report>/", symptoms_page.sent, name="felt"),
    # Links that telephones have cut off or run together with a full stop still find the page, or kind words.
    re_path(r"^p(?:/(?P<token>(?s:.*)))?$", home.show),
]
