"""Keys to a patient's own pages: made where a message needs one, reused while fresh, revoked by staff.

What else ends a link is not written down but looked at when it is opened: the phone or mailbox that it was sent to
was changed, removed or marked as not working, or the patient is discharged. So no way of changing a contact, an
import's included, leaves an old link open.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime

from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from patients.domain.links import LINK_IS_FRESH, LINK_LIVES, LinkScope, Standing, standing
from patients.domain.profile import Owner, PatientStatus
from patients.models import ContactPoint, Patient, PatientLink

#: 128 bits of chance, 22 characters.
TOKEN_BYTES = 16


def page_url(patient: Patient, contact: ContactPoint, *, now: datetime, scope: LinkScope = LinkScope.PAGE) -> str:
    """The address of the page for who reads `contact`; a caregiver's opens what caregivers may see."""
    return url(open_link(patient, contact, now=now, scope=scope))


def page_urls(contacts: Mapping[int, int], *, now: datetime) -> dict[int, str]:
    """Patient's id → address of the page, for patient's id → contact's id; two queries for however many."""
    tokens: dict[int, str] = {}
    fresh: list[PatientLink] = []
    for contact in _with_fresh_tokens(contacts.values(), now=now):
        if contacts.get(contact.patient_id) != contact.pk:
            continue
        token: str | None = contact.fresh_page  # type: ignore[attr-defined]
        if token is None:
            link = _new(contact, _scope(contact, LinkScope.PAGE), now=now)
            fresh.append(link)
            token = link.token
        tokens[contact.patient_id] = token
    PatientLink.objects.bulk_create(fresh)
    return {patient: _address(token) for patient, token in tokens.items()}


def open_link(patient: Patient, contact: ContactPoint, *, now: datetime, scope: LinkScope) -> PatientLink:
    """A link for `contact` that is fresh: one that exists, or a new one."""
    wanted = _scope(contact, scope)
    there = _fresh(now).filter(patient=patient, contact=contact, address=contact.address, scope=wanted)
    link = there.order_by("-made_at", "-pk").first()
    if link is None:
        link = _new(contact, wanted, now=now)
        link.save()
    return link


def url(link: PatientLink) -> str:
    """Where a link leads."""
    return _address(link.token)


def standing_of(link: PatientLink, *, now: datetime) -> Standing:
    """Whether a link opens, and if not, why."""
    contact = link.contact
    return standing(
        now=now,
        expires_at=link.expires_at,
        revoked_at=link.revoked_at,
        shut_until=link.shut_until,
        contact_stands=contact is not None and contact.is_usable and contact.address == link.address,
        patient_stands=not PatientStatus(link.patient.status).ends_messages,
    )


def revoke(link: PatientLink, *, why: str, now: datetime) -> bool:
    """End a link for good; False where it was ended before."""
    return bool(_revoke(PatientLink.objects.filter(pk=link.pk), why, now))


def revoke_all(patient: Patient, *, why: str, now: datetime) -> int:
    """End every link of a patient for good, calendar feeds included; how many were open."""
    return _revoke(PatientLink.objects.filter(patient=patient), why, now)


def _revoke(links: QuerySet[PatientLink], why: str, now: datetime) -> int:
    return links.filter(revoked_at__isnull=True).update(revoked_at=now, revoked_why=why[:200])


def _with_fresh_tokens(ids: Collection[int], *, now: datetime) -> QuerySet[ContactPoint]:
    """The contacts with the token of the newest fresh link of each, None where there is none."""
    own = Q(scope=LinkScope.CAREGIVER, contact__owner=Owner.CAREGIVER) | Q(
        scope=LinkScope.PAGE, contact__owner=Owner.PATIENT
    )
    links = _fresh(now).filter(own, patient=OuterRef("patient"), contact=OuterRef("pk"), address=F("contact__address"))
    newest = links.order_by("-made_at", "-pk").values("token")[:1]
    return ContactPoint.objects.filter(pk__in=set(ids)).annotate(fresh_page=Subquery(newest))


def _fresh(now: datetime) -> QuerySet[PatientLink]:
    return PatientLink.objects.filter(revoked_at__isnull=True, made_at__gt=now - LINK_IS_FRESH, expires_at__gt=now)


def _scope(contact: ContactPoint, asked: LinkScope) -> LinkScope:
    """Never more than the owner of the contact may see."""
    if contact.owner == Owner.CAREGIVER and asked is LinkScope.PAGE:
        return LinkScope.CAREGIVER
    return asked


def _new(contact: ContactPoint, scope: LinkScope, *, now: datetime) -> PatientLink:
    return PatientLink(
        patient_id=contact.patient_id,
        contact=contact,
        address=contact.address,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        scope=scope,
        made_at=now,
        expires_at=now + LINK_LIVES,
    )


def _address(token: str) -> str:
    return f"{settings.PUBLIC_BASE_URL.rstrip('/')}/p/{token}/"
