"""Rows of the rota as the pure values that answer who is on call."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from alerts.domain import rota as pure
from alerts.domain.rota_claims import Rotation, Single, Window
from alerts.domain.rota_words import Why
from alerts.models import Override, Rota, SingleShift
from alerts.models import Rotation as RotationRow
from patients.models import Clinic

#: How long ago a single shift or an override may have ended and still be looked at.
PAST = timedelta(days=40)
_EVERY_DAY = frozenset(range(7))


def rota_of(clinic: Clinic, role: str) -> Rota | None:
    """The rota of a role, if the clinic has one."""
    return Rota.objects.select_related("clinic").filter(clinic=clinic, role=role).first()


def load(rota: Rota, since: datetime) -> pure.Rota:
    """Everything that decides who is on call from `since` on."""
    oldest = since - PAST
    singles = SingleShift.objects.filter(rota=rota, ends_at__gt=oldest).order_by("pk")
    # Spelt as SQL so that SQLite, which cannot see through parameters, uses the partial index.
    standing = RawSQL("alerts_override.withdrawn_at IS NULL", [], output_field=BooleanField())
    recent = Q(ends_at__gt=oldest) | Q(other_ends_at__gt=oldest)
    rows = Override.objects.filter(recent, standing, rota=rota).order_by("pk")
    return pure.Rota(
        zone=rota.zone,
        rotations=tuple(rotation_value(row) for row in rota.rotations.prefetch_related("members")),
        singles=tuple(Single(id=s.pk, person=s.responder_id, start=s.starts_at, end=s.ends_at) for s in singles),
        overlays=tuple(overlays(rows)),
    )


def overlays(rows: Iterable[Override]) -> list[pure.Cover | pure.Trade]:
    """Those of the rows that have an effect, in the order in which they lie on top of each other."""
    return [overlay(row) for row in rows if row.stands]


def overlay(row: Override) -> pure.Cover | pure.Trade:
    """One row: an override, or a swap, which the table does not allow without its second half."""
    span = pure.Span(row.starts_at, row.ends_at)
    if row.kind != Why.SWAP or row.other_id is None or row.other_starts_at is None or row.other_ends_at is None:
        return pure.Cover(id=row.pk or 0, person=row.responder_id, span=span, why=Why(row.kind))
    second = pure.Span(row.other_starts_at, row.other_ends_at)
    return pure.Trade(id=row.pk or 0, one=row.responder_id, two=row.other_id, spans=(span, second))


def rotation_value(row: RotationRow) -> Rotation:
    """One rotation with its members in order."""
    return Rotation(
        id=row.pk,
        members=tuple(member.responder_id for member in row.members.all()),
        first_on=row.starts_on,
        handover=row.handover,
        turn_days=row.turn_days,
        rank=row.position,
        until=row.ends_on,
        window=_window(row),
    )


def _window(row: RotationRow) -> Window | None:
    if not row.weekdays and row.opens is None:
        return None
    # Weekdays without hours: whole days, from one handover time to the next.
    opens, closes = row.opens or row.handover, row.closes or row.opens or row.handover
    return Window(weekdays=frozenset(row.weekdays) or _EVERY_DAY, opens=opens, closes=closes)
