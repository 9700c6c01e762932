"""The forms of a patient and of the patient's contacts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from patients.admin.fields import LanguageField, SeveralField, ZoneField
from patients.domain import address
from patients.domain.profile import METASTASIS_SITES, ContactKind, PatientStatus
from patients.models import ContactPoint, Patient


class PatientForm(forms.ModelForm[Patient]):
    """A patient; one who is not active needs a reason."""

    timezone = ZoneField(label=lazy("Time zone"), help_text=lazy("Visits and messages go by this clock."))
    language = LanguageField()
    metastasis_sites = SeveralField(
        choices=[(site, lazy(words)) for site, words in METASTASIS_SITES.items()],
        required=False,
        label=lazy("Sites of bone metastases"),
    )

    class Meta:
        model = Patient
        fields = (
            "clinic",
            "mrn",
            "given_name",
            "family_name",
            "date_of_birth",
            "language",
            "timezone",
            "status",
            "status_reason",
            "primary_cancer",
            "lesion_type",
            "metastasis_sites",
        )

    def clean_date_of_birth(self) -> Any:
        """Not in the future, and not longer ago than anybody lives."""
        born = self.cleaned_data["date_of_birth"]
        today = timezone.now().date()
        if born is not None and (born > today or born.year < today.year - 125):
            raise forms.ValidationError(_("%(born)s is not a date of birth of a living person.") % {"born": born})
        return born

    def clean(self) -> dict[str, Any]:
        """A reason with every status but active; none with active."""
        data = super().clean() or self.cleaned_data
        if data.get("status") == PatientStatus.ACTIVE:
            data["status_reason"] = ""
        elif data.get("status") and not str(data.get("status_reason") or "").strip():
            self.add_error("status_reason", _("Say why; it is shown with every message that is not sent."))
        return data


class ContactForm(forms.ModelForm[ContactPoint]):
    """A phone or mailbox. National numbers are read in the clinic's country; “not used because” takes it out of use."""

    class Meta:
        model = ContactPoint
        fields = ("kind", "address", "owner", "owner_name", "position", "unusable_reason")
        labels = {
            "unusable_reason": lazy("Not used because"),
            "position": lazy("Order"),
            "owner_name": lazy("Caregiver's name"),
        }
        help_texts = dict.fromkeys(("address", "owner_name", "position", "unusable_reason"), "")

    def clean(self) -> dict[str, Any]:
        """Read the address as the clinic's people write it; keep since when it is out of use."""
        data = super().clean() or self.cleaned_data
        if data.get("address") and data.get("kind") == ContactKind.PHONE:
            try:
                data["address"] = address.phone(data["address"], region=self._region())
            except address.AddressError as error:
                self.add_error("address", str(error))
        if not str(data.get("unusable_reason") or "").strip():
            self.instance.unusable_since = None
        elif self.instance.unusable_since is None:
            self.instance.unusable_since = timezone.now()
        return data

    def _region(self) -> str | None:
        # Not instance.patient: a patient who is being added is known to this form only.
        patient = self.cleaned_data.get("patient")
        return patient.clinic.phone_region if isinstance(patient, Patient) and patient.clinic_id else None
