"""Logging: one line an event through structlog; JSON in production. Numbers, mail addresses never pass.

The last step masks whatever looks like a phone number or a mail address in the finished line, tracebacks
included: house rules keep them out of log calls, this keeps them out when somebody forgets.
"""

from __future__ import annotations

import logging
import re
from typing import Any

import structlog

PHONE = re.compile(r"(?:\+|%2B)\d{7,15}\b|\(\d{3}\) ?\d{3}-\d{4}|\b\d{3}-\d{3}-\d{4}\b")
MAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")


def mask(text: str) -> str:
    """`text` without phone numbers and mail addresses."""
    return MAIL.sub("[mail]", PHONE.sub("[phone]", text))


class MaskingFormatter(structlog.stdlib.ProcessorFormatter):
    """Renders an event, ours or a library's, and masks the result."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


SHARED_STEPS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def logging_settings(*, as_json: bool, level: str = "INFO") -> dict[str, Any]:
    """Django's LOGGING; also tells structlog to send its events the same way."""
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
    tail: list[Any] = (
        [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
        if as_json
        else [structlog.dev.ConsoleRenderer(colors=False)]
    )
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
            # a line for every task and every tick says nothing that the metrics do not
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            "django.server": {"handlers": [], "propagate": True},
            # its request lines hold numbers and bodies
            "twilio": {"level": "ERROR"},
            "twilio.http_client": {"level": "ERROR"},
            "urllib3": {"level": "ERROR"},
            "aiosmtpd": {"level": "ERROR"},
            "mail.log": {"level": "ERROR"},
        },
    }
