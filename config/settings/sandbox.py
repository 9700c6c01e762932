"""The stand-in carrier and mailbox: its account, its token, its addresses. Never in production."""

from __future__ import annotations

import os

from config.env import env
from config.settings import base
from messaging.domain.pacing import Kind

SANDBOX = True
FIRST_PARTY_APPS = [*base.FIRST_PARTY_APPS, "sandbox"]
INSTALLED_APPS = [*base.INSTALLED_APPS, "sandbox"]
DATABASE_ROUTERS = ["sandbox.router.SandboxRouter"]

TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="AC" + "0" * 32)
TWILIO_AUTH_TOKENS = env.list("TWILIO_AUTH_TOKEN", default=["sandbox-token"])
TWILIO_FROM_REMINDERS = env.str("TWILIO_FROM_REMINDERS", default="+12025550100")
TWILIO_FROM_ALERTS = env.str("TWILIO_FROM_ALERTS", default="+12025550101")
TWILIO_API_BASE_URL = env.str(
    "TWILIO_API_BASE_URL", default=f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/sandbox/twilio"
)
#: This carrier is as fast as the machine.
CARRIER_PACES = {kind.value: 100_000.0 for kind in Kind}
#: The sandbox's own phone that answers every text with its words.
CANARY_PHONE = env.str("CANARY_PHONE", default="+12025550199")

#: Who else has a phone besides patients: modules with `owners(addresses)` and `addresses_of(words)`.
SANDBOX_PHONEBOOKS = ["alerts.phonebook"]

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="smtp://127.0.0.1:8025")
vars().update(EMAIL_CONFIG)
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", default="returns@bonewatch.example")
MAIL_WEBHOOK_TOKENS = env.list("MAIL_WEBHOOK_TOKEN", default=["sandbox-mail-token"])
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Bonewatch demo clinic <clinic@bonewatch.example>")

# The stand-in carrier bills nothing; so that plan changes show what a real one would.
TEXT_PRICE = "0.01 USD"
