"""The longest words that this installation's clinics, places and calendar put into a message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db.models.functions import Length

from messaging.domain.linter import longest
from patients.domain.address import national
from patients.models import Clinic
from reminders.catalogue.lines import in_language
from reminders.domain import phrases
from reminders.models import Schedule, Treatment

#: Names of places that are looked at, the longest first: more than a clinic has.
MOST_PLACES = 50
_UTC = ZoneInfo("UTC")
#: Any leap year will do: its days have every weekday and month that a text may name.
_A_YEAR = datetime(2028, 1, 1, 23, 59, tzinfo=UTC)


def values(languages: Sequence[str]) -> dict[str, dict[str, str]]:
    """By language, the longest value of each blank of a reminder: as rows and calendar have it, not as one supposes."""
    clinics = list(Clinic.objects.only("name", "short_name", "daytime_line"))
    by_length = Schedule.objects.exclude(location="").order_by(Length("location").desc())
    places = [*by_length.values_list("location", flat=True).distinct()[:MOST_PLACES], *(c.name for c in clinics)]
    shared = {
        "clinic": longest(clinic.short_name for clinic in clinics),
        "location": longest(places),
        "phone": longest(national(str(clinic.daytime_line or "")) for clinic in clinics),
    }
    tasks = [treatment.before_visit_tasks for treatment in Treatment.objects.only("before_visit_tasks")]
    return {
        language: {
            **shared,
            **_of_calendar(language),
            "tasks": longest("\n".join(f"- {task}" for task in in_language(lines, language)) for lines in tasks),
        }
        for language in languages
    }


@lru_cache(maxsize=16)
def _of_calendar(language: str) -> dict[str, str]:
    """How long a day, a time and a date become in `language`, over a whole year."""
    moments = [_A_YEAR + timedelta(days=n) for n in range(366)]
    # Said long before, so that no day is "tomorrow", the shortest of all.
    before = _A_YEAR - timedelta(days=30)
    return {
        "day": longest(phrases.day(at, now=before, zone=_UTC, language=language) for at in moments),
        "time": longest(
            phrases.clock(_A_YEAR + timedelta(minutes=30 * n), zone=_UTC, language=language) for n in range(48)
        ),
        "when": longest(phrases.full(at, zone=_UTC, language=language) for at in moments),
    }
