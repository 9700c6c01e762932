"""Whether a phone may get a warning today: warnings share its texts with reminders, give way to them, and can wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from alerts.domain.warning_words import WarningReason, WarningState
from alerts.models import PlannedWarning
from messaging import budget, outbox
from messaging.domain.budget import Allowance
from messaging.domain.delivery import Channel
from messaging.domain.quiet_hours import Window


def fit(
    letters: Sequence[outbox.Draft], rows: Mapping[str, PlannedWarning], *, now: datetime
) -> tuple[list[outbox.Draft], list[PlannedWarning]]:
    """Those of `letters` that may leave at `now`, and the rows of those for which there will be no room in time.

    What finds room later waits: its row in memory says until when. Nobody else sends routine texts to these phones
    until the transaction is over.
    """
    phones = {letter.address for letter in letters if letter.channel is Channel.SMS}
    book = budget.open_book(phones, now=now)
    claimed = budget.claimed(phones, now=now)
    leave: list[outbox.Draft] = []
    without: list[PlannedWarning] = []
    for letter in letters:
        row = rows[letter.key]
        allowance, patient = _allowance(row), row.patient
        if letter.channel is not Channel.SMS:
            leave.append(letter)
        elif letter.address not in claimed and book.left(letter.address, allowance, now=now, zone=patient.zone):
            book.take(letter.address, now=now)
            leave.append(letter)
        else:
            window = Window(*patient.hours)
            until = book.next_moment(letter.address, allowance, now=now, window=window, zone=patient.zone)
            if until is None or until >= row.expires_at:
                without.append(row)
            else:
                _wait(row, until)
    return leave, without


def _allowance(row: PlannedWarning) -> Allowance:
    clinic = row.patient.clinic
    return Allowance(clinic.texts_a_day, clinic.texts_a_week).yielding()


def _wait(row: PlannedWarning, until: datetime) -> None:
    row.state, row.due_at, row.reason = WarningState.PLANNED, until, WarningReason.NO_ROOM
    row.settled_at, row.channel, row.text = None, "", None
