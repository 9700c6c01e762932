"""A clinic full of rows of every kind, and somebody with every right who works for another one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone

from alerts import alarms
from alerts.domain.warning_words import WarningState
from alerts.models import EscalationPolicy, Override, PlannedWarning, SingleShift, WarningRule
from desk.domain.words import JobKind
from messaging.models import AddressFault, ConsentEvent
from patients.models import Clinic, CoordinatorTask, Patient, TaskKind
from staff.models import Membership
from tests.support import builders as make
from tests.support import jobs, red_flags
from tests.support.admin_pages import course
from tests.support.flag_desk import NUMB
from tests.support.inbox import asks
from tests.support.portal import link_to

#: What stands in rows of the full clinic and nowhere else.
MARKS = ("Luzhidden", "Nurse Ortiz", "Bayside", make.PHONE, make.PHONE.removeprefix("+1"), "555-0123", "HIDDEN-MRN")


def fill() -> Patient:
    """Rows of everything that belongs to a clinic, all of them the test clinic's; the patient that they are about."""
    now = timezone.now()
    people = red_flags.on_call(now=now)
    patient = make.patient(make.PHONE, make.MAILBOX, family_name="Luzhidden", mrn="HIDDEN-MRN")
    course(patient, first_in=3)
    asks(make.PHONE, now=now)
    red_flags.text(NUMB, sender=make.PHONE, now=now)
    red_flags.text("my jaw feels odd and I am worried about it", sender=make.PHONE, now=now)
    rota = people.clinic.rotas.first()
    assert rota is not None
    shift = {"rota": rota, "responder": people.nurse, "starts_at": now, "ends_at": now + timedelta(hours=8)}
    SingleShift.objects.create(**shift)
    Override.objects.create(kind="override", reason="ill", created_at=now, **shift)
    CoordinatorTask.objects.create(
        patient=patient, kind=TaskKind.OVERDUE_VISIT, key="1", title="Luzhidden waits", opened_at=now
    )
    AddressFault.objects.create(channel="sms", address=make.PHONE, words="unknown", code="30005", found_at=now)
    ConsentEvent.objects.create(
        address=make.PHONE, purpose="reminders", granted=True, source="form", wording="yes", recorded_at=now
    )
    PlannedWarning.objects.create(
        patient=patient,
        rule=WarningRule.objects.earliest("pk"),
        occasion="x",
        send_at=now,
        due_at=now,
        expires_at=now + timedelta(days=1),
        state=WarningState.PLANNED,
    )
    link_to(patient)
    EscalationPolicy.objects.create(name="Ladder of Nurse Ortiz", clinic=people.clinic)
    jobs.asked(JobKind.PAUSE, now=now)
    alarms.shout(f"rota:gaps:{rota.pk}", "Ortiz is on nobody's list", now=now)
    return patient


def outsider() -> Any:
    """Somebody with the rights of all five roles, in a clinic of her own."""
    own = Clinic.objects.create(name="Elsewhere", short_name="E", timezone="America/New_York")
    user: Any = get_user_model().objects.create_user("outsider", password="pw", is_staff=True)
    user.groups.set(Group.objects.all())
    Membership.objects.filter(user=user).exclude(clinic=own).delete()
    return user
