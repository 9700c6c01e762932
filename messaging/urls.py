"""Where the carrier calls: inbound texts and delivery receipts (mounted at /webhooks/twilio/)."""

from __future__ import annotations

from django.urls import path

from messaging import webhooks

app_name = "messaging"
urlpatterns = [
    path("sms/", webhooks.inbound_text, name="inbound-text"),
    path("status/<uuid:message>/", webhooks.delivery_receipt, name="delivery-receipt"),
]
