"""A report of symptoms sent: read like every text in the request that brings it, and kept as it was filled in."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID, uuid5

from messaging import inbound
from messaging.inbound import Arrival
from messaging.models import InboundMessage
from portal.domain.symptoms import compose
from portal.models import SymptomReport
from portal.opened import Opened
from portal.symptoms_answers import Answers

#: What stands for "I feel fine" among what was ticked.
FINE = "fine"


def send(opened: Opened, answers: Answers) -> SymptomReport:
    """Keep and read it, once; raises only where it could not be kept.

    What is kept first is the text, with all that follows from it. Should this process end before the report stands too,
    the same form sent again finds the text and adds what is missing.
    """
    filled, name = answers.filled, name_of(opened, answers)
    provider_id = f"page:{name.hex}"
    arrival = Arrival(
        provider_id=provider_id,
        from_address=opened.link.address,
        to_address="",
        body=compose(filled, opened.language),
        source=InboundMessage.Source.PAGE,
        on_behalf_of=str(opened.patient.pk),
    )
    inbound.receive(arrival, now=opened.now)
    signs = sorted(filled.signs) or ([FINE] if filled.fine else [])
    report, _ = SymptomReport.objects.get_or_create(
        form=name,
        defaults={
            "patient": opened.patient,
            "link": opened.link,
            "places": sorted(filled.places),
            "signs": signs,
            "words": filled.words,
            "inbound": InboundMessage.objects.get(provider_id=provider_id),
            "sent_at": opened.now,
        },
    )
    return report


def name_of(opened: Opened, answers: Answers) -> UUID:
    """What makes it the same report: this form, of this patient, with these answers.

    Who goes back, ticks one thing more and sends again has reported something more.
    """
    filled = answers.filled
    said = f"{opened.patient.pk}|{sorted(filled.signs)}|{sorted(filled.places)}|{filled.began}|{filled.change}"
    digest = sha256(f"{said}|{filled.fine}|{filled.words}".encode()).hexdigest()
    return uuid5(answers.form, digest)


def find(opened: Opened, name: UUID) -> SymptomReport | None:
    """A report of this patient."""
    return SymptomReport.objects.select_related("inbound").filter(patient=opened.patient, form=name).first()
