"""What fires the starter rules: signs of the lexicon, how many of them, temperatures (docs/clinical-content.md).

A clinic changes them in the admin, as new versions of the rules; these are what a new clinic starts from.
"""

from __future__ import annotations

from alerts.domain.rules import Rule, Trigger
from alerts.domain.words import Condition, Tier

_PLAYED_DOWN = frozenset({"mild", "chronic"})
_OLD = frozenset({"chronic"})


def _when(
    tier: Tier,
    *concepts: str,
    at_least: int = 1,
    needs: tuple[str, ...] = (),
    unless: frozenset[str] = frozenset(),
) -> Trigger:
    return Trigger(tier, frozenset(concepts), at_least, needs=frozenset(needs), unless=unless)


_CORD = (
    "legs.weak", "legs.numb", "legs.odd", "arm.weak", "gait.trouble", "saddle.numb", "trunk.numb", "bladder.leak",
    "bowel.leak", "bowel.cannot", "shock.electric", "numb.alone",
)  # fmt: skip
#: Body parts that are spoken of, with nothing said that explains it harmlessly.
_UNCLEAR = ("legs.unclear", "saddle.unclear", "bladder.unclear")
_HARMLESS = frozenset({"mild", "chronic", "benign", "asked"})
_CORD_NOW = ("cannot.walk", "paralysis", "bladder.cannot")
_BACK = ("back.pain",)
_HYPERCALCEMIA = ("thirst", "urination.lots", "constipation", "nausea", "appetite.none", "tired")
_CLEAR_MIND = ("confusion", "drowsy.hard")

