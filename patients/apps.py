"""The patients app."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    """Clinics, patients, contact points and coordinators' tasks."""

    name = "patients"
    verbose_name = "Patients"
