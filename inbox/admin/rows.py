"""The list of conversations: which are asked for, a page at a time, and what each row says."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from alerts.admin.words import running
from alerts.domain.words import OPEN_STATES
from alerts.models import Alert, Responder
from inbox import ledger
from inbox.models import Thread, ThreadText
from messaging.models import InboundMessage
from patients.domain.address import national
from staff.scope import within

PAGE = 50
LONGEST = 140
#: What is shown → how it is called.
SHOWN = {"waiting": lazy("Waiting"), "mine": lazy("Mine"), "unassigned": lazy("Nobody’s"), "all": lazy("All")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One conversation in the list."""

    thread: Thread
    name: str
    words: str
    pictures: int
    flagged: bool
    age: str
    late: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see of the list; whatever in an address is nonsense is left out."""

    show: str
    clinic: int | None
    search: str
    after: tuple[datetime, int] | None
    #: What stands for the words in an address.
    key: str = ""

    @classmethod
    def of(cls, query: QueryDict, *, search: str = "") -> Asked:
        """From the address of the page, and the words that the person has searched for."""
        show, clinic = query.get("show", ""), query.get("clinic", "")
        return cls(
            show if show in SHOWN else "waiting",
            int(clinic) if clinic.isascii() and clinic.isdigit() and len(clinic) < 10 else None,
            search[:100],
            _place(query.get("after", "")),
            query.get("q", "") if search else "",
        )

    @property
    def address(self) -> str:
        """The query that asks for the same."""
        made = QueryDict(mutable=True)
        made["show"] = self.show
        if self.clinic:
            made["clinic"] = str(self.clinic)
        if self.search:
            made["q"] = self.key
        return made.urlencode()


def _place(text: str) -> tuple[datetime, int] | None:
    at, _unused, pk = text.rpartition(",")
    try:
        moment = parse_datetime(at)
    except ValueError:
        return None
    known = moment is not None and moment.tzinfo is not None and pk.isascii() and pk.isdigit() and len(pk) < 19
    return (moment, int(pk)) if known and moment else None


def page(asked: Asked, user: AbstractBaseUser | AnonymousUser) -> tuple[list[Thread], str]:
    """The conversations asked for, and where the next page begins; empty where there is none."""
    by_wait = asked.show != "all"
    threads = list(_found(asked, user)[: PAGE + 1])
    if len(threads) <= PAGE:
        return threads, ""
    last = threads[PAGE - 1]
    at = last.waiting_since if by_wait else last.last_at
    return threads[:PAGE], f"{at.isoformat()},{last.pk}" if at else ""


def _found(asked: Asked, user: AbstractBaseUser | AnonymousUser) -> QuerySet[Thread]:
    rows = within(Thread.objects.all() if asked.show == "all" else ledger.waiting(), user, "clinic")
    if asked.show == "mine":
        rows = rows.filter(assigned_to=user.pk)
    elif asked.show == "unassigned":
        rows = rows.filter(assigned_to__isnull=True)
    if asked.clinic:
        rows = rows.filter(clinic=asked.clinic)
    if asked.search:
        rows = rows.filter(_matches(asked.search))
    if asked.after:
        at, pk = asked.after
        if asked.show == "all":
            rows = rows.filter(Q(last_at__lt=at) | Q(last_at=at, pk__lt=pk))
        else:
            rows = rows.filter(Q(waiting_since__gt=at) | Q(waiting_since=at, pk__gt=pk))
    rows = rows.order_by("-last_at", "-pk") if asked.show == "all" else rows.order_by("waiting_since", "pk")
    return rows.select_related("patient", "clinic", "assigned_to").annotate(last_text=_last_text())


def _matches(search: str) -> Q:
    found = Q(patient__mrn=search)
    for word in search.replace(",", " ").split():
        found |= Q(patient__family_name__icontains=word) | Q(patient__given_name__icontains=word)
    digits = "".join(filter(str.isdigit, search))
    return found | Q(address__endswith=digits) if len(digits) >= 4 else found


def _last_text() -> Subquery:
    texts = ThreadText.objects.filter(thread=OuterRef("pk")).order_by("-inbound_id")
    return Subquery(texts.values("inbound_id")[:1])


def rows(threads: Sequence[Thread], *, now: datetime) -> list[Row]:
    """What the list says of each."""
    last = {thread.pk: getattr(thread, "last_text", None) for thread in threads}
    texts = InboundMessage.objects.in_bulk([pk for pk in last.values() if pk is not None])
    alerts = Alert.objects.filter(state__in=OPEN_STATES, is_canary=False)
    patients = {thread.patient_id for thread in threads if thread.patient_id}
    ids = alerts.filter(patient__in=patients).values_list("patient_id", flat=True) if patients else ()
    flagged = set(ids)
    names = _colleagues([thread.address for thread in threads if thread.patient_id is None])
    return [_row(thread, texts.get(last[thread.pk] or 0), flagged, names, now) for thread in threads]


def _row(thread: Thread, text: InboundMessage | None, flagged: set[int], names: dict[str, str], now: datetime) -> Row:
    body = text.body if text else ""
    return Row(
        thread=thread,
        name=whose(thread, names),
        words=body if len(body) <= LONGEST else body[: LONGEST - 1] + "…",
        pictures=text.media_count if text else 0,
        flagged=thread.patient_id is not None and thread.patient_id in flagged,
        age=running(now - thread.waiting_since) if thread.waiting_since else "",
        late=thread.due_at is not None and thread.due_at <= now,
    )


def whose(thread: Thread, colleagues: dict[str, str] | None = None) -> str:
    """The patient's name, a colleague's, or the number that nobody knows."""
    if thread.patient:
        return f"{thread.patient.family_name}, {thread.patient.given_name}"
    known = _colleagues([thread.address]) if colleagues is None else colleagues
    if thread.address in known:
        return _("%(address)s (staff)") % {"address": known[thread.address]}
    return _("Unknown number %(address)s") % {"address": national(thread.address)}


def _colleagues(addresses: Sequence[str]) -> dict[str, str]:
    return dict(Responder.objects.filter(phone__in=addresses).values_list("phone", "name")) if addresses else {}


def signature(found: Sequence[Row]) -> str:
    """Changes with whatever the list says, and not with the time that passes."""
    said = [
        (row.thread.pk, row.thread.unread, row.thread.last_at, row.thread.assigned_to_id, row.flagged, row.late)
        for row in found
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]
