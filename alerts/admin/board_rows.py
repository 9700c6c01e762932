"""What the board says of each open red flag: who, what, how long, whose turn it is, and what comes next."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
    prefetch_related_objects,
)
from django.db.models import Case as SqlCase
from django.utils.translation import gettext as _

from alerts import rendering
from alerts.admin.words import STAGES, TIERS, place_in_words, running, step_in_words, whom_in_words
from alerts.cases import case_of
from alerts.domain import policy as policies
from alerts.domain.dry_run import Line, What, play_on
from alerts.domain.words import OPEN_STATES, AlertState, Condition, Outcome, Tier
from alerts.models import Alert, Responder
from patients.admin.clock import clock
from patients.domain.address import national

MOST_CLOSED = 12
_TAKEN = ExpressionWrapper(Q(owner__isnull=False), output_field=BooleanField())
_WORST_FIRST = SqlCase(
    *[When(tier=tier.value, then=Value(tier.rank)) for tier in Tier], output_field=IntegerField(), default=Value(9)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One open alert on the board."""

    alert: Alert
    name: str
    detail: str
    initials: str
    condition: str
    tier_words: str
    stage: str
    owner: str
    turn: str
    phone: str
    mine: bool
    raised_at: datetime
    age: str
    coming: str
    coming_at: datetime | None
    left: str
    late: bool

    @property
    def rings(self) -> bool:
        """Whether a page in somebody's browser rings for it: it pages at any hour, and nobody has it."""
        return self.alert.owner_id is None and Tier(self.alert.tier).pages

    @property
    def offers(self) -> tuple[str, ...]:
        """The deeds that make sense for whoever looks."""
        if self.alert.owner_id is None:
            return ("take",)
        if self.alert.state == AlertState.REACHED:
            return ("outcome", "hand_back") if self.mine else ("spoke",)
        return ("spoke", "not_reached", "outcome", "hand_back") if self.mine else ("spoke",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedRow:
    """One alert that is over."""

    alert: Alert
    name: str
    condition: str
    outcome: str
    closed: str
    by: str
    taken_after: str


def open_alerts() -> QuerySet[Alert]:
    """Open alerts of people (the canary's are its own business): worst first, then what nobody has, then oldest."""
    rows = Alert.objects.filter(state__in=OPEN_STATES, is_canary=False)
    return rows.select_related("patient", "clinic", "owner").order_by(_WORST_FIRST, _TAKEN, "raised_at", "pk")


def rows(alerts: Iterable[Alert], me: Responder | None, *, now: datetime) -> list[Row]:
    """The board's rows as `me` sees them at `now`."""
    found = list(alerts)
    prefetch_related_objects(found, "pages__responder")
    return [_row(alert, me, now) for alert in found]


def closed_rows(alerts: QuerySet[Alert], *, now: datetime) -> list[ClosedRow]:
    """Those of `alerts` that were closed of late, the latest first."""
    recent = alerts.filter(state=AlertState.CLOSED, is_canary=False, closed_at__gte=now - timedelta(days=7))
    found = recent.select_related("patient", "clinic", "closed_by").order_by("-closed_at")[:MOST_CLOSED]
    return [
        ClosedRow(
            alert=alert,
            name=whose(alert),
            condition=Condition(alert.condition).title,
            outcome=Outcome(alert.outcome).words,
            closed=clock(alert.closed_at, alert.clinic.zone),
            by=alert.closed_by.name if alert.closed_by else "",
            taken_after=running(alert.accepted_at - alert.raised_at) if alert.accepted_at else "–",
        )
        for alert in found
    ]


def signature(alerts: Iterable[Alert], me: Responder | None, *more: object) -> str:
    """Changes when the board has something else to say; clocks that merely run do not change it."""
    facts = [(a.pk, a.state, a.tier, a.position, a.owner_id, a.next_due_at, a.phone_her) for a in alerts]
    return hashlib.sha256(repr((facts, me.pk if me else None, *more)).encode()).hexdigest()[:16]


def whose(alert: Alert) -> str:
    """The patient's name, or the number that nobody knows."""
    if alert.patient:
        return f"{alert.patient.family_name}, {alert.patient.given_name}"
    return _("Unknown number %(phone)s") % {"phone": national(alert.phone)} if alert.phone else _("Unknown number")


def _row(alert: Alert, me: Responder | None, now: datetime) -> Row:
    coming = what_comes(alert)
    return Row(
        alert=alert,
        name=whose(alert),
        detail=alert.patient.mrn if alert.patient else _("belongs to no patient"),
        initials=rendering.initials(alert.patient),
        condition=Condition(alert.condition).title,
        tier_words=TIERS[Tier(alert.tier)],
        stage=STAGES[AlertState(alert.state)],
        owner=alert.owner.name if alert.owner else "",
        turn=whose_turn(alert),
        phone=national(alert.phone) if alert.phone.startswith("+") else "",
        mine=me is not None and alert.owner_id == me.pk,
        raised_at=alert.raised_at,
        age=running(now - alert.raised_at),
        coming=coming_in_words(alert, coming),
        coming_at=coming.at if coming else None,
        left=running(coming.at - now) if coming else "",
        late=bool(coming and coming.at < now - timedelta(seconds=5)),
    )


def whose_turn(alert: Alert) -> str:
    """Who is expected to act now, and as what; empty where nobody was paged, or it is over."""
    if alert.owner and alert.state == AlertState.ACCEPTED:
        return _("%(name)s phones the patient") % {"name": alert.owner.name}
    if alert.owner and alert.state == AlertState.REACHED:
        return _("%(name)s records the outcome") % {"name": alert.owner.name}
    if alert.position < 0 or not alert.is_open:
        return ""
    policy = policies.from_json(alert.policy)
    paged = [page.responder for page in alert.pages.all() if page.position == alert.position]
    names = dict.fromkeys(one.name if one else _("the clinic’s 24-hour line") for one in paged)
    return _("%(names)s (%(place)s: %(whom)s)") % {
        "names": ", ".join(names) or _("nobody"),
        "place": place_in_words(policy, alert.position),
        "whom": whom_in_words(policy.step(alert.position)),
    }


def what_comes(alert: Alert) -> Line | None:
    """The next thing that happens when nobody does anything, by the machine itself."""
    policy = policies.from_json(alert.policy)
    lines = play_on(policy, case_of(alert), _not_asked, lines=1)
    return lines[0] if lines else None


def _not_asked(*_: object) -> tuple[()]:
    """Who it is is asked for one alert, on its own page: the board is looked at every few seconds."""
    return ()


def coming_in_words(alert: Alert, line: Line | None) -> str:
    """`backup nurse by text and call`; what an unmet clock leads to."""
    if line is None:
        return ""
    if line.what is What.FALLBACK:
        return _("the patient gets the fallback instruction")
    if line.what is What.NUDGE:
        owner = alert.owner.name if alert.owner else _("its owner")
        return _("%(owner)s is reminded of the outcome") % {"owner": owner}
    step = step_in_words(line.step) if line.step else ""
    if alert.state == AlertState.ACCEPTED:
        return _("paged again unless the patient is reached: %(step)s") % {"step": step}
    if alert.state == AlertState.REACHED:
        return _("paged again unless the outcome is recorded: %(step)s") % {"step": step}
    return step
