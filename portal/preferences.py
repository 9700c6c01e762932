"""What a patient may settle on her own page about messages: language, first contact, hours, yes and no, detail.

Every yes and no goes into the consent ledger with the very words of the page and their version. A box that was not
touched writes nothing: a page that lay open for a day takes nothing back that was said since.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import time
from hashlib import sha256

from django.db import transaction

from messaging import consent
from messaging.domain.address import consent_key
from messaging.domain.delivery import Purpose
from messaging.models import ConsentEvent
from patients.board import close_task, draft_task, open_anew
from patients.domain.profile import ContactKind, Owner
from patients.models import ContactPoint, Patient, TaskKind
from portal.opened import Opened

#: What can be said yes or no to, in the order of the page.
PURPOSES = (Purpose.REMINDERS, Purpose.WARNINGS, Purpose.CHECKINS)
PAGE = ConsentEvent.Source.PAGE


class Unfit(ValueError):
    """What was chosen cannot be kept; the message is the name of the words that say why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One box: a purpose at a contact, and how it stands."""

    contact: ContactPoint
    purpose: Purpose
    on: bool

    @property
    def name(self) -> str:
        """The box's name in the form."""
        return f"{self.contact.pk}-{self.purpose}"


def own_contacts(patient: Patient) -> list[ContactPoint]:
    """The patient's own phones and mailboxes that work; a caregiver's are the caregiver's."""
    own = patient.contacts.filter(owner=Owner.PATIENT, unusable_since__isnull=True)
    return list(own.order_by("position", "pk"))


def choices(contacts: Collection[ContactPoint]) -> list[Choice]:
    """Every box as it stands now, by one query."""
    pairs = [(contact.address, purpose) for contact in contacts for purpose in PURPOSES]
    allowed = consent.allowed(pairs)
    return [
        Choice(contact=contact, purpose=purpose, on=(contact.address, purpose) in allowed)
        for contact in contacts
        for purpose in PURPOSES
    ]


def masked(contact: ContactPoint) -> str:
    """Enough of an address for its owner to know it, and too little for anybody else."""
    if contact.kind == ContactKind.PHONE:
        return f"••• {contact.address[-4:]}"
    name, _, domain = contact.address.partition("@")
    return f"{name[:1]}•••@{domain}"


def set_language(opened: Opened, code: str, *, known: Collection[str]) -> None:
    """In which language messages are written from now on."""
    if code not in known:
        raise Unfit("unknown")
    _save(opened.patient, language=code)


def set_hours(opened: Opened, begins: str, ends: str) -> None:
    """Narrow the hours of routine messages within the clinic's; both empty: as the clinic does."""
    known = {f"{each:%H:%M}" for each in hours_offered(opened)}
    if not begins and not ends:
        _save(opened.patient, messages_from=None, messages_until=None)
        return
    if begins not in known or ends not in known or begins >= ends:
        raise Unfit("hours_wrong")
    _save(opened.patient, messages_from=time.fromisoformat(begins), messages_until=time.fromisoformat(ends))


def hours_offered(opened: Opened) -> list[time]:
    """Every full hour of the clinic's window, and its two ends."""
    opens, closes = opened.clinic.messages_from, opened.clinic.messages_until
    if opens >= closes:
        return [time(hour) for hour in range(24)]
    inside = {time(hour) for hour in range(24) if opens <= time(hour) <= closes}
    return sorted(inside | {opens, closes})


@transaction.atomic
def put_first(opened: Opened, contact_id: str) -> None:
    """Try this one of the patient's own contacts before the others; a caregiver's place stays what it was."""
    everybody = list(opened.patient.contacts.select_for_update().order_by("position", "pk"))
    own = [each for each in everybody if each.owner == Owner.PATIENT]
    first = next((each for each in own if str(each.pk) == contact_id and each.is_usable), None)
    if first is None:
        raise Unfit("unknown")
    everybody.remove(first)
    before = next((n for n, each in enumerate(everybody) if each.owner == Owner.PATIENT), len(everybody))
    everybody.insert(before, first)
    for position, each in enumerate(everybody, start=1):
        if each.position != position:
            each.position = position
            each.save(update_fields=["position"])


@transaction.atomic
def set_choices(opened: Opened, ticked: Collection[str], shown_on: Collection[str]) -> int:
    """Record what was switched: boxes that differ from how the page showed them, and from how they stand."""
    switched = 0
    for choice in choices(own_contacts(opened.patient)):
        wanted = choice.name in ticked
        if wanted != (choice.name in shown_on) and wanted != choice.on:
            say(opened, choice.contact, choice.purpose, granted=wanted)
            switched += 1
    return switched


def say(opened: Opened, contact: ContactPoint, purpose: Purpose, *, granted: bool) -> None:
    """One yes or no into the ledger, in the words that stood beside the box."""
    words = sentence(opened, purpose, granted=granted)
    consent.record(
        contact.address,
        purpose,
        granted=granted,
        source=PAGE,
        wording=words,
        wording_version=version(words),
        language=opened.language,
        unencrypted_ok=True if granted else None,
        now=opened.now,
    )


def stop_everything(opened: Opened) -> None:
    """No more messages of our own accord to any of the patient's own contacts."""
    for key in {consent_key(contact.address) for contact in opened.patient.contacts.filter(owner=Owner.PATIENT)}:
        words = opened.say["stop"]["words"]
        consent.revoke_everything(key, source=PAGE, wording=words, language=opened.language, now=opened.now)


@transaction.atomic
def wish_detail(opened: Opened, *, wanted: bool) -> str:
    """Names of treatments in messages: off at once; on where the clinic allows it, else a coordinator is asked."""
    key = f"detail-{opened.patient.pk}"
    if not wanted:
        _save(opened.patient, detail_agreed_at=None)
        close_task(TaskKind.PAGE_REQUEST, key, outcome="Taken back on the patient's own page.", now=opened.now)
        return "saved"
    if opened.clinic.allows_detail:
        _save(opened.patient, detail_agreed_at=opened.now)
        return "saved"
    title = "Wishes that messages name the treatment"
    detail = f"On her own page, in these words: {opened.say['preferences']['detail_words']}"
    task = draft_task(
        patient_id=opened.patient.pk,
        kind=TaskKind.PAGE_REQUEST,
        key=key,
        title=title,
        detail=detail,
        now=opened.now,
    )
    open_anew([task])
    return "detail_asked"


def sentence(opened: Opened, purpose: Purpose, *, granted: bool) -> str:
    """What is agreed to, or no longer: the warning that messages are not encrypted is part of every yes."""
    words = opened.say["preferences"]
    what = f"{words['agree']} {words[f'{purpose}_what']}"
    return f"{what} {words['unencrypted']}" if granted else f"{words['no_more']} {words[f'{purpose}_what']}"


def version(words: str) -> str:
    """Names the words: whoever changes a letter of them has another version."""
    return f"page-{sha256(words.encode()).hexdigest()[:8]}"


def _save(patient: Patient, **changes: object) -> None:
    for name, value in changes.items():
        setattr(patient, name, value)
    patient.save(update_fields=list(changes))
