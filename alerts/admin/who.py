"""Who acts: a red flag is taken by a named responder, and a login is one only where it is linked to one."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from alerts.models import Responder

HOW_TO_BECOME_ONE = _(
    "Your login is not linked to a responder, so nothing can be done in your name. "
    "A manager can link it: Responders › your entry (or a new one) › Login."
)
SWITCHED_OFF = _("Your entry as a responder is switched off. A manager can switch it on again under Responders.")


def responder_of(request: HttpRequest) -> Responder | None:
    """The responder of whoever is signed in, if there is one who may act."""
    if not request.user.is_authenticated:
        return None
    return Responder.objects.filter(user=request.user.pk, is_active=True).first()


def acting(request: HttpRequest) -> Responder:
    """The same, or a refusal that says how to become one."""
    found = Responder.objects.filter(user=request.user.pk).first()
    if found is None:
        raise ValidationError(HOW_TO_BECOME_ONE)
    if not found.is_active:
        raise ValidationError(SWITCHED_OFF)
    return found
