"""Where nurses and the carrier come for red flags: the page behind a text's link, what a call says, on-call feeds."""

from __future__ import annotations

from django.urls import path

from alerts.rota import feed
from alerts.views import page, voice

app_name = "alerts"
urlpatterns = [
    path("a/<str:token>/", page.nurse_page, name="page"),
    # Links that telephones have cut off or run together with a full stop still find the page, or kind words.
    path("a/", page.nurse_page, {"token": ""}),
    path("a/<path:token>", page.nurse_page),
    path("oncall/<str:token>.ics", feed.calendar, name="oncall_feed"),
    path("webhooks/twilio/voice/<uuid:page_uuid>/", voice.call, name="voice"),
]
