"""The patients app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PatientsConfig(AppConfig):
    """Clinics, patients, contact points and coordinators' tasks."""

    name = "patients"
    verbose_name = _("Patients")
