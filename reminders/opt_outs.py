"""What an opt-out asks of coordinators: a task for every patient of the number, with the ways that are left.

Called by messaging (settings.ON_OPT_OUT, ON_OPT_IN) inside the transaction that writes the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from messaging import consent
from messaging.domain.consent_ledger import OWN_WORD
from messaging.domain.delivery import EVERYTHING, Channel
from patients.board import draft_task, open_tasks
from patients.domain.profile import ContactKind, PatientStatus
from patients.models import ContactPoint, CoordinatorTask, TaskKind
from reminders.domain.gate import Contact
from reminders.reach import reach_of

_NOUNS = {ContactKind.PHONE.value: "texts", ContactKind.EMAIL.value: "mails"}
_WAYS = {Channel.SMS: "texts to", Channel.EMAIL: "mails to"}
_HOW = {
    "text": "The number texted so.",
    "carrier": "The carrier reports that this number told it so.",
    "page": "It was said on the patient's own page.",
    "mail": "It was said by mail.",
    "form": "It was said on a form.",
    "staff": "Staff were told so.",
}
#: Recorded for one patient, a no on paper holds for all who share the address; one who was asked knows of one only.
_ON_PAPER = ("form", "staff")


def hear(address: str, purpose: str, source: str, now: datetime) -> None:
    """A no has been written down: somebody is asked to agree on another way with each patient of the address."""
    contacts = list(_living(address))
    if source not in OWN_WORD and not (source in _ON_PAPER and len({c.patient_id for c in contacts}) > 1):
        return
    there = _open({contact.patient_id for contact in contacts})
    tasks = [_task(contact, purpose, source, shared=len(contacts) > 1, now=now) for contact in contacts]
    fresh = []
    for task in tasks:
        same = next((one for one in there if one.key.startswith(_head(task.key))), None)
        if same is None:
            fresh.append(task)
        else:
            same.title, same.detail = task.title, task.detail
            same.save(update_fields=["title", "detail"])
    open_tasks(fresh)


def hear_yes(address: str, purpose: str, source: str, now: datetime) -> None:
    """A yes has been written down: where the address may be written to again, nobody need find another way."""
    if address in consent.stops([address]):
        return
    contacts = list(_living(address))
    heads = [_head_of(contact) for contact in contacts]
    for task in _open({contact.patient_id for contact in contacts}):
        if any(task.key.startswith(head) for head in heads):
            task.done_at, task.outcome = now, "Agreed to messages again."
            task.save(update_fields=["done_at", "outcome"])


def remaining(contact: ContactPoint) -> str:
    """Which other ways to the patient have agreed to reminders and work, as one sentence."""
    others = [way for way in reach_of([contact.patient_id]).all(contact.patient_id) if way.id != contact.pk]
    usable = [way for way in others if way.usable and way.consented]
    if not usable:
        return "No other contact has agreed to reminders: until one does, nothing can be sent. Phone the patient."
    owners = {point.pk: point for point in ContactPoint.objects.filter(pk__in=[way.id for way in usable])}
    return f"Reminders go on by {' and '.join(_in_words(way, owners) for way in usable)}."


def _in_words(way: Contact, owners: dict[int, ContactPoint]) -> str:
    point = owners[way.id]
    return f"{_WAYS[Channel(way.channel)]} {point.owner_name or 'the patient'}{' (caregiver)' if way.caregiver else ''}"


def _task(contact: ContactPoint, purpose: str, source: str, *, shared: bool, now: datetime) -> CoordinatorTask:
    noun = _NOUNS[contact.kind]
    everything = purpose == EVERYTHING
    what = f"Opted out of {noun}" if everything else f"Wants no more {purpose} as {noun}"
    whose = contact.owner_name or contact.get_owner_display().lower()
    what_it_is = "phone" if contact.kind == ContactKind.PHONE else "mailbox"
    lines = [
        f"The {what_it_is} of {whose} asked for no more {noun if everything else purpose}. {_HOW[source]}",
        "Nothing is sent to it any more, warnings included." if everything else "",
        remaining(contact),
        "More patients share it: each has a task." if shared else "",
    ]
    return draft_task(
        patient_id=contact.patient_id,
        kind=TaskKind.OPT_OUT,
        key=f"{contact.patient_id}-{contact.pk}:{now.isoformat()}",
        title=f"{what}: agree on another way to be reached",
        detail="\n".join(line for line in lines if line),
        now=now,
    )


def _living(address: str) -> QuerySet[ContactPoint]:
    # Consent knows mailboxes in lower case; a contact keeps them as they were given.
    same = {"address__iexact": address} if "@" in address else {"address": address}
    known = ContactPoint.objects.filter(**same).exclude(patient__status=PatientStatus.DECEASED)
    return known.select_related("patient__clinic").order_by("pk")


def _open(patients: set[int]) -> Sequence[CoordinatorTask]:
    tasks = CoordinatorTask.objects.filter(patient_id__in=patients, kind=TaskKind.OPT_OUT, done_at__isnull=True)
    return list(tasks.order_by("pk"))


def _head_of(contact: ContactPoint) -> str:
    return f"{TaskKind.OPT_OUT}:{contact.patient_id}-{contact.pk}:"


def _head(key: str) -> str:
    return ":".join(key.split(":")[:2]) + ":"
