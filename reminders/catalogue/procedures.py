"""Things done once, or in a series that the schedule spells out: surgery, ablation, cement, support, dentist."""

from __future__ import annotations

from reminders.catalogue import lines
from reminders.catalogue.entry import Entry
from reminders.domain.words import Route

_PREPARED = (lines.CONSENT, lines.FASTING, lines.BLOOD_THINNERS, lines.RIDE)
_WATCH = "Watch the wound, fever, and any new weakness of the legs: that one is an emergency."
_ONCE = "One-off. Consent, fasting, blood thinners, the ride; wound, fever, weakness of the legs afterwards [GK]."
_NO_WINDOW = "Overdue when its day has ended [PROP]."

PROCEDURES = (
    Entry(
        code="surgery",
        name="Surgery to prevent or treat a fracture",
        route=Route.PROCEDURE,
        default_visits=1,
        duration_minutes=240,
        before=_PREPARED,
        after=_WATCH,
        facts=f"Rods, plates, screws, wires or pins; to prevent or treat a break [PAGE]. {_ONCE} {_NO_WINDOW}",
    ),
    Entry(
        code="ablation",
        name="Tumor ablation",
        route=Route.PROCEDURE,
        default_visits=1,
        duration_minutes=180,
        before=_PREPARED,
        after=_WATCH,
        facts=f"By a probe: chemicals, electricity, heat or cold, often guided by CT [PAGE]. {_ONCE} {_NO_WINDOW}",
    ),
    Entry(
        code="cement",
        name="Bone cement (vertebroplasty, kyphoplasty, cementoplasty)",
        route=Route.PROCEDURE,
        default_visits=1,
        duration_minutes=180,
        before=_PREPARED,
        after=_WATCH,
        facts=f"Into the spine or another bone, also to fill the hole after ablation [PAGE]. {_ONCE} {_NO_WINDOW}",
    ),
    Entry(
        code="physio",
        name="Physical therapy session",
        route=Route.PROCEDURE,
        default_visits=1,
        after="No heat on numb or irradiated skin. New weakness of the legs is an emergency.",
        facts=(
            "One of the other treatments [PAGE]; one-off, or a series whose interval the schedule gives. Heat on numb "
            f"or irradiated skin, weakness of the legs [GK]. {_NO_WINDOW}"
        ),
    ),
    Entry(
        code="analgesia",
        name="Pain control visit (with and without medicine)",
        route=Route.PROCEDURE,
        default_visits=1,
        duration_minutes=30,
        after=(
            "Kidney disease, low platelets or an IV bisphosphonate: ask before taking an anti-inflammatory. No heat on "
            "numb or irradiated skin."
        ),
        facts=(
            "Anti-inflammatories (aspirin, ibuprofen) and other medicine; heat, cold, relaxation, special beds [PAGE]; "
            f"one-off, or a series whose interval the schedule gives. The cautions [GK]. {_NO_WINDOW}"
        ),
    ),
    Entry(
        code="dental_baseline",
        name="Dental exam before a bone drug",
        route=Route.PROCEDURE,
        default_visits=1,
        before=(lines.DENTIST_TELL,),
        after="Dental surgery that is needed comes before the first dose, where that is not urgent.",
        facts=(
            "A comprehensive exam before a bone drug that is not urgent; no elective surgery of teeth during it [S11]."
        ),
    ),
    Entry(
        code="dental_6mo",
        name="Dental check-up, every 6 months",
        route=Route.PROCEDURE,
        interval_days=182,
        early_days=7,
        late_days=14,
        minimum_gap_days=175,
        before=(lines.DENTIST_TELL,),
        after="No elective surgery of teeth or jaw while the bone drug is given.",
        facts=(
            "The dentist about every 6 months [S11]: 182 days. Window 7 days before to 14 days after, as for every "
            "24 weeks [PROP]."
        ),
    ),
)
