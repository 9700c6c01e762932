"""What a patient is told when a starter rule fires, and what if nobody has come: all rules, in their order."""

from __future__ import annotations

from alerts.starter.instructions_disease import DISEASE
from alerts.starter.instructions_treatment import TREATMENT
from alerts.starter.words import Instruction

#: As lists show them: what cannot wait first, what nobody recognised last.
ORDER = (
    *("mscc_neuro", "emergency", "allergy", "selfharm", "bleed", "infection", "hyperca", "fracture", "hypoca"),
    *("mscc_pain", "pain_uncontrolled", "anemia", "renal", "onj", "acute_phase", "unclassified"),
)
INSTRUCTIONS: tuple[Instruction, ...] = tuple(
    sorted((*DISEASE, *TREATMENT), key=lambda instruction: ORDER.index(instruction.code))
)
