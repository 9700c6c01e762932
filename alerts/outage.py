"""Red flags while texts, calls or mails cannot leave: pages take other ways, and nobody waits for what cannot come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

import structlog
from django.db import OperationalError, transaction
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from alerts import alarms, cases, paging
from alerts.domain.case import StepLost
from alerts.domain.words import AlertState, EventKind
from alerts.models import Alert, AlertPage
from messaging import breakers
from messaging.domain.delivery import Channel, Status

log = structlog.get_logger(__name__)

BATCH = 500


def go_round(*, now: datetime) -> int:
    """Find pages that wait in front of a closed door; answers how many. Whoever they were for is paged otherwise."""
    broken = breakers.broken(now=now)
    if not broken:
        return 0
    stuck: dict[int, list[AlertPage]] = defaultdict(list)
    for page in _waiting(broken)[:BATCH]:
        stuck[page.alert_id].append(page)
    for alert_id, pages in stuck.items():
        try:
            with transaction.atomic():
                _page_otherwise(alert_id, pages, broken, now=now)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with this one, the next is another patient
            log.error("alert_could_not_go_round", alert=alert_id, error=type(error).__name__)
            alarms.shout(f"stuck:{alert_id}", f"Pages of alert {alert_id} cannot leave. Phone the nurse.", now=now)
    return sum(map(len, stuck.values()))


def _waiting(broken: Collection[Channel]) -> list[AlertPage]:
    waiting = AlertPage.objects.filter(RawSQL("fate = 'waiting'", [], output_field=BooleanField()))
    stuck = waiting.filter(channel__in=broken, message__status=Status.PLANNED)
    return list(stuck.select_related("responder").order_by("sent_at"))


def _page_otherwise(alert_id: int, pages: list[AlertPage], broken: frozenset[Channel], *, now: datetime) -> None:
    """These count as lost, though they may still leave when the door opens."""
    alert = cases.lock(alert_id)
    if alert is None:
        return
    ids = [page.pk for page in pages]
    lost = AlertPage.objects.filter(pk__in=ids, fate=AlertPage.Fate.WAITING).update(fate=AlertPage.Fate.LOST)
    if not lost or not alert.is_open or alert.is_canary:
        return
    for position in sorted({page.position for page in pages}):
        if position == paging.OUTSIDE or (alert.state == AlertState.PAGED and position == alert.position):
            _page_step_otherwise(
                alert, position, [page for page in pages if page.position == position], broken, now=now
            )


def _page_step_otherwise(
    alert: Alert, position: int, pages: list[AlertPage], broken: frozenset[Channel], *, now: datetime
) -> None:
    first = min(page.sent_at for page in pages)
    had = alert.pages.filter(position=position, sent_at__gte=first)
    # A mail that she got as well makes no phone ring.
    reached = {page.responder_id for page in had if page.channel not in (*broken, Channel.EMAIL)}
    people = {page.responder for page in pages if page.responder and page.responder_id not in reached}
    more = paging.page_otherwise(alert, sorted(people, key=lambda one: one.pk), position, broken, now=now)
    hand = cases.Hand("clock")
    if more:
        detail = {"position": position, "pages": [page.pk for page in more], "closed": sorted(broken)}
        cases.note(alert, EventKind.STEP_PAGED, hand=hand, now=now, **detail)
    if position != paging.OUTSIDE and cases.goes_unheard(alert, position, [*had, *more], broken):
        cases.move(alert, StepLost(position), hand=hand, now=now)
