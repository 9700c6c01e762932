"""What reminders make of a patient's text: a visit confirmed, another time asked for, or words for a person."""

from __future__ import annotations

from datetime import datetime

from messaging.domain import answers
from messaging.domain.answers import Reading, Said
from messaging.domain.consent_words import Wish
from messaging.domain.consent_words import read as read_wish
from messaging.models import InboundMessage
from patients.board import draft_task, open_tasks
from patients.models import ContactPoint, TaskKind
from reminders import answering, choosing, questions
from reminders.choosing import Chosen
from reminders.domain.replies import ANSWERS, Answer
from reminders.models import Visit
from reminders.services import confirm_visit, request_move

#: What an earlier room has understood in full, and answered.
ANSWERED = ("alert_confirmed", "page_link")
#: A nurse has it before her as a patient's words; after "+" stands what else is in it.
BEFORE_A_NURSE = ("alert_raised", "alert_added", "nurse_inbox")
OPTED_OUT = "opt_out"
CONFIRMED_ALREADY, TIME_TOLD, LATE, WHICH = "confirmed_already", "visit_time_told", "answer_late", "which_visit"


def handle(message: InboundMessage, *, now: datetime) -> str | None:
    """Read one inbound text; what became of it in a word, or None where it is left to others or to a person."""
    if message.source == InboundMessage.Source.PAGE:
        # A page does itself what its forms say of visits; words on it are read for red flags alone.
        return None
    known = ContactPoint.objects.filter(address=message.from_address).select_related("patient__clinic").order_by("pk")
    # A phone that a family shares is answered in the words of one who is still in treatment.
    contacts = sorted(known, key=lambda contact: not contact.patient.is_active)
    if not contacts or message.disposition in ANSWERED:
        return None
    reading = answers.read(message.body)
    if message.disposition:
        _beside_others(reading, message, contacts, now=now)
        return None
    wish = read_wish(message.body, carrier_says=message.opt_out_type)
    # A START that nobody could obey is for a person to read.
    if wish is not None and wish.wish is not Wish.START:
        return None
    said = _completed(reading, message, now=now) or _understood(reading, message, contacts, now=now)
    if said is None or said == LATE:
        _pass_to_a_person(message, contacts, now=now)
    return said


def _beside_others(reading: Reading, message: InboundMessage, contacts: list[ContactPoint], *, now: datetime) -> None:
    """What an earlier room has claimed and answered may speak of a visit too: noted, and not answered again."""
    nurse = message.disposition.split("+")[0] in BEFORE_A_NURSE
    # "Yes" beside a symptom may be a yes to anything: only words of coming are believed there.
    means_it = reading.said in (Said.MOVE, Said.CANCEL) or (reading.said is Said.CONFIRM and reading.in_words)
    if (nurse and means_it) or (message.disposition == OPTED_OUT and reading.said is Said.CANCEL):
        chosen = choosing.choose(reading, message.from_address, contacts, now=now)
        if chosen.visits and (reading.said is Said.CONFIRM or len(chosen.visits) == 1 or reading.every):
            _act(ANSWERS[reading.said], chosen.visits, message.body, now=now)
            return
    if nurse and "+" in message.disposition:
        _open_task(message, contacts, now=now)


def _completed(reading: Reading, message: InboundMessage, *, now: datetime) -> str | None:
    """What an answer to "which visit?" comes to; None where none was asked, or this is no answer to it."""
    question = questions.pending(message.from_address, now=now)
    if question is None:
        late = reading.said is Said.LETTER and questions.was_asked_long_ago(message.from_address, now=now)
        return LATE if late else None
    standing = choosing.of_question(question, now=now)
    visits = choosing.meant(reading, question, standing, now=now)
    if not visits:
        return None
    question.answered_at = now
    question.save(update_fields=["answered_at"])
    answer = Answer(question.answer)
    said = f"{question.words}\n{message.body}"
    return _answered(answer, visits, said, message, cancels=answers.read(question.words).said is Said.CANCEL, now=now)


