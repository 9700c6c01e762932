"""The demo's stage: texts come in, ladders climb and people answer by the product's own code, at hours of the past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min

from alerts import codes, services, sweeps
from alerts.domain.words import AlertState, Outcome
from alerts.models import Alert, AlertPage, Responder
from messaging import inbound
from messaging.domain.delivery import Channel, Purpose, Status
from messaging.models import Message
from messaging.retelling import arrive
from patients.domain.profile import ContactKind
from patients.models import Clinic, Patient

#: From a page to what the carrier says of it: a telephone rings for so long.
_RECEIPTS = timedelta(seconds=26)
_DELIVERED = {
    Channel.SMS.value: ("sent", "delivered"),
    Channel.VOICE.value: ("ringing", "completed"),
    Channel.EMAIL.value: (),
}


@dataclass(slots=True)
class Stage:
    """Where the stories are played. `now` moves forward only."""

    clinic: Clinic
    now: datetime
    #: Phones at which nobody picks up, by number.
    silent: set[str] = field(default_factory=set)
    _texts: int = 0

    def until(self, moment: datetime) -> None:
        """Let everything happen that happens by itself up to `moment`."""
        self._carry()
        while (next_at := self._next_clock()) is not None and next_at <= moment:
            self.now = max(self.now, next_at)
            sweeps.advance(now=self.now)
            self._carry()
            self._receipts(moment)
        self.now = max(self.now, moment)
        self._carry()
        sweeps.check_receipts(now=self.now)

    def text(self, sender: str, words: str, to: str = "") -> str | None:
        """A text from `sender` arrives and is read."""
        self._texts += 1
        arrival = inbound.Arrival(
            provider_id=f"SMdemo{self.now:%Y%m%d%H%M%S}{self._texts:04d}",
            from_address=sender,
            to_address=to or settings.TWILIO_FROM_REMINDERS,
            body=words,
        )
        said = inbound.receive(arrival, now=self.now)
        self._carry()
        return said

    def patient(self, mrn: str) -> Patient:
        """One of the cast."""
        return Patient.objects.get(clinic=self.clinic, mrn=mrn)

    def phone(self, mrn: str) -> str:
        """The phone that the patient, or who cares for her, writes from."""
        contact = self.patient(mrn).contacts.filter(kind=ContactKind.PHONE).order_by("position", "pk")[0]
        return contact.address

    def alert(self, mrn: str) -> Alert:
        """Her last alert."""
        return Alert.objects.filter(patient__mrn=mrn, clinic=self.clinic).order_by("-pk")[0]

    def paged_last(self, mrn: str) -> Responder:
        """Who was paged last for her."""
        pages = AlertPage.objects.filter(alert=self.alert(mrn), responder__isnull=False).order_by("-pk")
        responder = pages[0].responder
        if responder is None:
            raise LookupError("a page without a responder")
        return responder

    def takes_by_text(self, mrn: str) -> None:
        """Whoever was paged last answers with her code."""
        person = self.paged_last(mrn)
        self.text(person.phone, codes.known(self.alert(mrn), person), settings.TWILIO_FROM_ALERTS)

    def takes(self, mrn: str, *, via: str) -> None:
        """Whoever was paged last takes it by the link or by a key."""
        services.accept(self.alert(mrn).pk, by=self.paged_last(mrn), via=via, now=self.now)
        self._carry()

    def owner(self, mrn: str) -> Responder:
        """Who has it."""
        owner = self.alert(mrn).owner
        if owner is None:
            raise LookupError(f"nobody has the alert of {mrn}")
        return owner

    def spoke(self, mrn: str, *, reached: bool = True) -> None:
        """Her nurse has phoned her."""
        services.reached(self.alert(mrn).pk, by=self.owner(mrn), spoke=reached, via="link", now=self.now)
        self._carry()

    def hands_back(self, mrn: str) -> None:
        """Her nurse cannot go on with it."""
        services.hand_back(self.alert(mrn).pk, by=self.owner(mrn), via="link", now=self.now)
        self._carry()

    def closes(self, mrn: str, outcome: Outcome, note: str) -> None:
        """Her nurse records how it ended, for every red flag that she has of hers."""
        owner = self.owner(mrn)
        for alert in Alert.objects.filter(patient__mrn=mrn, owner=owner).exclude(state=AlertState.CLOSED):
            services.close(alert.pk, by=owner, outcome=outcome, note=note, via="link", now=self.now)
        self._carry()

    def _next_clock(self) -> datetime | None:
        moment: datetime | None = Alert.objects.exclude(state=AlertState.CLOSED).aggregate(at=Min("next_due_at"))["at"]
        return moment

    def _receipts(self, moment: datetime) -> None:
        """The carrier's answers come half a minute later, if the story lasts that long."""
        heard = self.now + _RECEIPTS
        if heard <= moment:
            sweeps.check_receipts(now=heard)
            self._carry(at=heard)

    def _carry(self, at: datetime | None = None) -> None:
        """The carrier takes what waits, and delivers it where somebody is."""
        moment = at or self.now
        purposes = (Purpose.PAGES, Purpose.REPLIES)
        for message in Message.objects.filter(status=Status.PLANNED, purpose__in=purposes, due_at__lte=moment):
            if message.channel == Channel.VOICE and message.address in self.silent:
                arrive(message, at=message.due_at, words=("ringing", "no-answer"), reason="nobody picked up")
            else:
                arrive(message, at=message.due_at, words=_DELIVERED[message.channel])


Deed = Callable[[Stage], object]


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that happens, so long before the demo is loaded."""

    before: timedelta
    deed: Deed


def play(stage: Stage, scenes: list[Scene], *, now: datetime) -> None:
    """All scenes in the order of their hours, and what happens by itself in between."""
    for scene in sorted(scenes, key=lambda scene: scene.before, reverse=True):
        stage.until(now - scene.before)
        scene.deed(stage)
    stage.until(now)
