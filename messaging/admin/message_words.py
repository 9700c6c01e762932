"""What staff call the parts of a message: where it stands, by which way, what for, what was tried and answered."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging import codes
from messaging.domain.delivery import EVERYTHING, Channel, Purpose, Status, Urgency
from messaging.models import Attempt, ConsentEvent, Message

Words = Mapping[str, str | Promise]

STATUS: Words = {
    Status.PLANNED: gettext_lazy("waits to be sent"),
    Status.CLAIMED: gettext_lazy("is being sent"),
    Status.SUBMITTING: gettext_lazy("is being sent"),
    Status.ACCEPTED: gettext_lazy("on its way"),
    Status.SENT: gettext_lazy("on its way"),
    Status.DELIVERED: gettext_lazy("arrived"),
    Status.UNDELIVERED: gettext_lazy("did not arrive"),
    Status.FAILED: gettext_lazy("could not be sent"),
    Status.EXPIRED: gettext_lazy("not sent: too late"),
    Status.HELD: gettext_lazy("held for a person"),
    Status.SUPPRESSED: gettext_lazy("not sent"),
    Status.IN_DOUBT: gettext_lazy("not sure yet"),
}
CHANNELS: Words = {
    Channel.SMS: gettext_lazy("text"),
    Channel.EMAIL: gettext_lazy("mail"),
    Channel.VOICE: gettext_lazy("call"),
}
PURPOSES: Words = {
    Purpose.REMINDERS: gettext_lazy("reminders"),
    Purpose.WARNINGS: gettext_lazy("warnings"),
    Purpose.CHECKINS: gettext_lazy("check-ins"),
    Purpose.REPLIES: gettext_lazy("answers"),
    Purpose.PAGES: gettext_lazy("pages to staff"),
    EVERYTHING: gettext_lazy("everything"),
}
URGENCY: Words = {
    Urgency.ORDINARY: gettext_lazy("routine"),
    Urgency.URGENT: gettext_lazy("urgent"),
}
OUTCOMES: Words = {
    Attempt.Outcome.ASKING: gettext_lazy("being asked"),
    Attempt.Outcome.ACCEPTED: gettext_lazy("taken"),
    Attempt.Outcome.TRANSIENT: gettext_lazy("not taken, to be tried again"),
    Attempt.Outcome.PERMANENT: gettext_lazy("refused for good"),
    Attempt.Outcome.UNKNOWN: gettext_lazy("no answer: not known"),
    Attempt.Outcome.ABSENT: gettext_lazy("proven not to have arrived there"),
    Attempt.Outcome.RETURNED: gettext_lazy("taken, and given back by the network"),
}
SOURCES: Words = {
    ConsentEvent.Source.FORM: gettext_lazy("on a signed form"),
    ConsentEvent.Source.STAFF: gettext_lazy("told to staff"),
    ConsentEvent.Source.IMPORT: gettext_lazy("imported"),
    ConsentEvent.Source.TEXT: gettext_lazy("by text"),
    ConsentEvent.Source.CARRIER: gettext_lazy("reported by the carrier"),
    ConsentEvent.Source.PAGE: gettext_lazy("on their own page"),
    ConsentEvent.Source.MAIL: gettext_lazy("by mail"),
    ConsentEvent.Source.DEMO: gettext_lazy("demo clinic"),
}
#: Words that carriers and mail hosts say of a message on its way.
_RECEIPTS: Words = {
    "queued": gettext_lazy("taken, waits in the queue of the carrier"),
    "accepted": gettext_lazy("taken"),
    "scheduled": gettext_lazy("taken for later"),
    "sending": gettext_lazy("being handed to the network"),
    "sent": gettext_lazy("handed to the network"),
    "delivered": gettext_lazy("arrived on the phone"),
    "read": gettext_lazy("arrived, and was opened"),
    "undelivered": gettext_lazy("given back by the network"),
    "failed": gettext_lazy("could not be sent"),
    "canceled": gettext_lazy("taken back"),
    "returned": gettext_lazy("came back"),
    "initiated": gettext_lazy("the call was placed"),
    "ringing": gettext_lazy("rang"),
    "in-progress": gettext_lazy("was picked up"),
    "completed": gettext_lazy("was picked up and is over"),
    "busy": gettext_lazy("was busy"),
    "no-answer": gettext_lazy("nobody picked it up"),
}


def status_of(message: Message) -> str:
    """Where it stands: a mail has no receipt, so the last that is known of one is that its host took it."""
    if message.channel == Channel.EMAIL and message.status in (Status.ACCEPTED, Status.SENT):
        return _("handed to the mail host")
    return str(STATUS[message.status])


def code_in_words(code: str) -> str:
    """What a provider's code says, with the code behind it; empty for none."""
    if not code:
        return ""
    known = codes.lookup(code)
    return _("%(words)s (code %(code)s)") % {"words": known.words if known else _("a code without words"), "code": code}


def receipt_in_words(word: str, status: str) -> str:
    """What a provider said, in our words; its own word where we have none."""
    known = _RECEIPTS.get(word.lower()) or STATUS.get(status)
    return str(known) if known else _("said “%(word)s”") % {"word": word}


def template_in_words(name: str) -> str:
    """A wording's name as people say it: `visit_day_before` is “Visit day before”."""
    return name.replace("_", " ").strip().capitalize()
