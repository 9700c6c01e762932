"""What each code of a provider calls for here: the defaults that are shipped, and what staff have decided instead.

Every process reads the decisions again after REREAD, so that a change in the admin holds everywhere without a
restart. Looking a code up touches no database: the loop that asks the providers does it as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

import structlog

from messaging.channels import smtp_codes, twilio_codes
from messaging.channels.base import ChannelFailure, PermanentFailure, TransientFailure
from messaging.domain.reactions import LOUD, TRANSIENT, Code, Reaction
from messaging.metrics import PROVIDER_CODES
from messaging.models import CodeReaction

log = structlog.get_logger(__name__)

REREAD = timedelta(seconds=30)
DEFAULTS: Mapping[str, Code] = MappingProxyType({**twilio_codes.CODES, **smtp_codes.CODES})


class _Table:
    """The table that holds in this process. It is replaced as a whole, so that a reader in another thread sees one
    or the other.
    """

    codes: Mapping[str, Code] = DEFAULTS
    read_at: datetime | None = None


def lookup(code: str) -> Code | None:
    """What `code` means and calls for; None when nobody has said so."""
    return _Table.codes.get(code)


def refresh(*, now: datetime) -> None:
    """Read the decisions again, when the last reading is older than REREAD."""
    read_at = _Table.read_at
    if read_at is not None and read_at <= now < read_at + REREAD:
        return
    _Table.codes = MappingProxyType(dict(DEFAULTS) | {row.code: decided(row) for row in CodeReaction.objects.all()})
    _Table.read_at = now


def forget() -> None:
    """Back to the defaults until the next refresh, which reads the decisions whatever the time."""
    _Table.codes, _Table.read_at = DEFAULTS, None


def decided(row: CodeReaction) -> Code:
    """What staff have decided about a code; what they could not say keeps its default."""
    default = DEFAULTS.get(row.code) or Code(f"refused with code {row.code}", Reaction(row.reaction))
    return replace(
        default,
        words=row.words or default.words,
        reaction=Reaction(row.reaction),
        wait=row.wait_seconds,
        tries=row.tries,
    )


def seen(code: str, *, known: Code | None) -> None:
    """A provider has answered with `code`: it is counted, and one that is unknown or needs the operator is loud."""
    PROVIDER_CODES.labels(code=code[:20], known="yes" if known else "no").inc()
    if known is None:
        log.error("unknown_provider_code", code=code[:20])
    elif known.reaction in LOUD:
        log.error("operator_needed", code=code, words=known.words)


def trouble(code: str, words: str) -> tuple[str, str]:
    """What the operator is told while messages end with a code that waiting does not cure: its key, and a sentence."""
    remedy = "Messages that end with it are not sent again. See Reactions to codes in the admin."
    return f"code:{code}", f"Code {code}: {words}. {remedy}"


def failure(name: str, code: Code) -> ChannelFailure:
    """The failure of a channel that `code` calls for when it refuses a message at once."""
    if code.reaction in TRANSIENT:
        return TransientFailure(
            name,
            code.words,
            retry_after=code.wait or None,
            holds_sender=code.reaction is Reaction.HOLD,
            whole_account=code.reaction is Reaction.HOLD and code.account,
            # A held sender keeps its queue for as long as that takes.
            tries=code.tries if code.reaction is Reaction.RETRY else 0,
        )
    return PermanentFailure(
        name,
        code.words,
        opted_out=code.reaction is Reaction.OPT_OUT,
        dead_address=code.reaction is Reaction.ADDRESS,
        operator=code.reaction is Reaction.OPERATOR,
    )
