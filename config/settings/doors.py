"""How staff come in and when they are out again: tries, the second factor, the end of a session."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

#: "required": no page of the admin without it; "offered": whoever has set it up is asked for it; "off": nobody is.
SECOND_FACTOR = "offered"
OTP_TOTP_ISSUER = "Bonewatch"

#: Minutes without a sign of life after which a session ends, and hours after which it ends whatever happens.
SESSION_IDLE_MINUTES = 60
SESSION_HOURS = 12
SESSION_COOKIE_AGE = SESSION_HOURS * 60 * 60
#: Proxies in front of us that append to X-Forwarded-For; 0: the peer's own address is the client's.
TRUSTED_PROXIES = 0

AXES_ENABLED = True
# A name is locked for one address, never for the world: a stranger could shut anybody out otherwise.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "staff.addresses.client_address"
AXES_LOCKOUT_CALLABLE = "staff.doors.locked.page"
AXES_ENABLE_ADMIN = False
# Who signed in stands in the trace.
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken", "next"]

AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
