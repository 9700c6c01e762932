"""How the warnings about a course read: each names its days and its rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.admin.clock import day as day_in_words
from reminders.domain.schedule_warnings import Topic, Warning

#: Of more days than this the rest is counted.
_DAYS = 6


def in_words(warning: Warning) -> str:
    """One sentence or two."""
    return _WORDS[warning.topic](warning)


def _days(days: Sequence[date]) -> str:
    """`Sat 5 Dec 2026, Sun 3 Jan 2027`."""
    shown = ", ".join(date_format(on, "D j M Y") for on in days[:_DAYS])
    rest = len(days) - _DAYS
    return (
        ngettext("%(days)s and %(count)s more", "%(days)s and %(count)s more", rest)
        % {
            "days": shown,
            "count": rest,
        }
        if rest > 0
        else shown
    )


def _day(on: date | None) -> str:
    return day_in_words(on) if on else ""


def _patient_away(one: Warning) -> str:
    return _("The patient is not active (%(status)s): nothing is planned and nothing is sent.") % {"status": one.name}


def _schedule_away(one: Warning) -> str:
    return _("The schedule is not active (%(status)s): nothing is sent until it is resumed.") % {"status": one.name}


def _no_contact(one: Warning) -> str:
    return _("The patient has no telephone and no mailbox on record: no message will reach her.")


def _unusable(one: Warning) -> str:
    return _("Every contact of the patient is marked unusable: no message will reach her.")


def _no_consent(one: Warning) -> str:
    return _("No contact of the patient has agreed to reminders: no message will be sent.")


def _gap(one: Warning) -> str:
    said = ngettext(
        "%(days)s: less than the minimum gap of %(number)s day from %(name)s on %(other)s.",
        "%(days)s: less than the minimum gap of %(number)s days from %(name)s on %(other)s.",
        one.number,
    )
    return said % {"days": _days(one.days), "number": one.number, "name": one.name, "other": _day(one.other)}


def _maximum(one: Warning) -> str:
    said = ngettext(
        "%(days)s: beyond the maximum of %(number)s dose; doses already given count.",
        "%(days)s: beyond the maximum of %(number)s doses; doses already given count.",
        one.number,
    )
    return said % {"days": _days(one.days), "number": one.number}


def _dental_missing(one: Warning) -> str:
    return _("No dental check is on record; this treatment asks for one before the first visit on %(days)s.") % {
        "days": _days(one.days)
    }


def _dental_old(one: Warning) -> str:
    said = _("The last dental check on record is of %(other)s, more than %(number)s days before %(days)s.")
    return said % {"other": _day(one.other), "number": one.number, "days": _days(one.days)}


def _clocks(one: Warning) -> str:
    said = _("%(days)s: clocks are put forward over the time of the visit; it would be at %(time)s.")
    return said % {"days": _days(one.days), "time": f"{one.wall:%H:%M}" if one.wall else ""}


def _holiday(one: Warning) -> str:
    return _("%(days)s: public holiday (%(name)s).") % {"days": _days(one.days), "name": one.name}


def _weekend(one: Warning) -> str:
    return _("%(days)s: on a weekend.") % {"days": _days(one.days)}


def _same_day(one: Warning) -> str:
    return _("%(days)s: the patient also comes for %(name)s that day.") % {"days": _days(one.days), "name": one.name}


_WORDS: Mapping[Topic, Callable[[Warning], str]] = {
    Topic.PATIENT_AWAY: _patient_away,
    Topic.SCHEDULE_AWAY: _schedule_away,
    Topic.NO_CONTACT: _no_contact,
    Topic.CONTACT_UNUSABLE: _unusable,
    Topic.NO_CONSENT: _no_consent,
    Topic.GAP: _gap,
    Topic.MAXIMUM: _maximum,
    Topic.DENTAL_MISSING: _dental_missing,
    Topic.DENTAL_OLD: _dental_old,
    Topic.CLOCKS: _clocks,
    Topic.HOLIDAY: _holiday,
    Topic.WEEKEND: _weekend,
    Topic.SAME_DAY: _same_day,
}
