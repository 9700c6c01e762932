"""Injections under the skin or into a muscle: denosumab, and the hormone depots."""

from __future__ import annotations

from reminders.catalogue import lines
from reminders.catalogue.entry import Entry
from reminders.domain.words import Route

_COUNTED = "The next date counts from the date given [PROP]."
_DENOSUMAB_BEFORE = (lines.BLOOD_TEST, lines.SUPPLEMENTS, lines.MOUTH, lines.DENTIST_FIRST, lines.PREGNANCY)
_DENOSUMAB_AFTER = (
    "Low calcium: mostly in the first 6 months, possible at any time, deaths are known. Ask about cramps, twitching, "
    "tingling of fingers, toes or mouth. Jaw; new thigh or groin pain. Lapsed for more than 8 weeks or stopped: flag "
    "it, because several spine fractures have followed stopping. Late: call the prescriber about the next date."
)
_DENOSUMAB_FACTS = (
    "Late window 3 days [PROP]. Correct a low calcium first; check it in the first weeks above all, closer below a "
    "creatinine clearance of 30 mL/min or on dialysis; at least 500 mg calcium and 400 IU vitamin D a day unless "
    "calcium is high [S23, S6b]. Look at the mouth, no open wound in it [S24]; dental exam first [S11]. Never with a "
    "second denosumab product [S6]. Pregnancy [GK]. Low calcium mostly in the first 6 months, deaths known [S24b]; "
    "thigh or groin pain [S24c]; fractures after stopping [S6b]; the mark at 8 weeks [PROP]. The text that could be "
    'read has no rule for a missed dose of this product; "call for instructions" [S7]. The rule "give it as soon as '
    f'possible" is that of the osteoporosis product [S4]. {_COUNTED}'
)
_FLARE = (
    "Flare in the first weeks: bone pain, blocked urine, pressure on the spinal cord. Ask about legs, bladder and back "
    "twice a week in weeks 1-4."
)
_FLARE_FACTS = "Flare of the first weeks [S31]; asking twice a week in weeks 1-4 [PROP]."


def _depot(*, code: str, name: str, weeks: int, facts: str, after: str = _FLARE, before: tuple[str, ...] = ()) -> Entry:
    """A depot injection: 4 weeks keep 0/+3 days, 12 and 16 weeks 7 to either side, 24 weeks -7/+14 [PROP]."""
    early, late = {4: (0, 3), 12: (7, 7), 16: (7, 7), 24: (7, 14)}[weeks]
    window = f"Window {early} days before to {late} days after [PROP]."
    if weeks == 16:
        window += " No proposal names 16 weeks; the window of 12 weeks is used [PROP]."
    return Entry(
        code=code,
        name=name,
        route=Route.INJECTION,
        interval_days=weeks * 7,
        early_days=early,
        late_days=late,
        minimum_gap_days=weeks * 7 - early,
        duration_minutes=30,
        before=before,
        after=after,
        facts=f"{facts} {window} {_COUNTED}",
    )


def _leuprolide(months: int, milligrams: str, weeks: int) -> Entry:
    return _depot(
        code=f"leup_{months}",
        name=f"Leuprolide depot {milligrams} mg IM, every {weeks} weeks",
        weeks=weeks,
        facts=(
            f"{milligrams} mg every {weeks} weeks; depots are never split or combined [S30]. A form under the skin "
            f"exists [GK]. {_FLARE_FACTS}"
        ),
    )


def _triptorelin(months: int, milligrams: str, weeks: int) -> Entry:
    return _depot(
        code=f"trip_{months}",
        name=f"Triptorelin {milligrams} mg IM, every {weeks} weeks",
        weeks=weeks,
        facts=f"{milligrams} mg every {weeks} weeks [GK]. Flare as with the other agonists [GK].",
    )


DENOSUMAB = (
    Entry(
        code="dmab_q4w",
        name="Denosumab 120 mg SC, every 4 weeks",
        route=Route.INJECTION,
        interval_days=28,
        late_days=3,
        minimum_gap_days=28,
        duration_minutes=30,
        before=_DENOSUMAB_BEFORE,
        after=_DENOSUMAB_AFTER,
        facts=f"120 mg under the skin every 4 weeks, biosimilars alike [S6, PAGE]. {_DENOSUMAB_FACTS}",
    ),
    Entry(
        code="dmab_gctb",
        name="Denosumab 120 mg SC, days 1, 8, 15, 29, then every 4 weeks",
        route=Route.INJECTION,
        interval_days=28,
        late_days=3,
        minimum_gap_days=28,
        loading_days=(0, 7, 14, 28),
        duration_minutes=30,
        before=_DENOSUMAB_BEFORE,
        after=f"{_DENOSUMAB_AFTER} In a growing skeleton calcium may rise after stopping.",
        facts=(
            "120 mg under the skin on days 1, 8, 15 and 29, then every 4 weeks [S6]; the same for high calcium that "
            "bisphosphonates do not hold [S6c]. High calcium after stopping in a growing skeleton [S6b]. "
            f"{_DENOSUMAB_FACTS}"
        ),
    ),
)

HORMONES = (
    _leuprolide(1, "7.5", 4),
    _leuprolide(3, "22.5", 12),
    _leuprolide(4, "30", 16),
    _leuprolide(6, "45", 24),
    _depot(
        code="gos_1",
        name="Goserelin 3.6 mg SC, every 28 days",
        weeks=4,
        facts=(
            "3.6 mg every 28 days; a delay of a few days is permissible, the 28 days are to be kept [S25]. "
            f"{_FLARE_FACTS}"
        ),
    ),
    _depot(
        code="gos_3",
        name="Goserelin 10.8 mg SC, every 12 weeks",
        weeks=12,
        facts=f"10.8 mg every 12 weeks [S25b]. {_FLARE_FACTS}",
    ),
    _depot(
        code="deg_1",
        name="Degarelix SC, 240 mg then 80 mg every 28 days",
        weeks=4,
        after="Reaction where it was injected (abdomen). No flare.",
        facts="240 mg at the first visit, then 80 mg every 28 days [S32]. No flare [GK].",
    ),
    _triptorelin(1, "3.75", 4),
    _triptorelin(3, "11.25", 12),
    _triptorelin(6, "22.5", 24),
    Entry(
        code="fulv",
        name="Fulvestrant 500 mg IM, days 1, 15, 29, then every 28 days",
        route=Route.INJECTION,
        interval_days=28,
        late_days=3,
        minimum_gap_days=28,
        loading_days=(0, 14, 28),
        duration_minutes=30,
        facts=f"500 mg on days 1, 15 and 29, then every 28 days [GK]. Late window 3 days [PROP]. {_COUNTED}",
    ),
)
