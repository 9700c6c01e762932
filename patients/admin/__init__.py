"""The admin of clinics, patients, coordinators' tasks and staff."""

from patients.admin.clinic import ClinicAdmin
from patients.admin.patient import PatientAdmin
from patients.admin.people import GroupAdmin, UserAdmin
from patients.admin.task import CoordinatorTaskAdmin

__all__ = ["ClinicAdmin", "CoordinatorTaskAdmin", "GroupAdmin", "PatientAdmin", "UserAdmin"]
