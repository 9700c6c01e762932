"""Radiation: external beam in fractions, and radioactive medicines into a vein."""

from __future__ import annotations

from reminders.catalogue import lines
from reminders.catalogue.entry import Entry
from reminders.domain.words import Route

_MISSED_FRACTION = "A missed fraction: call the department the same day."


def _external_beam(*, code: str, dose: str, fractions: int) -> Entry:
    """A course of `fractions`, one on each weekday."""
    return Entry(
        code=code,
        name=f"External beam, {dose} Gy in {fractions} fraction{'s' if fractions > 1 else ''}",
        route=Route.RADIATION,
        interval_days=1 if fractions > 1 else None,
        maximum_doses=fractions,
        default_visits=fractions,
        weekdays_only=True,
        duration_minutes=30,
        before=(lines.SKIN, lines.LIE_FLAT, lines.RIDE),
        after=(
            "Pain may flare in the first days, for 1-2 days. Skin changes. The full effect takes 2-3 weeks. The same "
            f"place again: not before a month. {_MISSED_FRACTION}"
        ),
        facts=(
            f"{dose} Gy in {fractions} [S26]. Weekdays [GK]. Skin care, pain medicine before lying flat, transport "
            "[GK]. Pain flare in 2-44% [S27], first days, 1-2 days long [S28]. Skin, full effect in 2-3 weeks [PAGE]. "
            f"Again not before a month [S29]. Overdue when its day has ended [PROP]. {_MISSED_FRACTION[:-1]} [GK]."
        ),
    )


EXTERNAL_BEAM = (
    _external_beam(code="rt_8x1", dose="8", fractions=1),
    _external_beam(code="rt_20x5", dose="20", fractions=5),
    _external_beam(code="rt_24x6", dose="24", fractions=6),
    _external_beam(code="rt_30x10", dose="30", fractions=10),
)

RADIOPHARMACEUTICALS = (
    Entry(
        code="ra223",
        name="Radium-223 55 kBq/kg IV, every 4 weeks, 6 doses",
        route=Route.INFUSION,
        interval_days=28,
        late_days=3,
        minimum_gap_days=28,
        maximum_doses=6,
        default_visits=6,
        before=(lines.BLOOD_TEST, lines.FLUIDS),
        after=(
            "Hygiene for a week: flush twice, gloves; condoms until 6 months after the last dose. Nausea, diarrhoea, "
            "too little fluid; bleeding and infection. Counts not recovered in 6-8 weeks: stop. Missed: the team "
            "decides. There is no seventh dose."
        ),
        facts=(
            "55 kBq/kg over about a minute, every 4 weeks, 6 times. Blood count before each: first dose neutrophils "
            "1.5, platelets 100, haemoglobin 10 or more; later neutrophils 1.0, platelets 50 or more; no recovery in "
            "6-8 weeks: discontinue [S20]. Hygiene, condoms, side effects [S20b, S20c]. Missed: contact the team "
            "[S20c]. Late window 3 days [PROP]. The next date counts from the date given [PROP]."
        ),
    ),
    Entry(
        code="lu177",
        name="Lutetium-177 vipivotide 7.4 GBq IV, every 6 weeks, up to 6 doses",
        route=Route.INFUSION,
        interval_days=42,
        early_days=7,
        late_days=7,
        minimum_gap_days=35,
        maximum_doses=6,
        default_visits=6,
        before=(lines.BLOOD_TEST, lines.FLUIDS),
        after=(
            "Fluids. Distance rules as the site sets them. Outside a week to either side: call nuclear medicine. A "
            "delay of more than 4 weeks for side effects: consider stopping."
        ),
        facts=(
            "7.4 GBq every 6 weeks, a week to either side, up to 6 doses; blood count, kidney and liver before and "
            "during [S19]. More than 4 weeks of delay: consider stopping [S19b]."
        ),
    ),
    Entry(
        code="sr89",
        name="Strontium-89 148 MBq IV, once",
        route=Route.INFUSION,
        minimum_gap_days=90,
        default_visits=1,
        before=(lines.BLOOD_TEST,),
        after=(
            "Pain may flare after 36-72 hours; relief after 7-20 days. Platelets lowest in weeks 12-16: blood count at "
            "least every other week. Never again within 90 days."
        ),
        facts=(
            "148 MBq over 1-2 minutes, again not before 90 days; platelets above 60,000, white cells above 2,400; "
            "flare, relief, lowest platelets; the brand is listed as discontinued in the United States [S21]. Blood "
            "count at least every other week [S21, S21b]. Overdue when its day has ended [PROP]."
        ),
    ),
    Entry(
        code="sm153",
        name="Samarium-153 1 mCi/kg IV, once",
        route=Route.INFUSION,
        default_visits=1,
        before=(lines.BLOOD_TEST,),
        after="Blood count every week for 8 weeks.",
        facts="1 mCi/kg once; blood count weekly for 8 weeks [GK]. Overdue when its day has ended [PROP].",
    ),
)
