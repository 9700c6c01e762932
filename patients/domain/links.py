"""The words of a patient's own links: what the holder of one may see and do."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class LinkScope(StrEnum):
    """What a link opens."""

    PAGE = "page"  # everything on the patient's own page
    CAREGIVER = "caregiver"  # visits and symptoms, but neither preferences nor consent
    CALENDAR = "calendar"  # the visits as a calendar feed, and nothing else


#: From when it is made. A visit every twelve weeks still finds its link.
LINK_LIVES = timedelta(days=100)
#: A link that is older than this is not put into a new message any more.
LINK_IS_FRESH = timedelta(days=60)
#: So many wrong dates of birth shut a link …
WRONG_BIRTHS = 5
#: … for so long.
SHUT_FOR = timedelta(hours=1)
#: How long a date of birth is remembered on the phone that gave it.
PROVEN_FOR = timedelta(minutes=30)
