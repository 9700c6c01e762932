"""The admin of clinics, patients, coordinators' tasks."""

from patients.admin.clinic import ClinicAdmin
from patients.admin.patient import PatientAdmin
from patients.admin.task import CoordinatorTaskAdmin

__all__ = ["ClinicAdmin", "CoordinatorTaskAdmin", "PatientAdmin"]
