"""The trace: one row for every change that staff (or the product) made, and for every look at a patient."""

from __future__ import annotations

from typing import Any

from auditlog.models import AbstractLogEntry, LogEntryManager
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from staff.acting import door, person, person_address


class TraceManager(LogEntryManager):  # type: ignore[misc]
    """Writes rows that know who acted, from where, and which clinic and patient are concerned."""

    def create(self, **kwargs: Any) -> Any:
        """A row; whoever acts at this moment is its actor unless another is named."""
        if "actor" not in kwargs and "actor_id" not in kwargs:
            someone = person()
            kwargs["actor_id"] = someone.pk if someone is not None else None
        kwargs.setdefault("remote_addr", person_address())
        kwargs.setdefault("door", door())
        return super().create(**kwargs)

    def log_create(self, instance: Model, force_log: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """A row about `instance`, with whose it is. The package counts relations from elsewhere among the fields."""
        if kwargs.get("changes"):
            own = {field.name for field in instance._meta.concrete_fields}
            kwargs["changes"] = {name: change for name, change in kwargs["changes"].items() if name in own}
        return super().log_create(instance, force_log=force_log, **kwargs, **concerns(instance))

    def log_m2m_changes(
        self, changed_queryset: Any, instance: Model, operation: str, field_name: str, **kwargs: Any
    ) -> Any:
        """A row about what was added to a set of `instance`, or taken from it, with whose it is."""
        return super().log_m2m_changes(
            changed_queryset, instance, operation, field_name, **kwargs, **concerns(instance)
        )


class Trace(AbstractLogEntry):  # type: ignore[misc]
    """A change or a look. Only ever added to; `forget_traces` takes away what is older than the clinic keeps."""

    # Said again, for the indexes below instead of one for each column.
    content_type = models.ForeignKey("contenttypes.ContentType", models.CASCADE, related_name="+", db_index=False)
    object_pk = models.CharField(max_length=255)
    object_id = models.BigIntegerField(blank=True, null=True)
    action = models.PositiveSmallIntegerField(choices=AbstractLogEntry.Action.choices)
    cid = models.CharField(max_length=255, blank=True, null=True)  # noqa: DJ001 - the package writes None
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    changes_text = None
    remote_port = None

    #: A patient or a clinic that is gone leaves its traces.
    patient = models.ForeignKey(
        "patients.Patient", models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    clinic = models.ForeignKey(
        "patients.Clinic", models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    page = models.CharField(max_length=40, blank=True, default="", help_text="Looks: on which page.")
    door = models.CharField(max_length=12, blank=True, default="", help_text="How the change came in.")

    objects = TraceManager()

    class Meta:
        verbose_name = _("trace")
        verbose_name_plural = _("audit")
        ordering = ("-id",)
        get_latest_by = "id"
        indexes = (
            # Read by the audit list of somebody who sees some clinics.
            models.Index(fields=("clinic", "-id"), name="trace_of_clinic"),
            # Read by the history of a patient, and by staff.looks: has this person looked a moment ago?
            models.Index(fields=("patient", "-id"), name="trace_of_patient"),
            models.Index(fields=("patient", "actor", "-timestamp"), condition=Q(action=3), name="trace_latest_look"),
            # Read by the history of any one row.
            models.Index(fields=("content_type", "object_id", "-id"), name="trace_of_object"),
            # Read by the audit list of one person.
            models.Index(fields=("actor", "-id"), name="trace_of_person"),
        )

    def __str__(self) -> str:
        return f"trace {self.pk}"


def concerns(instance: Model) -> dict[str, Any]:
    """`{"patient_id": …, "clinic_id": …}` of a row, by the ways of settings.TRACE_CONCERNS; None for nobody."""
    ways = settings.TRACE_CONCERNS.get(instance._meta.label_lower, {})
    return {f"{name}_id": _walk(instance, way) for name, way in ways.items()}


def _walk(instance: Model, way: str) -> Any:
    """The id at the end of a dotted way of relations; None where it breaks off."""
    *steps, last = way.split(".")
    found: Any = instance
    try:
        for step in steps:
            found = getattr(found, step)
        return getattr(found, last, None)
    except ObjectDoesNotExist:
        return None
