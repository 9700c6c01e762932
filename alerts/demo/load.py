"""Loading the red flags of the demo: team, rotas, signed rules, stories, warnings; what is there is left alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db import transaction

from alerts import rulebook
from alerts.demo.stage import Stage, play
from alerts.demo.stories import SCENES
from alerts.demo.team import make_team
from alerts.models import Alert, AlertRule, NurseReview, PlannedWarning, RuleVersion
from alerts.warnings import planning
from patients.models import Clinic, Patient

#: The rules were written and signed before the first story.
_WRITTEN_BEFORE, _SIGNED_BEFORE = timedelta(days=37), timedelta(days=30)
_SIGNED_AS = "Miles Draper, nurse manager (demo)"
#: Patients were enrolled one after the other, so that their warnings do not all fall on one day.
_FIRST_ENROLLED, _APART = timedelta(days=45), timedelta(days=6)
#: What is older than this in the inbox was answered.
_ANSWERED_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many alerts were told, how many of them are open, and how many warnings are planned."""

    alerts: int
    open_alerts: int
    warnings: int


@transaction.atomic
def load(clinic: Clinic, *, now: datetime) -> Loaded:
    """Write what is missing, as things would stand at `now` (aware). Needs the demo's patients and logins."""
    make_team(clinic, now=now)
    if Alert.objects.filter(clinic=clinic).exists():
        return Loaded(0, 0, 0)
    _sign(now)
    _enrol(clinic, now)
    longest = max(scene.before for scene in SCENES)
    play(Stage(clinic=clinic, now=now - longest), list(SCENES), now=now)
    _answer_old_texts(now)
    while planning.plan_due(now=now) == planning.BATCH:
        continue
    alerts = Alert.objects.filter(clinic=clinic)
    planned = PlannedWarning.objects.filter(patient__clinic=clinic, state="planned")
    return Loaded(alerts.count(), alerts.exclude(state="closed").count(), planned.count())


def _sign(now: datetime) -> None:
    """Drafts that nobody has signed are signed and activated; what somebody has touched stays."""
    manager = get_user_model().objects.get(username="manager")
    for rule in AlertRule.objects.filter(status=AlertRule.Status.DRAFT):
        version = rule.versions.order_by("-number")[0]
        if not version.is_signed:
            # The starter content was written the moment it was loaded: nobody signs what is not yet written.
            RuleVersion.objects.filter(pk=version.pk).update(written_at=now - _WRITTEN_BEFORE)
            rulebook.sign_off(version, user=manager, signed_as=_SIGNED_AS, now=now - _SIGNED_BEFORE)
        rulebook.activate(rule, version)


def _enrol(clinic: Clinic, now: datetime) -> None:
    for number, patient in enumerate(Patient.objects.filter(clinic=clinic).order_by("mrn")):
        # Not save(): its signals would plan by the clock of the day.
        Patient.objects.filter(pk=patient.pk).update(created_at=now - _FIRST_ENROLLED - number * _APART)


def _answer_old_texts(now: datetime) -> None:
    nurse = get_user_model().objects.get(username="nurse")
    for review in NurseReview.objects.filter(opened_at__lt=now - _ANSWERED_AFTER, done_at__isnull=True):
        review.done_at = review.opened_at + timedelta(minutes=35)
        review.done_by, review.outcome = nurse, "Phoned her and explained."
        review.save()
