"""Staff at the admin of red flags: a nurse who is a responder, a coordinator, a manager."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from alerts.models import Alert, Responder
from tests.support import builders as make
from tests.support.admin_pages import Desk
from tests.support.red_flags import text

BOARD = "alerts/alert/"
NUMB = "i cant feel my legs since this morning"


def staff(name: str, group: str, *, responder: Responder | None = None) -> Any:
    """A login of one role; with a responder, somebody who can take red flags."""
    user = get_user_model().objects.create_user(name, password="pw", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    if responder is not None:
        responder.user = user
        responder.save(update_fields=["user"])
    return user


def at_desk(user: Any) -> Desk:
    """That person at a browser of her own."""
    client = Client()
    client.force_login(user)
    return Desk(client)


def flag(body: str = NUMB, *, minutes_ago: float = 0, phone: str = make.PHONE, name: str = "Luz") -> Alert:
    """A red flag of a patient of her own."""
    make.patient(phone, family_name=name)
    text(body, sender=phone, now=timezone.now() - timedelta(minutes=minutes_ago))
    return Alert.objects.latest("pk")
