"""The words of a patient's own links: what the holder of one may see and do, and when one still opens."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from staff.domain.tongue import N_
from staff.domain.tongue import gettext as _


class LinkScope(StrEnum):
    """What a link opens."""

    PAGE = "page"  # everything on the patient's own page
    CAREGIVER = "caregiver"  # visits and symptoms, but neither preferences nor consent
    CALENDAR = "calendar"  # the visits as a calendar feed, and nothing else


class Standing(StrEnum):
    """Whether a link opens now; if not, why. The value is stored nowhere; `label` is what staff read."""

    OPEN = "open"
    SHUT = "shut"
    EXPIRED = "expired"
    REVOKED = "revoked"
    CONTACT = "contact"
    PATIENT = "patient"

    @property
    def label(self) -> str:
        """The standing as staff read it."""
        return _(_LABELS[self])


_LABELS = {
    Standing.OPEN: N_("Opens"),
    Standing.SHUT: N_("Shut for a while: too many wrong dates of birth"),
    Standing.EXPIRED: N_("Too old"),
    Standing.REVOKED: N_("Revoked"),
    Standing.CONTACT: N_("Its phone or mailbox was changed, removed, or does not work"),
    Standing.PATIENT: N_("The patient is no longer in treatment"),
}

#: From when it is made. A visit every twelve weeks still finds its link.
LINK_LIVES = timedelta(days=100)
#: A link that is older than this is not put into a new message any more.
LINK_IS_FRESH = timedelta(days=60)
#: So many wrong dates of birth shut a link …
WRONG_BIRTHS = 5
#: … for so long; and each one after that for twice as long as the one before, …
SHUT_FOR = timedelta(hours=1)
#: … up to this.
LONGEST_SHUT = timedelta(days=7)
#: How long a date of birth is remembered on the phone that gave it.
PROVEN_FOR = timedelta(minutes=30)


def standing(
    *,
    now: datetime,
    expires_at: datetime,
    revoked_at: datetime | None,
    shut_until: datetime | None,
    contact_stands: bool,
    patient_stands: bool,
) -> Standing:
    """How a link stands at `now`; what ends it for good is named before what passes."""
    if revoked_at is not None:
        return Standing.REVOKED
    if not patient_stands:
        return Standing.PATIENT
    if not contact_stands:
        return Standing.CONTACT
    if expires_at <= now:
        return Standing.EXPIRED
    return Standing.SHUT if shut_until is not None and shut_until > now else Standing.OPEN


def shut_for(wrong: int) -> timedelta | None:
    """How long a link shuts after so many wrong dates of birth in a row; None: not yet."""
    if wrong < WRONG_BIRTHS:
        return None
    doubled: timedelta = SHUT_FOR * (1 << min(wrong - WRONG_BIRTHS, 10))
    return min(doubled, LONGEST_SHUT)
