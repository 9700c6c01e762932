"""The tables of patients: clinics, people, their contact points and links, facts of care, coordinators' tasks."""

from patients.models.care import CareEvent, CoordinatorTask, TaskKind
from patients.models.contacts import ContactPoint, PatientLink
from patients.models.people import Clinic, Patient

__all__ = [
    "CareEvent",
    "Clinic",
    "ContactPoint",
    "CoordinatorTask",
    "Patient",
    "PatientLink",
    "TaskKind",
]
