"""What the page of one conversation shows: the part that lives, and what stands around it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from alerts.admin.words import running
from alerts.domain.words import Condition
from alerts.models import NurseReview
from inbox import answers, closing
from inbox.admin import conversation
from inbox.admin.rows import whose
from inbox.answering import flag_of, language_of, refusal, ways
from inbox.models import Thread
from messaging.domain.gsm7 import EXTENSION, LOOK_ALIKES, alphabet
from patients.admin.clock import clock
from patients.admin.fields import LANGUAGE_NAMES
from patients.domain.address import national


def live(thread: Thread, *, everything: bool, now: datetime) -> dict[str, Any]:
    """What changes by itself: the clock, the conversation, a red flag that is raised meanwhile."""
    said = conversation.conversation(thread, everything=everything)
    flag = flag_of(thread)
    reviews = NurseReview.objects.filter(inbound__in_threads__thread=thread, done_at__isnull=True)
    return {
        "thread": thread,
        "said": said,
        "signature": f"{said.signature}-{flag.pk if flag else 0}-{thread.assigned_to_id}-{thread.waiting_since}",
        "flag": flag,
        "flag_words": Condition(flag.condition).title if flag else "",
        "review": reviews.order_by("due_at").first(),
        "late": thread.due_at is not None and thread.due_at <= now,
        "due": clock(thread.due_at, thread.clinic.zone),
        "age": running(now - thread.waiting_since) if thread.waiting_since else "",
        "as_of": now,
    }


def around(thread: Thread, user: Any, *, now: datetime) -> dict[str, Any]:
    """What is known of who writes, as far as `user` may know it, and what an answer may be made of."""
    language = language_of(thread)
    folds = {"basic": "".join(sorted(alphabet())), "double": "".join(sorted(EXTENSION)), "like": LOOK_ALIKES}
    return {
        "phone": national(thread.address),
        "language": LANGUAGE_NAMES.get(language, language),
        "language_code": language,
        "consents": conversation.consent_of(thread),
        "others": [(patient, _thread_of(patient.pk)) for patient in conversation.others_at(thread, user)],
        "questions": conversation.questions(thread, now=now),
        "beside": [whose(other) for other in closing.beside(thread, user)],
        "refusal": refusal(thread),
        "way_refusals": [way.refusal for way in ways(thread) if way.refusal],
        "ready": answers.ready(thread.clinic, thread.patient, language=language, now=now),
        "alphabet": folds,
    }


def _thread_of(patient_id: int) -> int | None:
    return Thread.objects.filter(patient=patient_id).values_list("pk", flat=True).first()
