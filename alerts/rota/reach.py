"""Whether a responder can be reached: what is wrong with her number, her consent, her second channel."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

from alerts.models import Responder
from messaging import consent
from messaging.domain.consent_ledger import BY_PHONE
from staff.domain.tongue import N_


class Problem(StrEnum):
    """Why a page might not reach somebody."""

    INACTIVE = "inactive"
    NO_PHONE = "no_phone"
    UNVERIFIED = "unverified"
    STOPPED = "stopped"
    ONE_CHANNEL = "one_channel"

    @property
    def words(self) -> str:
        """The words for it on pages and in alarms."""
        return _WORDS[self]

    @property
    def silences(self) -> bool:
        """Whether a page is not to be entrusted to her at all; else she is merely not ready for a shift."""
        return self is not Problem.ONE_CHANNEL


#: In English, for what is stored; pages say `_(problem.words)`.
_WORDS = {
    Problem.INACTIVE: N_("switched off"),
    Problem.NO_PHONE: N_("no phone number"),
    Problem.UNVERIFIED: N_("number not verified"),
    Problem.STOPPED: N_("texted STOP: texts no longer reach this phone"),
    Problem.ONE_CHANNEL: N_("no second channel: an e-mail address is missing"),
}


def problems(people: Collection[Responder]) -> dict[int, list[Problem]]:
    """What is wrong with each of them, by id; nothing is wrong with those who are ready."""
    silent = stopped(person.phone for person in people if person.phone)
    return {person.pk: _problems(person, silent) for person in people}


def in_words(found: Iterable[Problem]) -> str:
    """Problems as one phrase."""
    return ", ".join(problem.words for problem in found)


def stopped(phones: Iterable[str]) -> set[str]:
    """Those of the numbers from which the last word was a STOP, by text or through the carrier."""
    asked = set(phones)
    if not asked:
        return set()
    return {address for address, stop in consent.stops(asked).items() if stop.source in BY_PHONE}


def _problems(person: Responder, silent: Collection[str]) -> list[Problem]:
    found = {
        Problem.INACTIVE: not person.is_active,
        Problem.NO_PHONE: not person.phone,
        Problem.UNVERIFIED: bool(person.phone) and person.phone_verified_at is None,
        Problem.STOPPED: person.phone in silent,
        Problem.ONE_CHANNEL: bool(person.phone) and not person.email,
    }
    return [problem for problem, is_so in found.items() if is_so]
