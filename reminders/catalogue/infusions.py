"""Infusions: the bisphosphonates given into a vein."""

from __future__ import annotations

from reminders.catalogue import lines
from reminders.catalogue.entry import Entry
from reminders.domain.words import Route

_BEFORE = (lines.BLOOD_TEST, lines.FLUIDS, lines.SUPPLEMENTS, lines.MOUTH)
_MISSED = (
    "Missed or late: no rule of a label was found. Book again at once; the next date counts from the date given [PROP]."
)
_ZOLEDRONATE_CHECKS = (
    "Before each dose: creatinine. Withhold after a rise of 0.5 mg/dL (normal baseline) or 1.0 mg/dL (abnormal), "
    "resume at the same dose within 10% of baseline. By creatinine clearance in mL/min: above 60 4 mg, 50-60 3.5 mg, "
    "40-49 3.3 mg, 30-39 3.0 mg, below 30 not recommended. Fluids; calcium 500 mg and vitamin D 400 IU a day [S1, S2]. "
    "Dental exam first [S11]. Calcium, magnesium, phosphate [GK]."
)
_ACUTE_PHASE = (
    "About a third of people react to the first dose with fever and aches: peak 28-36 hours, gone 2-3 days later. "
    "Fever is still treated as infection until a nurse has judged it. Drink fluids. New jaw, thigh or groin pain, or "
    "very little urine: tell the team. The benefit takes 2-3 months."
)
_ACUTE_PHASE_FACTS = (
    "After: reaction in about a third, peak 28-36 h, gone 2-3 days later [S9]; paracetamol may ease it [S8, S10]; "
    "benefit after 2-3 months [S2]. Jaw [S11]. Thigh or groin pain, urine [GK]."
)

INFUSIONS = (
    Entry(
        code="zol_q4w",
        name="Zoledronic acid 4 mg IV, every 3-4 weeks",
        route=Route.INFUSION,
        interval_days=28,
        early_days=7,
        late_days=3,
        minimum_gap_days=21,
        before=(*_BEFORE, lines.DENTIST_FIRST),
        after=_ACUTE_PHASE,
        facts=(
            "4 mg over at least 15 minutes, every 3-4 weeks [S1, S2, S3, PAGE]: 28 days, never before day 21. "
            f"Late window 3 days [PROP]. {_ZOLEDRONATE_CHECKS} {_ACUTE_PHASE_FACTS} {_MISSED}"
        ),
    ),
    Entry(
        code="zol_q12w",
        name="Zoledronic acid 4 mg IV, every 12 weeks",
        route=Route.INFUSION,
        interval_days=84,
        early_days=7,
        late_days=7,
        minimum_gap_days=77,
        before=(*_BEFORE, lines.DENTIST_FIRST),
        after=_ACUTE_PHASE,
        facts=(
            "4 mg over at least 15 minutes, every 12 weeks: not inferior to every 4 weeks (skeletal events 28.6% "
            "against 29.5%) [S12]; a guideline accepts both [S13]. Window 7 days to either side [PROP]. "
            f"{_ZOLEDRONATE_CHECKS} {_ACUTE_PHASE_FACTS} {_MISSED}"
        ),
    ),
    Entry(
        code="zol_hcm",
        name="Zoledronic acid 4 mg IV, once for high calcium",
        route=Route.INFUSION,
        minimum_gap_days=7,
        default_visits=1,
        before=(lines.BLOOD_TEST,),
        after="Check the calcium again. Fever and aches as after any first dose.",
        facts=(
            "4 mg once for corrected calcium of 12 mg/dL or more, with saline; again not before 7 days [S1, S3]. "
            "Overdue when its day has ended [PROP]. Missed: urgent, book again the same day [PROP]."
        ),
    ),
    Entry(
        code="pam_q4w",
        name="Pamidronate 90 mg IV, every 3-4 weeks",
        route=Route.INFUSION,
        interval_days=28,
        early_days=7,
        late_days=3,
        minimum_gap_days=21,
        duration_minutes=180,
        before=(*_BEFORE, lines.DENTIST_FIRST),
        after=_ACUTE_PHASE,
        facts=(
            "90 mg over 2 hours every 3-4 weeks (breast), over 4 hours monthly (myeloma) [S14, S15, PAGE]: 28 days, "
            "never before day 21. Late window 3 days [PROP]. Creatinine before each dose, withheld by the same "
            "numbers as zoledronic acid; never more than 90 mg at once; calcium and vitamin D where at risk [S14, "
            f"S15]. Dental exam first [S11]. Notes after the visit as for zoledronic acid. {_ACUTE_PHASE_FACTS} "
            f"{_MISSED}"
        ),
    ),
    Entry(
        code="iban_iv",
        name="Ibandronate 6 mg IV, every 3-4 weeks",
        route=Route.INFUSION,
        interval_days=28,
        early_days=7,
        late_days=3,
        minimum_gap_days=21,
        before=(*_BEFORE, lines.DENTIST_FIRST),
        after="Flu-like aches are possible. Fever is still treated as infection until a nurse has judged it.",
        facts=(
            "6 mg over at least 15 minutes every 3-4 weeks [S16]: 28 days, never before day 21. A consensus also "
            "describes 6 mg on 3 days in a row at the start; not used here [S17]. Late window 3 days [PROP]. Kidney "
            "function first: the 15-minute infusion only where it is normal or mildly reduced [S16]. Fluids, "
            "supplements, mouth as for zoledronic acid; dental exam first [S11]. Not labelled for bone metastases in "
            f"the United States [GK]. {_MISSED}"
        ),
    ),
)
