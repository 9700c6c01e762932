"""The pages that staff look at all day, among a hundred thousand patients and three million messages.

Measured inside the server: from the request's arrival to the whole answer, middleware, queries and templates included,
for a coordinator of one clinic of ten. The network and the browser are not in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from benchmarks import big_clinic, clinic
from benchmarks.big_clinic import Size
from benchmarks.figures import Figure, Findings, percentile, say
from patients.models import Clinic, Patient
from reminders.models import Visit
from staff.models import Membership

FULL, TINY = Size(100_000), Size(60)
#: How often each page is asked for in a round, each time about another patient, day or place.
TIMES, FEW = 40, 2
AT_MOST_MS = 300.0

Address = Callable[[int], str]


def run(*, now: datetime, rounds: int = 3, size: Size = FULL) -> Findings:
    """Fill, sign in, ask."""
    clinic.empty()
    say(f"pages: making {size.patients:,} patients and {size.messages:,} messages")
    clinics = big_clinic.fill(size, now=now)
    client = _coordinator(clinics[0])
    times = TIMES if size.patients >= FULL.patients else FEW
    figures = []
    for name, address in _pages(clinics[0], now):
        for number in range(3):
            _ask(client, address(number))
        runs = [percentile(95, [_ask(client, address(n + 3)) for n in range(times)]) for _ in range(rounds)]
        say(f"pages: {name}: {', '.join(f'{one:.0f}' for one in runs)} ms")
        what = f"{name}, p95 among {size.patients:,} patients and {size.messages:,} messages"
        figures.append(Figure(what, runs, " ms", 0, at_most=AT_MOST_MS, headline=name in ("home", "a patient’s page")))
    return Findings(figures)


def _coordinator(place: Clinic) -> Client:
    user = get_user_model().objects.create_user("bench", password="bench", is_staff=True)
    user.groups.add(Group.objects.get(name="Coordinators"))
    Membership.objects.get_or_create(user=user, clinic=place)
    client = Client()
    client.force_login(user)
    return client


def _pages(place: Clinic, now: datetime) -> Iterator[tuple[str, Address]]:
    patients = list(Patient.objects.filter(clinic=place).order_by("mrn").values_list("pk", flat=True)[:500])
    visits = list(
        Visit.objects.filter(schedule__patient__in=patients).order_by("pk").values_list("pk", flat=True)[:500]
    )

    def one_of(view: str, rows: list[int]) -> Address:
        return lambda n: reverse(f"admin:{view}", args=[rows[n * 7 % len(rows)]])

    def day(n: int) -> str:
        return str(now.date() + timedelta(days=n * 5 % 60 - 20))

    def listed(view: str, query: str = "") -> Address:
        return lambda n: reverse(f"admin:{view}") + query.format(n=n % 5 + 1)

    yield "home", listed("index")
    yield "board of red flags", listed("alerts_alert_changelist")
    yield "a patient’s page", one_of("patients_patient_change", patients)
    yield "list of patients", listed("patients_patient_changelist")
    yield "list of messages", listed("messaging_message_changelist")
    yield "list of visits", listed("reminders_visit_changelist", "?when=week")
    yield "list of planned reminders", listed("reminders_plannedreminder_changelist")
    yield "a visit’s page", one_of("reminders_visit_change", visits)
    yield "inbox", listed("inbox_thread_changelist")
    yield "tasks", listed("patients_coordinatortask_changelist", "?state=open")
    yield "queue", listed("messaging_message_queue")
    for shape in ("month", "week", "day"):
        yield f"calendar, {shape}", lambda n, shape=shape: reverse(f"desk:calendar_{shape}") + f"?on={day(n)}"  # type: ignore[misc]


def _ask(client: Client, address: str) -> float:
    """Milliseconds until the page was whole."""
    began = time.perf_counter()
    response = client.get(address)
    took = (time.perf_counter() - began) * 1e3
    if response.status_code != 200:
        raise RuntimeError(f"{address.partition('?')[0]} answered {response.status_code}")
    return took
