"""The canary: a red flag of nobody's that walks the real path every few minutes, and how long each hop took it.

It is a text in the inbound table like any other, from a sender that no phone can have. Triage reads it, an
alert is raised and paged by text to CANARY_PHONE, where a robot answers with what it was sent. No person is
paged and no patient is told: its policy has one step, and its subject is nobody.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from alerts import alarms, raising, rulebook, services
from alerts.domain.policy import Policy, Step, Target
from alerts.domain.triage import read
from alerts.domain.words import AlertState, Outcome
from alerts.models import AlertPage, CanaryRun, ReplyCode, Responder
from messaging import inbound
from messaging.domain.delivery import Channel
from messaging.models import InboundMessage
from patients.models import Clinic, ContactPoint

log = structlog.get_logger(__name__)

#: Who the canary's texts are from: no carrier hands in such a number.
SENDER = "canary"
NAME = "Canary (test phone)"
WORDS = "since this morning my legs are weak and numb and i cant walk"
BACK_WITHIN = timedelta(seconds=60)
ALARM = "canary"
MISSED = "canary-missed"


def is_on() -> bool:
    """Whether there is a canary at all."""
    return bool(settings.ALERTS_CANARY_MINUTES > 0 and settings.CANARY_PHONE)


def is_robot(address: str) -> bool:
    """Whether a text from `address` is the robot's. Where settings name a person's number, it is hers."""
    if not address or address != settings.CANARY_PHONE:
        return False
    somebody = Responder.objects.filter(phone=address).exclude(name=NAME).exists()
    return not somebody and not ContactPoint.objects.filter(address=address).exists()


def walk(*, now: datetime) -> CanaryRun | None:
    """Let it start when its time has come; None when it has not, or there is nowhere for it to go."""
    if not is_on() or not _is_due(now):
        return None
    with transaction.atomic():
        # Held, so that of two workers one starts it.
        robot = _robot()
        if robot is None or not _is_due(now):
            return None
        run = CanaryRun.objects.create(started_at=now)
    arrival = inbound.Arrival(
        provider_id=_provider_id(run),
        from_address=SENDER,
        to_address=str(settings.TWILIO_FROM_ALERTS),
        body=WORDS,
    )
    inbound.receive(arrival, now=now)
    return run


def report(message: InboundMessage, *, now: datetime) -> str:
    """Raise the canary's alert from its text, as alerts/inbound.py does for people's."""
    run = _run_of(message)
    robot = Responder.objects.filter(phone=settings.CANARY_PHONE, name=NAME).select_related("clinic").first()
    if run is None or robot is None:
        return "canary_lost"
    reading = read(message.body, rulebook.active_rules())
    if not reading.page:
        _fail(run, "its text was not read as a red flag: are the rules switched on?", now=now)
        return "canary_unread"
    teller = raising.Teller(clinic=robot.clinic, patient=None, phone="", is_canary=True, policy=_policy(robot))
    run.alert = raising.report(message, teller, reading, now=now)[0]
    run.save(update_fields=["alert"])
    return "canary"


def answered(message: InboundMessage, *, now: datetime) -> str:
    """The robot texts back what it was sent: the code in it takes the alert and ends the walk. Never answered."""
    open_ones = ReplyCode.objects.filter(phone=settings.CANARY_PHONE, alert__is_canary=True)
    said = message.body.upper()
    for code in open_ones.exclude(alert__state=AlertState.CLOSED).select_related("responder"):
        if code.code.upper() in said:
            services.accept(code.alert_id, by=code.responder, via="text", now=now)
            _close(code.alert_id, code.responder, "The canary came back.", now=now)
            CanaryRun.objects.filter(alert_id=code.alert_id, answered_at__isnull=True).update(answered_at=now)
            look(now=now)
            return "canary_back"
    return "canary_echo"


def look(*, now: datetime) -> None:
    """Write down how far the walks have come; one that takes too long is an alarm, and its alert is closed."""
    for run in CanaryRun.objects.filter(finished_at__isnull=True, failure="").select_related("alert"):
        page = AlertPage.objects.filter(alert=run.alert).select_related("message").order_by("pk").first()
        run.paged_at = page.message.accepted_at if page else None
        if run.answered_at:
            run.finished_at = run.answered_at
            run.save(update_fields=["paged_at", "finished_at"])
            alarms.settle(ALARM, now=now)
        elif now - run.started_at > BACK_WITHIN:
            run.save(update_fields=["paged_at"])
            _fail(run, _where(run), now=now)


def missed(now: datetime) -> bool:
    """Whether a canary should have walked and none has, for two turns."""
    latest = CanaryRun.objects.values_list("started_at", flat=True).first()
    return bool(is_on() and latest and now - latest > 2 * _every())


def _every() -> timedelta:
    return timedelta(minutes=settings.ALERTS_CANARY_MINUTES)


def _is_due(now: datetime) -> bool:
    latest = CanaryRun.objects.values_list("started_at", flat=True).first()
    return latest is None or now - latest >= _every()


def _robot() -> Responder | None:
    """The responder that stands for the test phone, locked; None without a clinic, or where a person has the number."""
    clinic = Clinic.objects.order_by("pk").first()
    if clinic is None:
        return None
    Responder.objects.get_or_create(phone=settings.CANARY_PHONE, defaults={"clinic": clinic, "name": NAME})
    robot = Responder.objects.select_for_update().get(phone=settings.CANARY_PHONE)
    if robot.name != NAME or not robot.is_active:
        log.error("canary_has_no_phone", responder=robot.pk)
        return None
    return robot


def _policy(robot: Responder) -> Policy:
    step = Step(Target.PERSON, (Channel.SMS,), wait=2 * BACK_WITHIN, responder_id=robot.pk)
    return Policy(name="Canary", ladder=(), ring=(step,))


def _provider_id(run: CanaryRun) -> str:
    return f"{SENDER}-{run.pk}"


def _run_of(message: InboundMessage) -> CanaryRun | None:
    number = message.provider_id.removeprefix(f"{SENDER}-")
    return CanaryRun.objects.filter(pk=int(number)).first() if number.isdecimal() else None


def _where(run: CanaryRun) -> str:
    if run.alert is None:
        return "its text raised no alert"
    return "its page was not answered" if run.paged_at else "the carrier did not take its page"


def _fail(run: CanaryRun, why: str, *, now: datetime) -> None:
    run.failure = why
    run.save(update_fields=["failure"])
    words = (
        f"The test alert did not come back within {BACK_WITHIN.seconds} seconds: {why}. Red flags may not get through."
    )
    alarms.shout(ALARM, words, now=now)
    robot = Responder.objects.filter(phone=settings.CANARY_PHONE).first()
    if run.alert is not None and robot is not None:
        _close(run.alert.pk, robot, f"The canary did not come back: {why}.", now=now)


def _close(alert_id: int, robot: Responder, note: str, *, now: datetime) -> None:
    services.close(alert_id, by=robot, outcome=Outcome.FALSE_ALARM, via="text", note=note, now=now)