def _understood(
    reading: Reading, message: InboundMessage, contacts: list[ContactPoint], *, now: datetime
) -> str | None:
    """The disposition of an answer that can be acted upon; None where a person has to read it."""
    if reading.said is Said.THANKS:
        return "thanks"
    if reading.said not in ANSWERS:
        return None
    answer = ANSWERS[reading.said]
    chosen = choosing.choose(reading, message.from_address, contacts, now=now)
    if chosen.visits:
        cancels = reading.said is Said.CANCEL
        word = _answered(answer, chosen.visits, message.body, message, cancels=cancels, now=now)
        if reading.alone:
            return word
        _pass_to_a_person(message, contacts, now=now)
        return f"{word}+more"
    if chosen.among:
        return _asked_which(answer, chosen.among, message, contacts, now=now)
    if chosen.moved is not None and reading.alone:
        questions.ask(message, answer, [chosen.moved], now=now)
        answering.about("visit_time", message, chosen.moved, now=now)
        return TIME_TOLD
    return _without_a_visit(answer, chosen, reading)


def _without_a_visit(answer: Answer, chosen: Chosen, reading: Reading) -> str | None:
    """An answer to no open question: said twice, too late, or just "ok"."""
    if answer is Answer.MOVE:
        return LATE if chosen.past else None
    if not reading.alone:
        return None
    if chosen.confirmed:
        # It was understood, and answered, the first time.
        return CONFIRMED_ALREADY
    if chosen.past:
        return "confirmed_late"
    return "thanks" if reading.soft else None


def _asked_which(
    answer: Answer, visits: list[Visit], message: InboundMessage, contacts: list[ContactPoint], *, now: datetime
) -> str | None:
    """Ask which of `visits` is meant; None where that was asked before, or cannot be told by day and time."""
    names = answering.names(visits, now=now)
    if len(visits) > len(answering.LETTERS) or len(set(names)) < len(names):
        return None
    if questions.pending(message.from_address, now=now) is not None:
        return None
    questions.ask(message, answer, visits, now=now)
    answering.which(message, contacts[0].patient, visits, now=now)
    return WHICH


def _answered(
    answer: Answer, visits: list[Visit], words: str, message: InboundMessage, *, cancels: bool, now: datetime
) -> str:
    _act(answer, visits, words, now=now)
    answering.done(answer, message, visits, now=now)
    if answer is Answer.CONFIRM:
        return "confirmed"
    return "cancel_asked" if cancels else "move_asked"


def _act(answer: Answer, visits: list[Visit], words: str, *, now: datetime) -> None:
    for visit in visits:
        if answer is Answer.CONFIRM:
            confirm_visit(visit, now=now)
        else:
            request_move(visit, words=words, now=now)


def _pass_to_a_person(message: InboundMessage, contacts: list[ContactPoint], *, now: datetime) -> None:
    """A task for whoever may have written, and at most one polite answer a day."""
    _open_task(message, contacts, now=now)
    answering.received(message, contacts[0], now=now)


def _open_task(message: InboundMessage, contacts: list[ContactPoint], *, now: datetime) -> None:
    tasks = [
        draft_task(
            patient_id=contact.patient_id,
            kind=TaskKind.UNREAD_REPLY,
            key=f"{message.pk}:{contact.patient_id}",
            title="Wrote a text that needs a person",
            detail=_in_full(message),
            now=now,
        )
        for contact in contacts
    ]
    open_tasks(tasks)


def _in_full(message: InboundMessage) -> str:
    """What was written, and that pictures came with it: they are at the carrier, not here."""
    pictures = f"[{message.media_count} picture{'' if message.media_count == 1 else 's'}, kept by the carrier]"
    return f"{message.body}\n{pictures}".strip() if message.media_count else message.body
