"""What operators ask: /healthz (alive), /readyz (able to do its work), /metrics (Prometheus)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from alerts.metrics import AlertsCollector
from config import vitals
from messaging.domain.delivery import Urgency


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The web process answers. Asks nothing of anybody else, so that no outage restarts it in vain."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when reminders and alerts can leave now, else 503 with what is missing."""
    seen = vitals.look(now=timezone.now())
    problems = seen.problems()
    report = {
        "ready": not problems,
        "problems": problems,
        "database": seen.database,
        "broker": seen.broker,
        "oldest_due_seconds": {urgency.value: round(age, 1) for urgency, age in seen.oldest_due.items()},
        "heartbeat_age_seconds": {
            name: None if age is None else round(age, 1) for name, age in seen.heartbeats.items()
        },
        "queued": seen.queued,
        # Somebody's decision, or a refusal that is known and told of: neither makes the product unable.
        "paused_since": _moment(seen.paused_since),
        "held_senders": seen.held_senders,
        "held_messages": seen.held_messages,
    }
    return JsonResponse(report, status=200 if not problems else 503)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


class VitalsCollector(Collector):
    """The vitals as gauges, measured when they are asked for."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        seen = vitals.look(now=timezone.now())
        up = GaugeMetricFamily("bonewatch_up", "Whether a part that the product needs answers.", labels=["part"])
        up.add_metric(["database"], float(seen.database))
        up.add_metric(["broker"], float(seen.broker))
        yield up
        late = GaugeMetricFamily(
            "bonewatch_oldest_due_seconds", "How late the oldest unsent due message is.", labels=["urgency"]
        )
        for urgency, age in seen.oldest_due.items():
            late.add_metric([urgency.value], age)
        yield late
        pulse = GaugeMetricFamily(
            "bonewatch_heartbeat_age_seconds", "Since a background process was seen at work.", labels=["process"]
        )
        for name, seconds in seen.heartbeats.items():
            if seconds is not None:
                pulse.add_metric([name], seconds)
        yield pulse
        queued = GaugeMetricFamily("bonewatch_queue_length", "Tasks waiting in the broker.", labels=["queue"])
        for queue, length in seen.queued.items():
            queued.add_metric([queue], length)
        yield queued
        yield from _of_the_queue(seen)
        yield GaugeMetricFamily(
            "bonewatch_routine_paused", "Whether routine messages are paused.", float(seen.paused_since is not None)
        )
        yield GaugeMetricFamily("bonewatch_senders_held", "Senders that are refused and held.", seen.held_senders)
        yield GaugeMetricFamily("bonewatch_messages_held", "Messages that the flood guard holds.", seen.held_messages)


def _of_the_queue(seen: vitals.Vitals) -> Iterator[GaugeMetricFamily]:
    if seen.queue is None:
        return
    for name, words, counts in (
        (
            "due",
            "Messages that are due, counted up to 100,000.",
            {urgency: seen.queue.due(urgency) for urgency in Urgency},
        ),
        ("in_flight", "Messages that a worker holds or a provider is being asked about.", seen.queue.in_flight),
        ("in_doubt", "Messages of which nobody knows whether they were taken.", seen.queue.in_doubt),
    ):
        gauge = GaugeMetricFamily(f"bonewatch_messages_{name}", words, labels=["urgency"])
        for urgency, count in counts.items():
            gauge.add_metric([urgency.value], count)
        yield gauge


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Counters of every process that shares PROMETHEUS_MULTIPROC_DIR (else of this one), and the vitals."""
    measured = CollectorRegistry()
    measured.register(VitalsCollector())
    measured.register(AlertsCollector())
    counters = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counters = CollectorRegistry()
        multiprocess.MultiProcessCollector(counters)  # type: ignore[no-untyped-call]
    return HttpResponse(generate_latest(measured) + generate_latest(counters), content_type=CONTENT_TYPE_LATEST)
