"""Works jobs off: claimed by a lease, row after row, each row's deed and its record in one transaction.

A worker that dies leaves rows that are done and rows that are not, and a lease that ends; the next one goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils import translation

from desk.domain.words import AT_WORK, TO_CHECK, TO_DO, JobKind, JobState, RowState, may_move
from desk.jobs.kinds import Kind, Skipped
from desk.jobs.moving import MovingDay
from desk.jobs.pausing import Pausing, Resuming
from desk.jobs.planning import Replanning
from desk.jobs.resending import Resending
from desk.models import Job, JobRow
from messaging import broker

log = structlog.get_logger(__name__)

#: How long a worker that says nothing more is believed to be alive.
LEASE = timedelta(seconds=60)
#: More rows than this are no work for one job.
MOST = 20_000
_BATCH = 20

KINDS: Mapping[JobKind, Kind] = MappingProxyType(
    {
        JobKind.PAUSE: Pausing(),
        JobKind.RESUME: Resuming(),
        JobKind.MOVE_DAY: MovingDay(),
        JobKind.REPLAN: Replanning(),
        JobKind.RESEND: Resending(),
    }
)


def kind_of(job: Job) -> Kind:
    """What the job is made of."""
    return KINDS[JobKind(job.kind)]


def start(job_id: int, *, now: datetime) -> bool:
    """A person has read the draft and wants it done. False: it has been started, or called off, already."""
    with transaction.atomic():
        job = _locked(job_id)
        if not may_move(JobState(job.state), JobState.QUEUED):
            return False
        job.state, job.due_at = JobState.QUEUED, now
        job.save(update_fields=["state", "due_at"])
        kind_of(job).started(job, now=now)
        transaction.on_commit(wake, robust=True)
    return True


def hasten(job_id: int, *, now: datetime) -> bool:
    """Do at once what waits for its day. False: it has begun, or was called off, already."""
    waiting = Job.objects.filter(pk=job_id, state=JobState.QUEUED, due_at__gt=now)
    hastened = bool(waiting.update(due_at=now, asked_at=now))
    if hastened:
        transaction.on_commit(wake, robust=True)
    return hastened


def call_off(job_id: int, *, now: datetime) -> bool:
    """Nothing more is done; what is done stays done. False: it was over already, or it ends a pause, which must end."""
    with transaction.atomic():
        job = _locked(job_id)
        if not may_move(JobState(job.state), JobState.CANCELLED) or job.kind == JobKind.RESUME:
            return False
        job.state, job.finished_at, job.leased_until = JobState.CANCELLED, now, None
        job.save(update_fields=["state", "finished_at", "leased_until"])
    return True


def wake() -> None:
    """Tell a worker that there is something to do; the sweep would find it anyway."""
    broker.publish("desk.work_jobs")


def claim(*, now: datetime) -> Job | None:
    """The job that is due longest and nobody works on, leased; None: nothing to do."""
    for pk in _waiting(now).order_by("due_at", "pk").values_list("pk", flat=True)[:5]:
        if _waiting(now).filter(pk=pk).update(leased_until=now + LEASE):
            return Job.objects.select_related("clinic", "follows").get(pk=pk)
    return None


def _waiting(now: datetime) -> QuerySet[Job]:
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    return Job.objects.filter(free, state__in=[state.value for state in AT_WORK], due_at__lte=now)


def work(job: Job, *, clock: Callable[[], datetime], until: datetime) -> None:
    """Do what the claimed `job` needs next, until it needs a person, or until that moment; then let go of it."""
    with translation.override(job.clinic.default_language):
        if job.listed_at is None and not _write_down(job, now=clock()):
            return
        if job.state == JobState.QUEUED:
            _move(job, JobState.RUNNING, now=clock())
        wanted = TO_CHECK if job.state == JobState.CHECKING else TO_DO
        while clock() < until:
            rows = list(job.rows.filter(state__in=[state.value for state in wanted]).order_by("position")[:_BATCH])
            if not rows:
                _move(job, JobState.DRAFT if job.state == JobState.CHECKING else JobState.DONE, now=clock())
                return
            if not _lease_renewed(job, now=clock()):
                return
            for row in rows:
                _take(job, row, now=clock())
    Job.objects.filter(pk=job.pk, state=job.state).update(leased_until=None)
    wake()


def counts(job: Job) -> dict[RowState, int]:
    """How many rows stand where."""
    found = dict(job.rows.order_by().values_list("state").annotate(Count("pk")))
    return {state: found.get(state.value, 0) for state in RowState}


def _write_down(job: Job, *, now: datetime) -> bool:
    """Its rows, all or none."""
    with transaction.atomic():
        locked = _locked(job.pk)
        if locked.listed_at is not None or JobState(locked.state) not in AT_WORK:
            return False
        targets = kind_of(job).targets(job, now=now)
        rows = (
            JobRow(job=job, position=place, target=target.pk, subject=target.subject[:200], before=target.before[:120])
            for place, target in enumerate(targets, start=1)
            if place <= MOST
        )
        JobRow.objects.bulk_create(rows, batch_size=1000)
        job.listed_at = locked.listed_at = now
        locked.save(update_fields=["listed_at"])
    return True


def _take(job: Job, row: JobRow, *, now: datetime) -> None:
    """Check one row, or do it, and write down what became of it."""
    checking = job.state == JobState.CHECKING
    try:
        with transaction.atomic():
            held = JobRow.objects.select_for_update().get(pk=row.pk)
            if held.state != row.state or Job.objects.get(pk=job.pk).state != job.state:
                # Called off, or done by somebody who was believed dead.
                return
            row.after, row.state = kind_of(job).do(job, row, now=now)[:120], RowState.DONE
            if checking:
                # It would go well. Nothing of it stays.
                transaction.set_rollback(True)
            else:
                row.save(update_fields=["after", "state"])
    except ValidationError as error:
        _note(row, RowState.REFUSED, " ".join(error.messages))
    except Skipped as reason:
        _note(row, RowState.SKIPPED, str(reason))
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - one row that nobody foresaw must not hold back the others
        log.error("job_row_broke", job=job.pk, row=row.pk, error=type(error).__name__)
        _note(row, RowState.FAILED, f"It broke ({type(error).__name__}); nothing of it was kept.")
    else:
        if checking:
            JobRow.objects.filter(pk=row.pk, state=RowState.NEW).update(state=RowState.READY, after=row.after)


def _note(row: JobRow, state: RowState, why: str) -> None:
    standing = [state.value for state in TO_DO]
    JobRow.objects.filter(pk=row.pk, state__in=standing).update(state=state, why=(why or state.value)[:300])


def _move(job: Job, to: JobState, *, now: datetime) -> None:
    """Along the table, unless somebody has called it off."""
    changes: dict[str, Any] = {"state": to}
    if to is JobState.RUNNING:
        changes |= {"started_at": now}
    else:
        changes |= {"leased_until": None}
    if to is JobState.DONE:
        changes |= {"finished_at": now}
    if may_move(JobState(job.state), to) and Job.objects.filter(pk=job.pk, state=job.state).update(**changes):
        job.state = to


def _lease_renewed(job: Job, *, now: datetime) -> bool:
    return bool(Job.objects.filter(pk=job.pk, state=job.state).update(leased_until=now + LEASE))


def _locked(job_id: int) -> Job:
    return Job.objects.select_for_update(of=("self",)).select_related("clinic", "follows").get(pk=job_id)
