"""Which clinics a member of staff works for, and the forms that were taken once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Membership(models.Model):
    """A clinic whose patients a member of staff may see. Superusers see every clinic without one."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    clinic = models.ForeignKey("patients.Clinic", on_delete=models.CASCADE, related_name="memberships")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("clinic of a member of staff")
        verbose_name_plural = _("clinics of a member of staff")
        # Rights that belong to no rows of their own; staff/domain/roles.py says who has them.
        permissions = (
            ("export_rows", "Can take lists of the admin away as files"),
            ("import_rows", "Can bring in rows from files"),
            ("sign_treatment", "Can sign off a treatment of the catalogue"),
        )
        # Read by staff.scope at every request: the clinics of one person.
        constraints = (models.UniqueConstraint(fields=("user", "clinic"), name="membership_once"),)

    def __str__(self) -> str:
        return f"membership {self.pk}"


class SentForm(models.Model):
    """A form that was taken: the same one, sent again, leads to what it made the first time."""

    key = models.CharField(max_length=40, primary_key=True, help_text="Drawn when the form was shown.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    leads_to = models.CharField(max_length=200, help_text="Path of the page that the first sending led to.")

    class Meta:
        # Read by the sweep that forgets old ones.
        indexes = (models.Index(fields=("at",), name="sent_form_oldest"),)

    def __str__(self) -> str:
        return f"form of {self.at:%Y-%m-%d %H:%M}"
