"""One door for what a nurse does by text, by link or by call, so that the same deed means the same everywhere."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser

from alerts import services
from alerts.domain.reply import Act
from alerts.domain.words import Outcome
from alerts.models import Responder
from alerts.services import Answer


def perform(
    act: Act,
    alert_id: int,
    *,
    by: Responder,
    via: str,
    now: datetime,
    outcome: Outcome | None = None,
    note: str = "",
    position: int | None = None,
    user: AbstractBaseUser | None = None,
) -> Answer:
    """Do `act` to an alert. ValueError for what is no deed, or an end without an outcome."""
    if act is Act.ACCEPT:
        return services.accept(alert_id, by=by, via=via, now=now, user=user)
    if act is Act.HAND_BACK:
        return services.hand_back(alert_id, by=by, via=via, now=now, user=user, position=position)
    if act in (Act.REACHED, Act.NOT_REACHED):
        return services.reached(alert_id, by=by, spoke=act is Act.REACHED, via=via, now=now, user=user)
    if act is Act.CLOSE and outcome is not None:
        return services.close(alert_id, by=by, outcome=outcome, note=note, via=via, now=now, user=user)
    raise ValueError(f"act: {act} without what it needs is nothing that can be done to an alert")
