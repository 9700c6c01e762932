"""Whose addresses, messages and texts a member of staff sees: those of patients and colleagues of her own clinics.

The room of messages knows no clinic and finds these functions by `settings.ADDRESS_SCOPE`. An address that nobody
knows is shown to those who see every clinic, and where it is in a conversation, to that conversation's clinic.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from alerts.models import Responder
from inbox.models import Thread, ThreadText
from patients.domain.profile import ContactKind
from patients.models import ContactPoint
from staff.scope import clinic_ids, sees_every_clinic


def addresses(user: Any, field: str) -> Q:
    """Of rows that hold an address in `field`: those that `user` may see."""
    ids = clinic_ids(user)
    if ids is None or sees_every_clinic(user):
        return Q()
    place = OuterRef(field)
    contacts = ContactPoint.objects.filter(patient__clinic__in=ids)
    # A mailbox may stand in a row in lower case where the patient wrote it otherwise.
    mailboxes = contacts.filter(kind=ContactKind.EMAIL).alias(plain=Lower("address"))
    return (
        Q(Exists(contacts.filter(address=place)))
        | Q(**{f"{field}__contains": "@"}) & Q(Exists(mailboxes.filter(plain=Lower(place))))
        | Q(Exists(Responder.objects.filter(Q(phone=place) | Q(email=place), clinic__in=ids)))
        | Q(Exists(Thread.objects.filter(address=place, patient__isnull=True, clinic__in=ids)))
    )


def messages(user: Any) -> Q:
    """Of messages: those that were written for the user's clinics. What was for none is for those who see every clinic.

    One equality and nothing beside it: with a look at addresses as well, a list of millions would have to be sorted.
    """
    ids = clinic_ids(user)
    if ids is None or sees_every_clinic(user):
        return Q()
    names = sorted(map(str, ids))
    return Q(owner=names[0]) if len(names) == 1 else Q(owner__in=names)


def texts(user: Any) -> Q:
    """Of inbound texts: those in conversations of the user's clinics, and those of their addresses not filed yet."""
    ids = clinic_ids(user)
    if ids is None or sees_every_clinic(user):
        return Q()
    filed = ThreadText.objects.filter(inbound=OuterRef("pk"))
    return Q(Exists(filed.filter(thread__clinic__in=ids))) | (
        ~Q(Exists(filed)) & Q(on_behalf_of="") & addresses(user, "from_address")
    )


def owners(user: Any) -> frozenset[str] | None:
    """The names that lanes give to the user's clinics; None for all of them."""
    ids = clinic_ids(user)
    return None if ids is None or sees_every_clinic(user) else frozenset(map(str, ids))
