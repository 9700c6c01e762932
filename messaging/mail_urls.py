"""Where mail comes in, and where a mail is stopped (mounted at the root)."""

from __future__ import annotations

from django.urls import path

from messaging import mail_webhook, unsubscribe

urlpatterns = [
    path("webhooks/mail/", mail_webhook.take, name="take-mail"),
    path("u/<str:token>/", unsubscribe.stop, name="unsubscribe"),
]
