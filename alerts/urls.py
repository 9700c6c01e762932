"""Where nurses and the carrier come for red flags: the page behind the link of a text, and what a call says."""

from __future__ import annotations

from django.urls import path

from alerts.views import page, voice

app_name = "alerts"
urlpatterns = [
    path("a/<str:token>/", page.nurse_page, name="page"),
    path("webhooks/twilio/voice/<uuid:page_uuid>/", voice.call, name="voice"),
]
