"""What becomes of a nurse's text: done, answered, or read by a person; never nothing, and never a guess."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import transaction

from alerts import alarms, cases, codes, raising, rendering, rulebook
from alerts.domain import reply
from alerts.domain.reply import Act, Reply
from alerts.domain.triage import Context, read
from alerts.domain.words import EventKind
from alerts.models import Alert, NurseReview, ReplyCode, Responder
from alerts.nurse_acts import perform
from alerts.nurse_answers import listed, open_for, say, values_for
from alerts.rota import readiness
from alerts.rota.asking import answered_by
from alerts.services import Answer, Verdict
from messaging.domain.consent_words import Wish
from messaging.domain.consent_words import read as read_wish
from messaging.models import InboundMessage
from patients.models import ContactPoint

log = structlog.get_logger(__name__)

#: By when somebody must have read a nurse's text that was not understood: while she has an open alert, else.
READ_SOON, READ_LATER = timedelta(minutes=15), timedelta(hours=4)
_WON = "nurse_accepted"
_DONE = {
    Act.HAND_BACK: "nurse_handed_back",
    Act.REACHED: "nurse_spoke",
    Act.NOT_REACHED: "nurse_no_answer",
    Act.CLOSE: "nurse_closed",
}


def handle(message: InboundMessage, responder: Responder, *, now: datetime) -> str | None:
    """Do what her text asks for and answer it; what became of it in a word.

    None only where the number is a patient's too and the text is no answer of a nurse: then it is the patient's.
    """
    wish = read_wish(message.body, carrier_says=message.opt_out_type)
    if wish is not None and wish.wish is Wish.STOP:
        readiness.stopped(responder.phone, now)
        return "nurse_stop"
    if wish is not None and wish.wish is Wish.START:
        # Her number takes texts again; a code is sent to prove it.
        readiness.started(responder, now)
        return "nurse_start"
    asked = Reply(Act.LIST) if wish is not None else reply.read(message.body)
    meant = {code: codes.meant_by(responder.phone, code) for code in asked.codes}
    if not any(meant.values()) and _is_a_red_flag_of_her_own(message):
        return None
    is_about_open_alert = any(row is not None and row.alert.is_open for row in meant.values())
    if not is_about_open_alert and (said := _to_the_rota(message, responder, asked, now=now)):
        return said
    if asked.codes or asked.broken:
        return _with_code(message, responder, asked, meant, now=now)
    return _without_code(message, responder, asked, now=now)


def _to_the_rota(message: InboundMessage, person: Responder, asked: Reply, *, now: datetime) -> str | None:
    """Her answer to a question of the rota; a no is no answer to it, and somebody has to phone her."""
    question = answered_by(person, message.body, now=now) if asked.act is Act.HAND_BACK else None
    if question is None:
        return "nurse_rota" if readiness.answer(person, message.body, now) else None
    words = f"{person} answered NO to a question of the rota ({question.kind}). Phone her and look at the rota."
    alarms.shout(f"rota:no:{question.pk}", words, now=now)
    say(message, person, "nurse_rota_no", {"code": question.code}, now=now)
    return "nurse_rota_no"


def _with_code(
    message: InboundMessage,
    person: Responder,
    asked: Reply,
    meant: dict[str, ReplyCode | None],
    *,
    now: datetime,
) -> str:
    if asked.has_words:
        _let_somebody_read(message, person, "A nurse wrote more than a command.", now=now)
    said = [_unknown(message, person, code, now=now) for code in asked.broken if not meant]
    for code, row in meant.items():
        if row is None or row.alert.clinic_id != person.clinic_id or codes.is_worn_out(row, now=now):
            said.append(_unknown(message, person, code, now=now))
        elif asked.act in (Act.UNCLEAR, Act.LIST, Act.THANKS):
            said.append(_asked_about(message, person, asked, row.alert, now=now))
        else:
            said.append(_do(message, person, asked, row.alert, now=now))
    return said[0]


def _without_code(message: InboundMessage, person: Responder, asked: Reply, *, now: datetime) -> str | None:
    if asked.act is Act.THANKS:
        return "nurse_thanks"
    alerts = open_for(person)
    if asked.act in (Act.UNCLEAR, Act.LIST) or not alerts:
        return _not_a_command(message, person, asked, alerts, now=now)
    candidates = alerts
    if asked.act in (Act.REACHED, Act.NOT_REACHED, Act.CLOSE):
        # Only who has a case can have reached its patient; with one of her own it is that one.
        candidates = [alert for alert in alerts if alert.owner_id == person.pk] or alerts
    if len(candidates) == 1:
        return _do(message, person, asked, candidates[0], now=now)
    # Which of them she means is asked, not guessed; meanwhile the ladders go on.
    say(message, person, "nurse_list", {"list": listed(alerts, person, now=now)}, now=now)
    return "nurse_listed"


def _not_a_command(
    message: InboundMessage, person: Responder, asked: Reply, alerts: list[Alert], *, now: datetime
) -> str | None:
    if not (asked.act is Act.LIST or alerts) and ContactPoint.objects.filter(address=message.from_address).exists():
        return None
    values = {"list": listed(alerts, person, now=now)} if alerts else {"line": _line(person)}
    if asked.act is not Act.UNCLEAR:
        say(message, person, "nurse_list" if alerts else "nurse_list_empty", values, now=now)
        return "nurse_listed"
    _let_somebody_read(message, person, "A nurse's text was not understood.", soon=bool(alerts), now=now)
    say(message, person, "nurse_unclear" if alerts else "nurse_unclear_none", values, now=now)
    return "nurse_unclear"


def _do(message: InboundMessage, person: Responder, asked: Reply, alert: Alert, *, now: datetime) -> str:
    answer = perform(asked.act, alert.pk, by=person, via="text", now=now, outcome=asked.outcome)
    values = values_for(answer.alert, person, now=now, owner=answer.owner)
    say(message, person, _template(asked.act, answer, person), values, now=now, part=f"alert:{alert.pk}")
    return f"nurse_{asked.act}_{answer.verdict}"


def _template(act: Act, answer: Answer, person: Responder) -> str:
    if answer.verdict is Verdict.CLOSED:
        return "page_closed"
    somebody_else = answer.owner is not None and answer.owner.pk != person.pk
    if answer.verdict in (Verdict.TAKEN, Verdict.REFUSED) or (somebody_else and act is Act.NOT_REACHED):
        return "page_taken"
    return _DONE.get(act, _WON)


def _asked_about(message: InboundMessage, person: Responder, asked: Reply, alert: Alert, *, now: datetime) -> str:
    """A code with a question, or with words that are no command: where it stands, and what may be said."""
    if not alert.is_open:
        values = values_for(alert, person, now=now, owner=alert.closed_by)
        say(message, person, "page_closed", values, now=now, part=f"alert:{alert.pk}")
        return "nurse_told_closed"
    values = {"list": listed([alert], person, now=now)}
    if asked.act is Act.LIST:
        say(message, person, "nurse_list", values, now=now, part=f"alert:{alert.pk}")
        return "nurse_listed"
    with transaction.atomic():
        locked = cases.lock(alert.pk)
        if locked is not None:
            hand = cases.Hand("text", person)
            cases.note(locked, EventKind.NOTED, hand=hand, now=now, what="not_understood", inbound=message.pk)
    _let_somebody_read(message, person, "A nurse's text about an open alert was not understood.", now=now)
    say(message, person, "nurse_unclear", values, now=now, part=f"alert:{alert.pk}")
    return "nurse_unclear"


def _unknown(message: InboundMessage, person: Responder, code: str, *, now: datetime) -> str:
    """A code that means nothing on her phone: what does, or the colleague's alert under a code of her own."""
    others = ReplyCode.objects.filter(code=code, alert__clinic=person.clinic).exclude(phone=person.phone)
    colleague = [row.alert for row in others.select_related("alert__clinic", "alert__patient") if row.alert.is_open]
    if len(colleague) == 1:
        values = values_for(colleague[0], person, now=now) | {"wrong": code}
        say(message, person, "nurse_code_other", values, now=now, part=f"code:{code}")
        return "nurse_code_other"
    alerts = open_for(person)
    if alerts:
        values = {"wrong": code, "list": listed(alerts, person, now=now)}
        say(message, person, "nurse_code_unknown", values, now=now, part=f"code:{code}")
    else:
        values = {"wrong": code, "line": _line(person)}
        say(message, person, "nurse_code_unknown_none", values, now=now, part=f"code:{code}")
    return "nurse_code_unknown"


def _let_somebody_read(
    message: InboundMessage, person: Responder, why: str, *, now: datetime, soon: bool = True
) -> None:
    """Into the nurse's inbox, once; what sounds like a red flag is to be read soon, whoever wrote it."""
    reading = read(message.body, rulebook.active_rules(), Context())
    if reading.page:
        why = f"{why} It sounds like a red flag: {reading.why}"
    due = now + (READ_SOON if soon or reading.page else READ_LATER)
    NurseReview.objects.get_or_create(
        inbound=message,
        defaults={
            "clinic": person.clinic,
            "why": why[:300],
            "evidence": raising.evidence_json(reading.evidence),
            "opened_at": now,
            "due_at": due,
        },
    )


def _is_a_red_flag_of_her_own(message: InboundMessage) -> bool:
    """Whether the number is a patient's too, and the text one that pages: then it is no answer of a nurse."""
    is_patients = ContactPoint.objects.filter(address=message.from_address).exists()
    return is_patients and read(message.body, rulebook.active_rules(), Context()).page


def _line(person: Responder) -> str:
    return rendering.line(person.clinic)
