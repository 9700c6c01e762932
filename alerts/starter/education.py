"""The warnings that ship: what patients are taught to watch for, for whom, and when it is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Any

from alerts.domain.warning_words import Anchor, Audience, Topic
from alerts.starter.sources import with_references
from patients.domain.care import DrugClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Warning:
    """One warning rule. `facts`: where it is from, with marks of alerts/starter/sources.py."""

    code: str
    name: str
    topic: Topic
    template: str
    facts: str
    audience: Audience = Audience.EVERYONE
    drug_class: DrugClass | None = None
    anchor: Anchor = Anchor.ENROLMENT
    after_days: int = 0
    at_time: time = time(11)
    every_weeks: int | None = None
    for_weeks: int | None = None
    first_doses: int | None = None

    def columns(self) -> dict[str, Any]:
        """Column by column, but for the code."""
        return {
            "name": self.name,
            "topic": self.topic.value,
            "template": self.template,
            "source": with_references(self.facts),
            "audience": self.audience.value,
            "drug_class": self.drug_class.value if self.drug_class else "",
            "anchor": self.anchor.value,
            "after_days": self.after_days,
            "at_time": self.at_time,
            "every_weeks": self.every_weeks,
            "for_weeks": self.for_weeks,
            "first_doses": self.first_doses,
        }


WARNINGS: tuple[Warning, ...] = (
    Warning(
        code="cord_spine",
        name="Back and legs: what to watch for",
        topic=Topic.CORD,
        audience=Audience.SPINE,
        every_weeks=8,
        template="warning_back_legs",
        facts=(
            "Numb or weak legs, trouble passing urine or stool, numb belly, back pain: tell a provider right away "
            "[PAGE]; heavy legs, trouble on stairs [S38b]; keep still, emergency number when the team cannot be had "
            "[S38c]; patients wait days before they call [S39]. At enrolment and every 8 weeks; the words [PROP]."
        ),
    ),
    Warning(
        code="cord_gnrh",
        name="First weeks of a hormone depot: back, legs, bladder",
        topic=Topic.CORD,
        audience=Audience.TREATED,
        drug_class=DrugClass.GNRH,
        anchor=Anchor.START,
        after_days=1,
        every_weeks=1,
        for_weeks=4,
        template="warning_first_weeks",
        facts=(
            "Flare in the first weeks: bone pain, blocked urine, cord compression [S31]. Weekly for 4 weeks; the words "
            "[PROP]."
        ),
    ),
    Warning(
        code="high_calcium",
        name="Thirst, constipation, confusion: what to watch for",
        topic=Topic.HYPERCALCEMIA,
        after_days=3,
        every_weeks=12,
        template="warning_thirst",
        facts=(
            "Loss of appetite, nausea, thirst, constipation, tiredness, confusion: tell a provider or nurse right away "
            "[PAGE]. On the third day after enrolment and every 12 weeks; two signs; the words [PROP]."
        ),
    ),
    Warning(
        code="low_calcium",
        name="After a dose: tingling and cramps",
        topic=Topic.LOW_CALCIUM,
        audience=Audience.TREATED,
        drug_class=DrugClass.DENOSUMAB,
        anchor=Anchor.DOSE,
        after_days=3,
        first_doses=6,
        template="warning_tingling",
        facts=(
            "Spasms, cramps, numb or tingling fingers, toes, mouth; seizures, fainting: a doctor immediately [S24]; "
            "mostly in the first six months [S24b]. Three days after each of the first six doses; the words [PROP]."
        ),
    ),
    Warning(
        code="fever",
        name="Fever: what to do, day or night",
        topic=Topic.FEVER,
        after_days=1,
        every_weeks=12,
        template="warning_fever",
        facts=(
            "100.4 F for an hour or 101 F once: call at once, day or night; say that one is in treatment [S41c]; no "
            "fever medicine before the temperature is taken [S41d]. Any 100.4 F; the day after enrolment and every 12 "
            "weeks; the words [PROP]."
        ),
    ),
    Warning(
        code="fever_after_dose",
        name="After an infusion: aches or fever",
        topic=Topic.FEVER,
        audience=Audience.TREATED,
        drug_class=DrugClass.BISPHOSPHONATE,
        anchor=Anchor.DOSE,
        at_time=time(18),
        first_doses=3,
        template="warning_fever_after",
        facts=(
            "Fever and aches in about a third after a first dose, peak at 28-36 hours, gone 2-3 days later [S9]; mild "
            "and short [PAGE]. A fever is still told at once; on the evening of the first three doses; the words "
            "[PROP]."
        ),
    ),
)
