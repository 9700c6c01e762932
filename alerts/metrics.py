"""What red flags count for Prometheus. What rows say is measured from the rows when it is asked for.

Counts and times so taken survive a restart and need no process to have been up. Labels are kinds; no patient,
no phone. The canary's alerts are left out of everything but its own figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import Count, DurationField, ExpressionWrapper, F, Min, Q, QuerySet, Sum
from django.utils import timezone
from prometheus_client import Counter
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from alerts import ledger
from alerts.domain.words import OPEN_STATES, AlertState
from alerts.models import Alarm, Alert, CanaryRun

WATCHDOG_ROUNDS = Counter("bonewatch_watchdog_rounds_total", "Rounds that the watchdog has gone.")
WATCHDOG_MENDED = Counter("bonewatch_watchdog_mended_total", "What the watchdog did in a worker's place.", ["check"])

#: Stories and texts that are older were looked through when they were young.
LATELY = timedelta(days=2)
#: Seconds. The carrier's answer lies in the first ones, people's in the last.
BUCKETS = (0.1, 0.3, 1, 5, 15, 60, 180, 300, 600, 1800, 3600)
STAGES = {"page": "handed_at", "accept": "accepted_at", "reach": "reached_at", "close": "closed_at"}


class AlertsCollector(Collector):
    """Alerts, alarms and the canary, measured from their rows."""

    def collect(self) -> Iterator[Metric]:
        try:
            yield from _measure(timezone.now())
        except DatabaseError:
            # bonewatch_up says that it is away.
            return


def _measure(now: datetime) -> Iterator[Metric]:
    alerts = Alert.objects.filter(is_canary=False)
    yield _counted("bonewatch_alerts_raised", "Alerts raised.", alerts)
    yield _counted("bonewatch_alerts_closed", "Alerts closed with an outcome.", alerts.filter(state=AlertState.CLOSED))
    yield _open(alerts)
    late = GaugeMetricFamily("bonewatch_alerts_overdue", "Open alerts whose next step is overdue.")
    late.add_metric([], alerts.filter(next_due_at__lte=now - timedelta(seconds=5)).exclude(state="closed").count())
    yield late
    yield _times(alerts)
    wrong = GaugeMetricFamily("bonewatch_alarms_open", "Open alarms about the service.", labels=["grave"])
    for grave in (True, False):
        wrong.add_metric([str(grave).lower()], Alarm.objects.filter(closed_at__isnull=True, grave=grave).count())
    yield wrong
    lost = GaugeMetricFamily("bonewatch_orphans", "Rows that nobody would ever act upon.", labels=["kind"])
    for orphan in ledger.orphans(now, since=now - LATELY):
        lost.add_metric([orphan.kind.value], orphan.count)
    yield lost
    yield from _canary(now)


def _counted(name: str, words: str, alerts: QuerySet[Alert]) -> Metric:
    family = CounterMetricFamily(name, words, labels=["condition", "tier"])
    for condition, tier, count in alerts.order_by().values_list("condition", "tier").annotate(Count("pk")):
        family.add_metric([condition, tier], count)
    return family


def _open(alerts: QuerySet[Alert]) -> Metric:
    family = GaugeMetricFamily("bonewatch_alerts_open", "Open alerts by where they stand.", labels=["state"])
    counted = alerts.exclude(state=AlertState.CLOSED).order_by().values_list("state").annotate(Count("pk"))
    counts = dict(counted)
    for state in OPEN_STATES:
        family.add_metric([state.value], counts.get(state.value, 0))
    return family


def _times(alerts: QuerySet[Alert]) -> Metric:
    """One histogram of the seconds from raised to each stage."""
    family = HistogramMetricFamily("bonewatch_alert_seconds", "From the text to each stage.", labels=["stage"])
    # Paged is an alert when the carrier has a page of it, not when we have written one.
    alerts = alerts.annotate(handed_at=Min("pages__message__accepted_at"))
    for stage, column in STAGES.items():
        took = ExpressionWrapper(F(column) - F("raised_at"), output_field=DurationField())
        reached = alerts.filter(**{f"{column}__isnull": False}).annotate(took=took)
        within = {f"b{n}": Count("pk", filter=Q(took__lte=timedelta(seconds=s))) for n, s in enumerate(BUCKETS)}
        row = reached.aggregate(total=Count("pk"), seconds=Sum("took"), **within)
        buckets = [(str(float(seconds)), row[f"b{n}"]) for n, seconds in enumerate(BUCKETS)]
        spent = row["seconds"].total_seconds() if row["seconds"] else 0.0
        family.add_metric([stage], [*buckets, ("+Inf", row["total"])], sum_value=spent)
    return family


def _canary(now: datetime) -> Iterator[Metric]:
    latest = CanaryRun.objects.exclude(finished_at__isnull=True, failure="").first()
    if latest is None:
        return
    up = GaugeMetricFamily("bonewatch_canary_up", "Whether the last test alert came back in time.")
    up.add_metric([], float(not latest.failure))
    yield up
    age = GaugeMetricFamily("bonewatch_canary_age_seconds", "Since the last test alert started.")
    age.add_metric([], (now - latest.started_at).total_seconds())
    yield age
    hops = GaugeMetricFamily("bonewatch_canary_seconds", "From the test alert's text to each hop.", labels=["hop"])
    for hop, at in (("page", latest.paged_at), ("answer", latest.answered_at)):
        if at is not None:
            hops.add_metric([hop], (at - latest.started_at).total_seconds())
    yield hops
