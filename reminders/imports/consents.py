"""What a file says about consent, held against the ledger: entries only where they change something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from messaging import consent
from messaging.domain.address import consent_key
from messaging.domain.delivery import CONSENT_PURPOSES
from messaging.models import ConsentEvent
from patients.board import draft_task, open_tasks
from patients.imports.patient_rows import PatientRow
from patients.imports.report import Outcome
from patients.imports.store import Stored
from patients.models import CoordinatorTask, TaskKind

#: A yes in a file replaces a no of these sources only. A no that a person gave, by text, to staff or on
#: a form, is younger than whatever the file was made from, for all that we know.
_REPLACEABLE = (ConsentEvent.Source.IMPORT, ConsentEvent.Source.DEMO)


def record_consents(stored: Sequence[Stored], *, now: datetime, by: str) -> None:
    """Append to the ledger what these rows change, and ask a coordinator where a yes meets a person's no.

    A row that changes nothing else than consent counts as updated.
    """
    ledger = consent.latest({address for each in stored for address, _, _ in _wishes(each.row)})
    events: list[ConsentEvent] = []
    changing: list[ConsentEvent] = []
    tasks: dict[str, CoordinatorTask] = {}
    for each in stored:
        for address, wish, column in _wishes(each.row):
            for purpose in CONSENT_PURPOSES:
                key = (consent_key(address), purpose.value)
                last = ledger.get(key)
                if wish and last is not None and not last.granted and last.source not in _REPLACEABLE:
                    task = _contradiction(each, column, last, now)
                    tasks[task.key] = task
                elif wish != (last is not None and last.granted):
                    ledger[key] = _entry(key, column, now, granted=wish, by=by)
                    events.append(ledger[key])
                    changing += [ledger[key]] if last is not None else []
                    each.outcome = Outcome.UPDATED if each.outcome is Outcome.UNCHANGED else each.outcome
    consent.record_all(events, changing=changing)
    open_tasks(tasks.values())


def _wishes(row: PatientRow) -> list[tuple[str, bool, str]]:
    """Address, yes or no, and the column that says so."""
    asked = (
        (row.phone, row.sms_consent, "sms_consent"),
        (row.caregiver_phone, row.sms_consent, "sms_consent"),
        (row.email, row.email_consent, "email_consent"),
    )
    return [(address, wish, column) for address, wish, column in asked if address and wish is not None]


def _entry(key: tuple[str, str], column: str, now: datetime, *, granted: bool, by: str) -> ConsentEvent:
    address, purpose = key
    return ConsentEvent(
        address=address,
        purpose=purpose,
        granted=granted,
        source=ConsentEvent.Source.IMPORT,
        wording=f"{column} = {'yes' if granted else 'no'}",
        recorded_at=now,
        recorded_by=by,
    )


def _contradiction(stored: Stored, column: str, last: ConsentEvent, now: datetime) -> CoordinatorTask:
    how = {"text": "by text", "carrier": "at the carrier"}.get(last.source, "in person")
    what = "this mailbox" if column == "email_consent" else "this number"
    return draft_task(
        patient_id=stored.patient.pk,
        kind=TaskKind.OPT_OUT,
        # Once for each patient, column and opting out; importing the file again opens no second one.
        key=f"import:{stored.patient.pk}:{column}:{last.recorded_at:%Y%m%dT%H%M%S}",
        title=f"The file says yes, but {what} opted out {how}",
        detail=f"{column} is yes on row {stored.row.number}. Nothing is sent until the patient opts in again.",
        now=now,
    )
