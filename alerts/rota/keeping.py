"""What is done around every shift, each minute: reminders, the test page, readiness, hand-off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import OperationalError

from alerts import alarms
from alerts.domain import rota as pure
from alerts.domain.rota_words import Question
from alerts.models import Responder, Rota, RotaQuestion
from alerts.rota import handoff, reach, texts
from alerts.rota.asking import Ask, ask
from alerts.rota.duty import stints
from alerts.rota.loading import load
from alerts.rota.substitution import ready_key, replace, replaced_by

log = structlog.get_logger(__name__)

DAY, HOUR = timedelta(hours=24), timedelta(hours=1)
#: So long she has had a chance to answer a test page.
CHANCE = timedelta(minutes=15)
#: Readiness at the beginning of a shift is settled around its beginning, never in the middle.
SETTLED = timedelta(minutes=30)
#: A rota in which everybody is unready is given up after so many tries a minute.
MOST_REPLACED = 10
SILENT = "the test page was not answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One stint of one person, as it is looked at now."""

    rota: Rota
    plan: pure.Rota
    stint: pure.Shift
    person: Responder
    now: datetime

    @property
    def until(self) -> timedelta:
        return self.stint.start - self.now

    @property
    def key(self) -> str:
        return ready_key(self.rota, self.person.pk, self.stint.start)

    @property
    def question(self) -> RotaQuestion | None:
        return RotaQuestion.objects.filter(key=self.key).first()


def keep(*, now: datetime) -> None:
    """Look after every rota. One that breaks does not stop the others."""
    for rota in Rota.objects.select_related("clinic"):
        try:
            keep_rota(rota, now=now)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with this one, the next is another role
            log.error("rota_could_not_be_kept", rota=rota.pk, error=type(error).__name__)
            words = f"The rota {rota} could not be looked after ({type(error).__name__})."
            alarms.shout(f"rota:broken:{rota.pk}", words, now=now)
    handoff.shout_about_silence(now=now)


def keep_rota(rota: Rota, *, now: datetime) -> None:
    """Everything that is due around the shifts of one rota; a substitution changes the rota, and it is read again."""
    for _ in range(MOST_REPLACED):
        plan = load(rota, now)
        near = [stint for stint in stints(plan, now, now + DAY + HOUR) if stint.start <= now + DAY]
        people = Responder.objects.in_bulk({stint.person for stint in near})
        cases = [_Case(rota=rota, plan=plan, stint=s, person=people[s.person], now=now) for s in near]
        if not any(_keep(case) for case in cases):
            return


def _keep(case: _Case) -> bool:
    """One stint; whether somebody else was put on."""
    if case.until > handoff.AHEAD:
        if case.rota.checks_readiness and _replaced_if_unready(case, silence_counts=False):
            return True
        _remind(case)
        return False
    if case.now >= case.stint.start + SETTLED:
        return False
    if case.rota.checks_readiness and _replaced_if_unready(case, silence_counts=True):
        return True
    handoff.hand_over(case.rota, case.plan, case.stint, case.person, now=case.now)
    return False


def _replaced_if_unready(case: _Case, *, silence_counts: bool) -> bool:
    why = reach.in_words(reach.problems([case.person])[case.person.pk])
    if not why and silence_counts:
        question = case.question
        if question and question.answered_at is None and case.now - question.asked_at >= CHANCE:
            why = SILENT
    if not why:
        return False
    # From the beginning of the stint, also a moment after it: she never had it.
    done = replace(case.rota, case.stint, case.person, why, since=case.stint.start, now=case.now)
    if done is not None:
        return True
    # Another sweep may have done it a moment ago: then the rota that was read is out of date. One that was
    # known when it was read is no reason to look again: somebody has put her on above it.
    other = replaced_by(case.rota, case.person.pk, case.stint.start)
    return other is not None and other.pk not in {overlay.id for overlay in case.plan.overlays}


def _remind(case: _Case) -> None:
    """A day ahead with the test page; an hour ahead again, with the test page only where it was not answered."""
    values = texts.shift_values(case.rota, case.stint.start, case.stint.end, case.person)
    asked = case.question if case.rota.checks_readiness else None
    if case.rota.checks_readiness and asked is None:
        _test(case, values)
        return
    stage = "hour" if case.until <= HOUR else "day"
    if stage == "day" and asked is not None:
        return
    if asked is not None and asked.asked_at > case.stint.start - HOUR - CHANCE:
        return  # it came with the test page, a moment ago
    silent = asked is not None and asked.answered_at is None
    template = "rota_test" if silent else "rota_reminder"
    if silent:
        _tell_of_silence(case)
    key = f"rota:{stage}:{case.rota.pk}:{case.person.pk}:{case.stint.start.isoformat()}"
    code = asked.code if asked else ""
    texts.send(case.person, template, {**values, "code": code}, key=key, now=case.now, lasts=case.until)


def _test(case: _Case, values: dict[str, str]) -> None:
    question = Ask(
        key=case.key,
        kind=Question.READY,
        person=case.person,
        template="rota_test",
        values=values,
        lasts=case.stint.end - case.now,
        rota=case.rota,
        shift=case.stint,
    )
    ask(question, now=case.now)


def _tell_of_silence(case: _Case) -> None:
    words = (
        f"{case.person} has not answered the test page before the shift as {texts.role_words(case.rota, 'en')} "
        f"from {texts.moment(case.stint.start, case.rota.zone, 'en')}. If she does not, the next person is put on."
    )
    alarms.shout(silent_key(case.rota, case.person.pk), words, now=case.now, grave=False)


def silent_key(rota: Rota, person_id: int) -> str:
    """The alarm about an unanswered test page."""
    return f"rota:silent:{rota.pk}:{person_id}"
