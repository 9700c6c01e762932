"""A clinic's settings. Each variable is required and checked: a wrong one stops the start and is named."""

from __future__ import annotations

from config.env import (
    authentication_tokens,
    database_url,
    email_settings,
    env,
    mail_sender,
    optional_mailbox,
    optional_number,
    optional_phone,
    optional_price,
    optional_secrets,
    public_base_url,
    refuse_sandbox,
    required_hosts,
    required_secret,
    required_url,
    sender,
    twilio_account,
)
from config.logs import logging_settings
from config.settings.base import *
from config.settings.databases import database

refuse_sandbox()
SANDBOX = False

SECRET_KEY = required_secret("DJANGO_SECRET_KEY", at_least=32)
# Secrets of before: links in mails that were signed with them go on working.
SECRET_KEY_FALLBACKS = optional_secrets("DJANGO_SECRET_KEY_FALLBACKS", at_least=32)
# The machine itself may always ask: health checks come from inside.
ALLOWED_HOSTS = [*required_hosts("ALLOWED_HOSTS"), "localhost", "127.0.0.1"]
PUBLIC_BASE_URL = public_base_url("PUBLIC_BASE_URL")
DATABASES = {"default": database(database_url("DATABASE_URL"))}
CELERY_BROKER_URL = required_url("REDIS_URL", schemes=("redis", "rediss"), credentials=True)

TWILIO_ACCOUNT_SID = twilio_account("TWILIO_ACCOUNT_SID")
TWILIO_AUTH_TOKENS = authentication_tokens("TWILIO_AUTH_TOKEN")
TWILIO_FROM_REMINDERS = sender("TWILIO_FROM_REMINDERS")
# A sender of their own: the carrier queues by sender, and a page must not wait behind six hundred reminders.
TWILIO_FROM_ALERTS = sender("TWILIO_FROM_ALERTS")
TWILIO_API_BASE_URL = required_url("TWILIO_API_BASE_URL", schemes=("https",), default="https://api.twilio.com")
CARRIER_CONCURRENCY = optional_number("CARRIER_CONCURRENCY", default=100, at_least=1, at_most=10_000)
ROUTINE_PER_HOUR = optional_number("ROUTINE_PER_HOUR", default=6, at_least=1, at_most=1000)
ROUTINE_PER_DAY = optional_number("ROUTINE_PER_DAY", default=12, at_least=1, at_most=10_000)
TEXT_PRICE = optional_price("TEXT_PRICE")
WATCHDOG_PING_URL = required_url("WATCHDOG_PING_URL", schemes=("https",))
ALERTS_CANARY_MINUTES = optional_number("ALERTS_CANARY_MINUTES", default=15, at_most=1440)
# Without a phone that answers there is no canary.
CANARY_PHONE = optional_phone("CANARY_PHONE")

EMAIL_CONFIG = email_settings("EMAIL_URL")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = mail_sender("DEFAULT_FROM_EMAIL")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
BOUNCE_ADDRESS = optional_mailbox("BOUNCE_ADDRESS")
MAIL_WEBHOOK_TOKENS = optional_secrets("MAIL_WEBHOOK_TOKEN", at_least=24)

LOGGING = logging_settings(as_json=True, level=env.str("LOG_LEVEL", default="INFO"))

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
SESSION_IDLE_MINUTES = optional_number("SESSION_IDLE_MINUTES", default=60, at_least=5, at_most=720)
# No page of the admin opens to a password alone.
SECOND_FACTOR = "required"
TRUSTED_PROXIES = optional_number("TRUSTED_PROXIES", default=0, at_most=5)
SECURE_SSL_REDIRECT = True
# Health checks and Prometheus come from inside, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
# The reverse proxy must set this header itself and drop the client's: see docs/operations.md.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# Preloading binds every subdomain of a clinic for years: theirs to decide.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
