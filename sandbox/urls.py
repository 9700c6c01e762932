"""The addresses of the sandbox: the carrier's REST surface, phones, mailbox, and the carrier's mood."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import path
from django.views.generic import RedirectView

from sandbox.pages import mail, mail_acts, misbehave, phones
from sandbox.rest import calls, elsewhere, messages

if not getattr(settings, "SANDBOX", False):
    raise ImproperlyConfigured("sandbox.urls is included although SANDBOX is off")

app_name = "sandbox"
ACCOUNT = "twilio/2010-04-01/Accounts/<str:account>/"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="sandbox:phones"), name="home"),
    path(f"{ACCOUNT}Messages.json", messages.collection),
    path(f"{ACCOUNT}Messages/<str:sid>.json", messages.member),
    path(f"{ACCOUNT}Calls.json", calls.collection),
    path(f"{ACCOUNT}Calls/<str:sid>.json", calls.member),
    path(f"{ACCOUNT}<path:rest>", elsewhere.missing),
    path("phones/", phones.index, name="phones"),
    path("phones/<str:key>/", phones.phone, name="phone"),
    path("phones/<str:key>/setting/", phones.setting, name="phone_setting"),
    path("phones/<str:key>/calls/<str:sid>/", phones.press, name="press"),
    path("mail/", mail.index, name="mail"),
    path("mail/<str:key>/", mail.letter, name="letter"),
    path("mail/<str:key>/act/", mail_acts.act, name="mail_act"),
    path("mail/<str:key>/raw/", mail.raw, name="raw"),
    path("mail/<str:key>/<int:number>/", mail.attachment, name="attachment"),
    path("misbehave/", misbehave.mood, name="misbehave"),
]