STARTER_RULES: tuple[Rule, ...] = (
    Rule(
        "mscc_neuro",
        Condition.CORD,
        (
            _when(Tier.T0, *_CORD_NOW, unless=_OLD),
            _when(Tier.RED, *_CORD, unless=_OLD),
            _when(Tier.RED, "likely.cord"),
            _when(Tier.RED, "weak.cannot_rise"),
            _when(Tier.RED, *_UNCLEAR, unless=_HARMLESS),
            _when(Tier.AMBER, *_CORD, *_CORD_NOW, "arm.numb"),
        ),
    ),
    Rule(
        "mscc_pain",
        Condition.CORD_PAIN,
        (
            _when(Tier.RED, "pain.band", "pain.shooting", "back.aggravated", unless=_PLAYED_DOWN),
            *(
                _when(Tier.RED, *_BACK, needs=(word,), unless=_PLAYED_DOWN)
                for word in ("severe", "new", "worse", "sudden", "night", "lying", "cough")
            ),
            _when(Tier.RED, *_BACK, needs=("spine_metastases", "worse")),
            _when(Tier.AMBER, *_BACK, "pain.band", "pain.shooting", "back.aggravated"),
        ),
    ),
    Rule(
        "hyperca",
        Condition.HYPERCALCEMIA,
        (
            _when(Tier.RED, *_CLEAR_MIND, "calcium.high", "calcium.lab_high", "vomiting.cannot_keep"),
            _when(Tier.RED, "likely.hypercalcemia"),
            _when(Tier.RED, *_HYPERCALCEMIA, at_least=2, unless=_PLAYED_DOWN),
            _when(Tier.RED, *_HYPERCALCEMIA, at_least=3),
            _when(Tier.AMBER, *_HYPERCALCEMIA),
        ),
    ),
    Rule(
        "infection",
        Condition.INFECTION,
        (
            Trigger(Tier.RED, temperature_c=38.0),
            _when(Tier.RED, "fever", "chills", "infection.local", unless=frozenset({"measured_normal"})),
            _when(Tier.RED, "likely.infection"),
            _when(Tier.AMBER, "fever", "chills", "cough.bad"),
        ),
    ),
    Rule(
        "bleed",
        Condition.BLEEDING,
        (
            _when(Tier.T0, "bleed.active", "bleed.vomit", "stool.black", unless=frozenset({"mild"})),
            _when(Tier.RED, "likely.bleeding"),
            _when(Tier.T0, "head.injury"),
            _when(Tier.RED, "bleed.vomit", "stool.black", "bleed.orifice"),
            _when(Tier.RED, "bleed.plain", unless=_PLAYED_DOWN),
            _when(Tier.RED, "bleed.site", "bleed.gums", needs=("severe",)),
            _when(Tier.RED, "bruising", unless=frozenset({"mild"})),
            _when(Tier.RED, "bleed.site", "bleed.gums", "bruising", "thinner", "fall", at_least=2, unless=_PLAYED_DOWN),
            _when(Tier.AMBER, "bleed.active", "bleed.site", "bleed.gums", "bruising"),
        ),
    ),
    Rule(
        "fracture",
        Condition.FRACTURE,
        (
            _when(Tier.RED, "bone.snap", "bone.broken", "bone.deformed", "bone.cannot_bear", "fall.cannot_rise"),
            _when(Tier.RED, "likely.fracture"),
            _when(Tier.RED, "bone.pain_sudden", unless=_PLAYED_DOWN),
            _when(Tier.RED, "fall", "injury.sign", at_least=2),
            _when(Tier.RED, "fall", "pain.any", at_least=2),
            _when(Tier.AMBER, "fall", "bone.pain_sudden"),
        ),
    ),
    Rule(
        "anemia",
        Condition.ANEMIA,
        (_when(Tier.AMBER, "dizzy", "heart.racing"),),
    ),
    Rule(
        "hypoca",
        Condition.LOW_CALCIUM,
        (
            _when(Tier.RED, "likely.low_calcium"),
            _when(Tier.RED, "tingle.mouth", "tingle.fingers"),
            _when(Tier.RED, "spasm", unless=frozenset({"mild"})),
            _when(Tier.RED, "spasm", "cramps.legs", "arm.numb", needs=("denosumab_60d",)),
            _when(Tier.RED, "spasm", "cramps.legs", "arm.numb", "after.denosumab", at_least=2, unless=_PLAYED_DOWN),
            _when(Tier.RED, "calcium.low", needs=("denosumab_60d",)),
            _when(Tier.AMBER, "spasm", "cramps.legs", "arm.numb", "calcium.low"),
        ),
    ),
    Rule("onj", Condition.JAW, (_when(Tier.AMBER, "jaw.sore", "dental.plan"),)),
    Rule(
        "acute_phase",
        Condition.REACTION,
        (
            _when(Tier.AMBER, "ache.flu", "chills", "pain.bone", needs=("bisphosphonate_3d", "severe")),
            _when(Tier.GREEN, "ache.flu", "pain.bone", "tired", "headache", needs=("bisphosphonate_3d",)),
        ),
    ),
    Rule("renal", Condition.RENAL, (_when(Tier.AMBER, "urine.little", "swelling.legs", "swelling.one_leg"),)),
    Rule(
        "pain_uncontrolled",
        Condition.PAIN,
        (
            _when(Tier.RED, "pain.severe", "pain.score_high", unless=_OLD),
            _when(Tier.AMBER, "pain.severe", "pain.score_high", "pain.score_raised", "pain.unrelieved"),
        ),
    ),
    Rule(
        "allergy",
        Condition.ALLERGY,
        (
            _when(Tier.T0, "airway.swelling"),
            _when(Tier.T0, "hives", unless=frozenset({"mild"})),
            _when(Tier.AMBER, "hives", "rash"),
        ),
    ),
    Rule("selfharm", Condition.SELF_HARM, (_when(Tier.T0, "selfharm"),)),
    Rule(
        "emergency",
        Condition.EMERGENCY,
        (
            _when(Tier.T0, "breathless", "wheeze", "seizure", "stroke", "faint", "headache.worst"),
            _when(Tier.T0, "chest.pain", unless=_OLD),
            _when(Tier.RED, "likely.emergency"),
            _when(Tier.RED, "body.cry"),
            _when(Tier.AMBER, "chest.pain"),
        ),
    ),
    Rule(
        "unclassified",
        Condition.UNCLASSIFIED,
        (
            *(
                _when(Tier.AMBER, "pain.bone", "pain.any", needs=("spine_metastases", word))
                for word in ("new", "worse", "sudden")
            ),
            _when(Tier.GREEN, "pain.any", "headache", "diarrhea", "bruise.small", "ache.flu"),
        ),
    ),
)
