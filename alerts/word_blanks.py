"""For whoever writes wordings of red flags and the rota: what each blank becomes, with an example."""

from __future__ import annotations

from collections.abc import Mapping

from staff.domain.tongue import N_

#: Blank → what it becomes, and an example.
BLANKS: Mapping[str, tuple[str, str]] = {
    "initials": (N_("The patient’s initials; never her name."), "M. W."),
    "tier": (N_("How bad it is, in words."), "RED FLAG"),
    "code": (N_("What a nurse answers with to name the alert."), "K7Q4"),
    "link": (
        N_("The page of the alert, for nurses."),
        "https://bonewatch.bayside-hospital.org/a/abcdefghijklmnopqrstuvwx/",
    ),
    "line": (N_("The clinic’s 24-hour line, as people dial it."), "(202) 555-0123"),
    "note": (N_("What a nurse must know before she calls."), "PHONE: no texts."),
    "owner": (N_("Who has taken the alert."), "Nurse Montgomery"),
    "minutes": (N_("Minutes since the alert was raised."), "12"),
    "list": (N_("The open alerts of a nurse."), "K7Q4 M. W. 12 min"),
    "count": (N_("How many there are."), "2"),
    "wrong": (N_("The code that nobody knows."), "K7Q5"),
    "time": (N_("The time of the visit, or of what is told."), "9:30 AM"),
    "outcome": (N_("How the alert ended."), "Sent to the emergency department"),
    "alarm": (N_("What the alarm is about."), "Two pages have found nobody."),
    "instruction": (N_("What the patient was told."), "Please call (202) 555-0123 now."),
    "words": (N_("What somebody of the clinic has written by hand."), "Your blood test looks fine."),
    "role": (N_("What she is on call as."), "on-call nurse"),
    "starts": (N_("When the turn begins."), "Wed, Nov 25 at 7:00 PM"),
    "ends": (N_("When the turn ends."), "Thu, Nov 26 at 7:00 AM"),
    "other_starts": (N_("When the other turn begins."), "Fri, Nov 27 at 7:00 PM"),
    "other_ends": (N_("When the other turn ends."), "Sat, Nov 28 at 7:00 AM"),
    "name": (N_("Who is meant, by name."), "Nurse Montgomery"),
    "outgoing": (N_("Who stays on call until then."), "Until then Nurse Montgomery stays on call."),
}
