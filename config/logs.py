"""Logging: one line an event through structlog; JSON in production. Numbers, mail addresses and links never pass.

The last step masks whatever looks like a phone number, a mail address or somebody's link in the finished line,
tracebacks included: house rules keep them out of log calls, this keeps them out when somebody forgets. PostgreSQL
quotes the row that it refuses, names and texts and all: that goes as well.
"""

from __future__ import annotations

import logging
import re
from typing import Any

import structlog

PHONE = re.compile(r"(?:\+|%2B)\d{7,15}\b|\(\d{3}\) ?\d{3}-\d{4}|\b\d{3}-\d{3}-\d{4}\b")
MAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
#: Whoever holds such a link acts as the person whom it was sent to; Django names the path of a request that broke.
LINK = re.compile(r"(/(?:a|p|u|oncall)/)[\w:-]{8,}")
#: What PostgreSQL adds to a refusal. Its line breaks may stand written out, once or twice.
REFUSED_ROW = re.compile(
    r"(Failing row contains|Key \([^)]*\)=) ?\(.*?\)(?=\.(?:\\+n|\s|[\"']|$)| already| is )", re.DOTALL
)


def mask(text: str) -> str:
    """`text` without phone numbers, mail addresses, keys in links and rows that a database refused."""
    bare = LINK.sub(r"\1[key]", REFUSED_ROW.sub(r"\1 [row]", text))
    return MAIL.sub("[mail]", PHONE.sub("[phone]", bare))


# Local variables of a traceback hold what people wrote; the lines of code say enough.
_WITHOUT_LOCALS = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


class MaskingFormatter(structlog.stdlib.ProcessorFormatter):
    """Renders an event, ours or a library's, and masks the result."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


def drop_request(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Django hands the whole request to its log; its path may hold somebody's link."""
    event.pop("request", None)
    return event


SHARED_STEPS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    drop_request,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


#: Libraries that say too much: a line for every tick, or request lines with numbers and bodies.
QUIETER = {
    # Says who failed to sign in, and from where.
    "axes": "CRITICAL",
    "celery.app.trace": "WARNING",
    "celery.worker.strategy": "WARNING",
    # A wake-up that nobody took in time is no news: the next one is on its way.
    "celery.worker.request": "WARNING",
    "celery.beat": "WARNING",
    "django.request": "ERROR",
    "twilio": "ERROR",
    "twilio.http_client": "ERROR",
    "urllib3": "ERROR",
    "aiosmtpd": "ERROR",
    "mail.log": "ERROR",
}


def configure_structlog() -> None:
    """Our own events take the way of the standard library's, so that one formatter sees everything."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED_STEPS,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logging_settings(*, as_json: bool, level: str = "INFO") -> dict[str, Any]:
    """Django's LOGGING; also tells structlog to send its events the same way."""
    configure_structlog()
    tail: list[Any] = [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    if as_json:
        tail = [structlog.processors.ExceptionRenderer(_WITHOUT_LOCALS), structlog.processors.JSONRenderer()]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "events": {
                "()": MaskingFormatter,
                "foreign_pre_chain": SHARED_STEPS,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *tail],
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "events"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": [], "propagate": True},
            **{name: {"level": quiet} for name, quiet in QUIETER.items()},
        },
    }
