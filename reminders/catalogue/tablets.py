"""Tablets taken at home every day. Nobody records them, so none is ever overdue."""

from __future__ import annotations

from reminders.catalogue import lines
from reminders.catalogue.entry import Entry
from reminders.domain.words import Route

TABLETS = (
    Entry(
        code="iban_po",
        name="Ibandronate 50 mg tablet, daily",
        route=Route.TABLET,
        interval_days=1,
        tracks_doses=False,
        duration_minutes=15,
        before=(lines.EMPTY_STOMACH, lines.UPRIGHT, lines.MOUTH),
        after="Tablets irritate the gut and are poorly absorbed. A missed one is left out, never doubled.",
        facts=(
            "50 mg a day [S18]. Fasting, plain water, upright for 30 minutes [S18b]; 60 minutes for the monthly "
            "product [S18c]. Irritates the gut, poorly absorbed [PAGE]. Mouth as for every bone drug [S11]. Missed: "
            "leave it out, never double [GK]. Not labelled for bone metastases in the United States [GK]."
        ),
    ),
    Entry(
        code="clod_po",
        name="Clodronate 1600 mg by mouth, daily",
        route=Route.TABLET,
        interval_days=1,
        tracks_doses=False,
        duration_minutes=15,
        before=(lines.EMPTY_STOMACH, lines.NO_MILK, lines.FLUIDS, lines.MOUTH),
        after="Tablets irritate the gut and are poorly absorbed. A missed one is left out, never doubled.",
        facts=(
            "1600 mg a day as one dose; 1200 mg at a creatinine clearance of 30-50 mL/min, 800 mg at 10-30. Empty "
            "stomach: nothing but water 2 hours before and 1 hour after; no milk, antacids or minerals; fluids [S22]. "
            "Irritates the gut, poorly absorbed [PAGE]. Mouth as for every bone drug [S11]. Missed: leave it out, "
            "never double [GK]."
        ),
    ),
)
