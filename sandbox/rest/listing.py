"""Knows how the carrier's logs are filtered by date and handed out page by page, newest first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from sandbox.models import Call, Text
from sandbox.rest import shapes
from sandbox.rest.errors import Refusal

Entry = TypeVar("Entry", Text, Call)


def _moment(value: str) -> tuple[datetime, bool]:
    """A filter's date or date-time in UTC, and whether it names a whole day."""
    try:
        at = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError as error:
        raise Refusal(20404, status=400) from error
    return (at.replace(tzinfo=UTC) if at.tzinfo is None else at), len(value) == len("2026-01-31")


def dated_between(rows: QuerySet[Entry], request: HttpRequest, name: str) -> QuerySet[Entry]:
    """`rows`, which know when they are `dated`, by the filters `name`, `name>` and `name<`."""
    if day := request.GET.get(name):
        start = _moment(day)[0].replace(hour=0, minute=0, second=0, microsecond=0)
        rows = rows.filter(Q(dated__gte=start, dated__lt=start + timedelta(days=1)))
    if after := request.GET.get(f"{name}>"):
        rows = rows.filter(Q(dated__gte=_moment(after)[0]))
    if before := request.GET.get(f"{name}<"):
        at, whole_day = _moment(before)
        rows = rows.filter(Q(dated__lt=at + timedelta(days=1 if whole_day else 0, seconds=0 if whole_day else 1)))
    return rows


def _number(request: HttpRequest, name: str, default: int) -> int:
    value = request.GET.get(name) or ""
    return int(value) if value.isascii() and value.isdigit() else default


def listed(
    request: HttpRequest, rows: QuerySet[Entry], *, key: str, shape: Callable[[Entry], dict[str, Any]]
) -> dict[str, Any]:
    """The page of `rows` that was asked for, and where the next one is."""
    size = min(max(_number(request, "PageSize", 50), 1), 1000)
    token = request.GET.get("PageToken", "")
    if token.startswith("PA"):
        last = rows.model.objects.filter(sid=token.removeprefix("PA")).values_list("pk", flat=True).first()
        rows = rows.filter(pk__lt=last or 0)
    found = list(rows[: size + 1])
    more = f"PA{found[size - 1].sid}" if len(found) > size else ""
    return shapes.page(
        key,
        [shape(row) for row in found[:size]],
        query=request.GET.dict(),
        number=_number(request, "Page", 0),
        size=size,
        next_token=more,
    )
