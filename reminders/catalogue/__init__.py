"""What ships: the treatment catalogue and the default ladder, as data that a clinician can read.

The migrations load it, see catalogue/loading.py; docs/clinical-content.md explains it.
"""

from __future__ import annotations

from reminders.catalogue.entry import Entry
from reminders.catalogue.examinations import TESTS
from reminders.catalogue.infusions import INFUSIONS
from reminders.catalogue.injections import DENOSUMAB, HORMONES
from reminders.catalogue.ladder import ROUTE_RUNGS, TREATMENT_RUNGS, Rung
from reminders.catalogue.procedures import PROCEDURES
from reminders.catalogue.radiation import EXTERNAL_BEAM, RADIOPHARMACEUTICALS
from reminders.catalogue.tablets import TABLETS

ENTRIES: tuple[Entry, ...] = (
    *INFUSIONS,
    *DENOSUMAB,
    *HORMONES,
    *TABLETS,
    *EXTERNAL_BEAM,
    *RADIOPHARMACEUTICALS,
    *PROCEDURES,
    *TESTS,
)

__all__ = ["ENTRIES", "ROUTE_RUNGS", "TREATMENT_RUNGS", "Entry", "Rung"]
