"""A link that opens, for somebody who may see what is behind it, and how a page answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse

from messaging.domain.plain import storable
from patients.domain.links import LinkScope
from patients.domain.profile import Owner
from patients.models import Clinic, ContactPoint, Patient, PatientLink
from portal import proofs, showing
from portal.language import Words, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A link that opens, for somebody who may see what is behind it, and how to answer."""

    request: HttpRequest
    link: PatientLink
    now: datetime
    language: str
    #: The person has given the date of birth, or the clinic asks for none. False: it asks, but has none on file.
    known: bool
    #: The date of birth came with this very request: the answer carries what the phone is to keep.
    just_proven: bool = False

    @property
    def patient(self) -> Patient:
        """Whose page it is."""
        return self.link.patient

    @property
    def clinic(self) -> Clinic:
        """Whose patient."""
        return self.link.patient.clinic

    @property
    def contact(self) -> ContactPoint | None:
        """Where the link was sent."""
        return self.link.contact

    @property
    def is_caregiver(self) -> bool:
        """Whether somebody else than the patient holds the link."""
        return self.link.scope == LinkScope.CAREGIVER or (
            self.contact is not None and self.contact.owner == Owner.CAREGIVER
        )

    @property
    def root(self) -> str:
        """Where this patient's pages begin: /p/<token>/."""
        return f"/p/{self.link.token}/"

    @property
    def say(self) -> Words:
        """The words of the pages in the reader's language."""
        return words(self.language)

    @property
    def form(self) -> dict[str, str]:
        """What was typed, fit for storing."""
        return {name: storable(str(value)) for name, value in self.request.POST.items()}

    def page(self, template: str, context: Mapping[str, object] | None = None, *, status: int = 200) -> HttpResponse:
        """Show `portal/<template>.html` in the frame of the patient's pages."""
        response = showing.page(self.request, template, self._frame() | dict(context or {}), status=status)
        return self._sealed(response)

    def go(self, path: str = "", *, said: str = "") -> HttpResponse:
        """Elsewhere on this patient's pages after a form was taken, so that a reload does nothing."""
        return self._sealed(showing.go(f"{self.root}{path}" + (f"?said={said}" if said else "")))

    def _frame(self) -> dict[str, object]:
        return showing.frame(self.clinic, language=self.language, named=True) | {
            "root": self.root,
            "here": self.request.path,
            "proof": proofs.form_proof(self.link.token),
            "patient": self.patient,
            "opened": self,
        }

    def _sealed(self, response: HttpResponse) -> HttpResponse:
        if self.just_proven:
            proofs.remember(response, self.link, now=self.now)
        showing.keep_language(self.request, response, self.root)
        return response
