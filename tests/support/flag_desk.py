"""Staff at the admin of red flags: a nurse who is a responder, a coordinator, a manager."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from alerts import roles
from alerts.models import Responder
from tests.support.admin_pages import Desk


def staff(name: str, group: str, *, responder: Responder | None = None) -> Any:
    """A login of one role; with a responder, somebody who can take red flags."""
    roles.grant_all()
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
