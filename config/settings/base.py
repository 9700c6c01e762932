"""What is the same everywhere. The environment is read in local, test and production."""

from __future__ import annotations

from typing import Any

import django_stubs_ext

from config.beat import TIMETABLE
from config.env import BASE_DIR
from config.languages import own_name, spoken
from config.queues import ORDINARY, TASK_QUEUES
from config.settings.admin_site import *
from config.settings.doors import *
from config.settings.traces import *

# ModelAdmin[Patient] and the like are subscripted for the type checker; Django alone allows some of them.
django_stubs_ext.monkeypatch()

DEBUG = False
SANDBOX = False
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

#: Whose migrations must stay linear.
FIRST_PARTY_APPS = ["config", "staff", "patients", "messaging", "reminders", "alerts", "inbox", "portal", "desk"]
INSTALLED_APPS = [
    *FIRST_PARTY_APPS,
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "auditlog",
    "axes",
    "django_linear_migrations",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "import_export",
    "phonenumber_field",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # In this order: whose session has ended is nobody, and nobody is asked for a second factor.
    "staff.doors.session.SessionEnd",
    "django_otp.middleware.OTPMiddleware",
    "staff.acting.Acting",
    "django.contrib.messages.middleware.MessageMiddleware",
    "patients.middleware.ClinicTime",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "staff.doors.gate.SecondFactorGate",
    # Last: it answers for whoever has tried too often to sign in.
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]

LANGUAGE_CODE = "en"
MESSAGE_TEMPLATES = BASE_DIR / "templates" / "messages"
#: Languages in which every message template exists: adding one is adding its files. See config/languages.py.
MESSAGE_LANGUAGES = spoken(MESSAGE_TEMPLATES)
#: Each with what its speakers call it.
MESSAGE_LANGUAGE_NAMES = [(code, own_name(code)) for code in MESSAGE_LANGUAGES]
#: Languages of the staff's own pages, each with a catalogue in every room: docs/translating.md.
LANGUAGES = [(code, own_name(code)) for code in ("en", "es")]
# A year: the language that somebody chose on a machine is still theirs after the next sign-in.
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
# Everything is stored and computed in UTC; people's zones are applied at the edges.
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"

PHONENUMBER_DB_FORMAT = "E164"
PHONENUMBER_DEFAULT_FORMAT = "E164"

# --- Bonewatch -----------------------------------------------------------------------------------

#: How far ahead visits and their reminders exist as rows, in days.
PLANNING_HORIZON_DAYS = 120
#: Who reads an inbound text, in order; each handler sees every text. See messaging/inbound.py.
INBOUND_HANDLERS = [
    # First: a red flag is heard whatever else a text may be.
    "alerts.inbound.handle",
    "messaging.consent_replies.handle",
    # Before reminders, to whom a wish for the link would be words for a person.
    "portal.inbound.handle",
    "reminders.inbound.handle",
    # Claims no text either: each goes into its conversation, whatever became of it.
    "inbox.inbound.handle",
    # Claims no text: that one came shows that the number can be texted.
    "messaging.faults.hear",
]
#: Who hears of a no, and who of a yes, in the transaction that writes the consent ledger:
#: `(address, purpose or "all", source, now)`. See messaging/consent.py.
ON_OPT_OUT = "reminders.opt_outs.hear"
ON_OPT_IN = ["reminders.opt_outs.hear_yes", "alerts.opt_ins.hear"]
#: Who keeps a phone's place of the day for something nearer: `(addresses, now) -> addresses`. See messaging/budget.py.
BUDGET_CLAIMS = ["reminders.cadence.claims"]
#: Blanks that templates may use: mappings of name → longest value, one for each room that sends.
MESSAGE_VOCABULARIES = [
    "reminders.rendering.VOCABULARY",
    "reminders.answering.VOCABULARY",
    "alerts.rota.texts.VOCABULARY",
    "alerts.rendering.VOCABULARY",
    "inbox.answers.VOCABULARY",
    "portal.page_links.VOCABULARY",
]
#: What blanks get on this installation: `(languages) -> {language: {blank: longest}}`. See messaging/linter.py.
REAL_VALUES = ["reminders.real_values.values"]
#: What each blank becomes, for whoever writes wordings: mappings of name → (meaning, example). docs/words.md.
WORDING_BLANKS = ["alerts.word_blanks.BLANKS", "reminders.word_previews.BLANKS"]
#: Real patients for previews of wordings: a module with `search` and `values`.
WORDING_PEOPLE = "reminders.word_previews"
#: What the product itself says around a mail: words.<language>.json.
MAIL_WORDS = BASE_DIR / "templates" / "mails"
#: Where mails that cannot be delivered are returned to, each with its own tag; empty: to the sender. docs/mail.md.
BOUNCE_ADDRESS = ""
#: Who may bring mails to /webhooks/mail/; none: nobody, and the address does not exist.
MAIL_WEBHOOK_TOKENS: list[str] = []
#: No address gets more routine messages than these, whatever asks for them: what is more is held for a person. Two
#: patients who share a phone may have a visit on the same day. See messaging/guard.py.
ROUTINE_PER_HOUR = 6
ROUTINE_PER_DAY = 12
#: What the carrier bills for one part of a text, e.g. "0.0083 USD": plan changes show their cost. Empty: they do not.
TEXT_PRICE = ""
#: Clinic and telephone to be named in answers to an address: `(address) -> {"clinic": …, "phone": …}`, or empty.
WHO_WE_ARE = "patients.owners.who_we_are"
#: Who is told when sending itself is in trouble. See messaging/operator.py.
OPERATOR_ALARM = "alerts.from_below.hear"
#: Seconds to wait for the carrier or the mail host before the outcome is in doubt.
CARRIER_TIMEOUT_SECONDS = 10
#: Requests that the carrier lets one account have in flight, all workers together; it publishes no number.
CARRIER_CONCURRENCY = 100
#: Segments, calls or mails a second by kind of sender (messaging/domain/pacing.py), where the defaults there are not
#: what the carrier has granted. A single sender's own is in the admin.
CARRIER_PACES: dict[str, float] = {}
#: Minutes between two test alerts that walk the real path (alerts/canary.py); 0: none. They need a phone that answers.
ALERTS_CANARY_MINUTES = 15
CANARY_PHONE = ""
#: Called by the watchdog while all is well; empty: nobody listens.
WATCHDOG_PING_URL = ""
EMAIL_TIMEOUT = 10

# --- Celery --------------------------------------------------------------------------------------

CELERY_TASK_DEFAULT_QUEUE = ORDINARY
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TASK_ROUTES = {name: {"queue": queue} for name, queue in TASK_QUEUES.items()}
CELERY_BEAT_SCHEDULE = TIMETABLE
# Keeps nothing on disk: every entry is an interval of minutes at most, and what is due is in the database.
CELERY_BEAT_SCHEDULER = "config.scheduler:PromptScheduler"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = False
CELERY_RESULT_BACKEND = None
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
# A wake-up that cannot be published at once is dropped: the sweeps of beat find the rows anyway.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 15,
    "retry_on_timeout": True,
    # Redis takes a task of this age for lost and hands it to another worker: none may run that long.
    "visibility_timeout": 600,
}
CELERY_TASK_TIME_LIMIT = 540
