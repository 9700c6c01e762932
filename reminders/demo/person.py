"""What the demo says of one invented patient: who, which treatment, when the next visit is, what is odd."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

#: In place of a zone: one where it is daytime at the moment of loading, so that quiet hours hold nothing up.
AWAKE = ""


@dataclass(frozen=True, slots=True)
class Due:
    """The visit lies where its reminder `rung` is due `minutes` after loading, whatever the hour."""

    rung: str
    minutes: int


@dataclass(frozen=True, slots=True)
class InDays:
    """The visit lies so many days from today; negative: it lies behind, and no dose was recorded."""

    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Caregiver:
    """Somebody who is written to for the patient."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One invented patient. Phones are of the range kept for fiction, mailboxes of example domains."""

    mrn: str
    name: tuple[str, str]
    born: str
    treatment: str
    next_visit: Due | InDays
    clock: time = time(10)
    given: int = 0
    language: str = "en"
    zone: str = AWAKE
    phone: str = ""
    email: bool = True
    caregiver: Caregiver | None = None
    cancer: str = "unknown"
    sites: tuple[str, ...] = ()
    lesions: str = "unknown"
    location: str = "Harbor Infusion Suite, 3rd floor"
    #: Name of a function in reminders/demo/oddities.py; "" for a plain course of events.
    oddity: str = ""
    #: Days by which the last dose was given late; what follows moved with it.
    late_by: int = 0
    consent: bool = True

    @property
    def birthday(self) -> date:
        """The date of birth."""
        return date.fromisoformat(self.born)

    @property
    def mailbox(self) -> str:
        """A mailbox at an example domain, made of the name."""
        given, family = (part.lower().translate(_PLAIN) for part in self.name)
        return f"{given}.{family}@example.com"


_PLAIN = str.maketrans("áéíóúñüø- ", "aeiounuo__", "'")
