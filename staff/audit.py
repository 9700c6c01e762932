"""What a trace never holds, and the traces that no change of a row writes: signing in, a second factor reset."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from staff.trace import Trace, concerns


def masked(value: str) -> str:
    """What stands for a secret: that there was one, or none."""
    return "•••" if value and value != "None" else ""


def tell(about: Model, *, page: str, actor: Any | None = None, **changes: Any) -> None:
    """Keep that something was done to a row, or seen of it, which its fields do not show; `page` names it."""
    named = {} if actor is None else {"actor_id": actor.pk}
    Trace.objects.create(
        content_type=ContentType.objects.get_for_model(about),
        object_pk=str(about.pk),
        object_id=about.pk,
        object_repr=str(about),
        action=Trace.Action.ACCESS,
        page=page,
        changes=changes or None,
        **concerns(about),
        **named,
    )
