"""For whoever writes wordings of red flags and the rota: what each blank becomes, with an example."""

from __future__ import annotations

from collections.abc import Mapping

#: Blank → what it becomes, and an example.
BLANKS: Mapping[str, tuple[str, str]] = {
    "initials": ("The patient’s initials; never her name.", "M. W."),
    "tier": ("How bad it is, in words.", "RED FLAG"),
    "code": ("What a nurse answers with to name the alert.", "K7Q4"),
    "link": (
        "The page of the alert, for nurses.",
        "https://bonewatch.bayside-hospital.org/a/abcdefghijklmnopqrstuvwx/",
    ),
    "line": ("The clinic’s 24-hour line, as people dial it.", "(202) 555-0123"),
    "note": ("What a nurse must know before she calls.", "PHONE: no texts."),
    "owner": ("Who has taken the alert.", "Nurse Montgomery"),
    "minutes": ("Minutes since the alert was raised.", "12"),
    "list": ("The open alerts of a nurse.", "K7Q4 M. W. 12 min"),
    "count": ("How many there are.", "2"),
    "wrong": ("The code that nobody knows.", "K7Q5"),
    "time": ("The time of the visit, or of what is told.", "9:30 AM"),
    "outcome": ("How the alert ended.", "Sent to the emergency department"),
    "alarm": ("What the alarm is about.", "Two pages have found nobody."),
    "instruction": ("What the patient was told.", "Please call (202) 555-0123 now."),
    "words": ("What somebody of the clinic has written by hand.", "Your blood test looks fine."),
    "role": ("What she is on call as.", "on-call nurse"),
    "starts": ("When the turn begins.", "Wed, Nov 25 at 7:00 PM"),
    "ends": ("When the turn ends.", "Thu, Nov 26 at 7:00 AM"),
    "other_starts": ("When the other turn begins.", "Fri, Nov 27 at 7:00 PM"),
    "other_ends": ("When the other turn ends.", "Sat, Nov 28 at 7:00 AM"),
    "name": ("Who is meant, by name.", "Nurse Montgomery"),
    "outgoing": ("Who stays on call until then.", "Until then Nurse Montgomery stays on call."),
}
