"""`import_patients` on a real database: what is stored, what is left alone, what is refused as a whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging import consent
from messaging.domain.delivery import CONSENT_PURPOSES, Purpose
from messaging.models import ConsentEvent
from patients.imports.patient_rows import COLUMNS
from patients.models import Clinic, ContactPoint, CoordinatorTask, Patient, TaskKind
from reminders.models import Schedule, Treatment
from tests.support.imports import Answer, run_import

pytestmark = pytest.mark.django_db

HEADER = ",".join(COLUMNS)
ANN = "A1,Ann,Lee,1957-03-28,en,America/New_York,(212) 555-0101,ann@example.com,,,yes,yes,yes"
BEA = "A2,Bea,Núñez,1960-02-29,es,America/Chicago,+13125550102,,Bob Núñez,+13125550103,si,,no"
Take = Callable[..., Answer]


@pytest.fixture
def clinic() -> Clinic:
    return Clinic.objects.create(name="Bayside", short_name="Bayside", timezone="America/New_York")


@pytest.fixture
def take(clinic: Clinic, tmp_path: Path) -> Take:
    def run(*rows: str, flags: tuple[str, ...] = (), header: str = HEADER) -> Answer:
        return run_import("import_patients", tmp_path / "patients.csv", "\n".join([header, *rows, ""]), *flags)

    return run


def everything() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Patient, ContactPoint, ConsentEvent, CoordinatorTask))


class TestStoring:
    def test_it_stores_patients_contacts_and_consent(self, take: Take, clinic: Clinic) -> None:
        answer = take(ANN, BEA)
        assert (answer.counts, answer.rejected, answer.code) == ((2, 0, 0), [], 0)
        bea = Patient.objects.get(clinic=clinic, mrn="A2")
        assert (bea.family_name, bea.language, bea.timezone) == ("Núñez", "es", "America/Chicago")
        contacts = bea.contacts.values_list("kind", "address", "owner", "owner_name", "position")
        assert list(contacts) == [
            ("phone", "+13125550102", "patient", "", 1),
            ("phone", "+13125550103", "caregiver", "Bob Núñez", 2),
        ]
        ann = Patient.objects.get(mrn="A1")
        assert ann.metastasis_sites == ["spine"]
        assert bea.metastasis_sites == []
        for address in ("+12125550101", "ann@example.com", "+13125550102", "+13125550103"):
            pairs = {(address, purpose) for purpose in CONSENT_PURPOSES}
            assert consent.allowed(pairs) == pairs
        assert set(ConsentEvent.objects.values_list("source", "wording")) == {
            ("import", "sms_consent = yes"),
            ("import", "email_consent = yes"),
        }

    def test_the_same_file_again_changes_nothing(self, take: Take) -> None:
        take(ANN, BEA)
        before = everything()
        assert take(ANN, BEA).counts == (0, 0, 2)
        assert everything() == before

    def test_what_differs_is_updated_and_blank_cells_change_nothing(self, take: Take) -> None:
        take(ANN, BEA)
        answer = take("A1,Anne,Lee,,,,,,,,,,", "A2,Bea,Núñez,,,,,,,,,,")
        assert answer.counts == (0, 1, 1)
        ann = Patient.objects.get(mrn="A1")
        assert (ann.given_name, str(ann.date_of_birth), ann.metastasis_sites) == ("Anne", "1957-03-28", ["spine"])
        assert ann.contacts.count() == 2

    def test_a_new_number_takes_the_place_of_the_old_one(self, take: Take) -> None:
        take(ANN)
        phone = ContactPoint.objects.get(address="+12125550101")
        phone.unusable_since, phone.unusable_reason = timezone.now(), "unknown number"
        phone.save()
        assert take(ANN.replace("555-0101", "555-0199")).counts == (0, 1, 0)
        phone.refresh_from_db()
        assert (phone.address, phone.is_usable, phone.unusable_reason) == ("+12125550199", True, "")
        assert Patient.objects.get().contacts.count() == 2

    def test_a_second_number_that_staff_entered_is_left_alone(self, take: Take) -> None:
        take(ANN)
        ann = Patient.objects.get()
        ContactPoint.objects.create(patient=ann, kind="phone", address="+12125550177", position=0)
        assert take(ANN).counts == (0, 0, 1)
        assert ann.contacts.filter(kind="phone").count() == 2

    def test_phones_that_change_hands_stay_one_row_each(self, take: Take) -> None:
        take(BEA)
        swapped = "A2,Bea,Núñez,,,,+13125550103,,Bob Núñez,+13125550102,,,"
        assert take(swapped).counts == (0, 1, 0)
        owners = dict(ContactPoint.objects.values_list("address", "owner"))
        assert owners == {"+13125550103": "patient", "+13125550102": "caregiver"}

    def test_other_sites_of_metastases_are_kept(self, take: Take) -> None:
        take(ANN)
        Patient.objects.update(metastasis_sites=["pelvis", "spine"])
        assert take(ANN.removesuffix("yes") + "no").counts == (0, 1, 0)
        assert Patient.objects.get().metastasis_sites == ["pelvis"]

    def test_blank_zone_and_language_are_the_clinics(self, take: Take, clinic: Clinic) -> None:
        take("A1,Ann,Lee,,,,,,,,,,")
        ann = Patient.objects.get()
        assert (ann.timezone, ann.language) == (clinic.timezone, clinic.default_language)

    def test_a_new_zone_moves_the_visits_with_the_patient(self, take: Take) -> None:
        take(ANN)
        day = (timezone.now() + timedelta(days=20)).date()
        schedule = Schedule.objects.create(
            patient=Patient.objects.get(),
            treatment=Treatment.objects.get(code="mri"),
            first_visit_on=day,
            visit_time="09:00",
        )
        assert take(ANN.replace("New_York", "Chicago")).counts == (0, 1, 0)
        visit = schedule.visits.get()
        assert visit.at.astimezone(Patient.objects.get().zone).hour == 9
        assert visit.reminders.exists()


class TestConsent:
    def test_no_takes_back_what_was_granted_and_nothing_else(self, take: Take) -> None:
        take(ANN)
        before = ConsentEvent.objects.count()
        assert take(ANN.replace("yes,yes,yes", "no,,yes")).counts == (0, 1, 0)
        assert ConsentEvent.objects.count() == before + len(CONSENT_PURPOSES)
        assert consent.state("+12125550101", Purpose.REMINDERS) is False
        assert consent.state("ann@example.com", Purpose.REMINDERS) is True

    def test_no_of_a_number_that_never_agreed_is_no_entry(self, take: Take) -> None:
        take(ANN.replace("yes,yes,yes", "no,no,"))
        assert ConsentEvent.objects.count() == 0

    def test_a_yes_takes_back_an_imported_no(self, take: Take) -> None:
        take(ANN)
        take(ANN.replace("yes,yes,yes", "no,,"))
        assert take(ANN).counts == (0, 1, 0)
        assert consent.state("+12125550101", Purpose.WARNINGS) is True

    @pytest.mark.parametrize("source", ["text", "carrier", "staff", "form"])
    def test_a_persons_own_no_stands_and_a_coordinator_is_asked_once(self, take: Take, source: str) -> None:
        take(ANN)
        now = datetime(2026, 11, 23, 15, tzinfo=UTC) + timedelta(days=3650)
        for purpose in CONSENT_PURPOSES:
            consent.record("+12125550101", purpose, granted=False, source=source, wording="STOP", now=now)
        before = ConsentEvent.objects.count()
        assert take(ANN).counts == (0, 0, 1)
        assert take(ANN.replace("Ann,", "Anne,")).counts == (0, 1, 0)
        assert ConsentEvent.objects.count() == before
        assert consent.state("+12125550101", Purpose.REMINDERS) is False
        task = CoordinatorTask.objects.get(key__startswith="opt_out:import:")
        assert (task.kind, task.patient.mrn, task.done_at) == (TaskKind.OPT_OUT, "A1", None)
        assert "+1212" not in task.title + task.detail

    def test_a_shared_phone_is_written_once(self, take: Take) -> None:
        take(ANN.replace("ann@example.com", "").replace("yes,yes", "yes,"), "A3,Al,Lee,,,,+12125550101,,,,yes,,")
        assert ConsentEvent.objects.filter(address="+12125550101").count() == len(CONSENT_PURPOSES)


class TestRefusing:
    BAD = "A9,Cy,Poe,,xx,,123,,,,,,"

    def test_one_bad_row_keeps_everything_out(self, take: Take) -> None:
        answer = take(ANN, self.BAD)
        assert answer.counts == (0, 0, 0)
        assert answer.refused == [(3, "language"), (3, "phone")]
        assert everything() == (0, 0, 0, 0)
        assert "1 row rejected; nothing imported" in answer.said

    def test_skipping_takes_the_good_rows_and_still_fails(self, take: Take) -> None:
        answer = take(ANN, self.BAD, BEA, flags=("--skip-invalid",))
        assert (answer.counts, answer.code) == ((2, 0, 0), 1)
        assert set(Patient.objects.values_list("mrn", flat=True)) == {"A1", "A2"}

    def test_a_dry_run_counts_and_stores_nothing(self, take: Take) -> None:
        assert take(ANN, BEA, flags=("--dry-run",)).counts == (2, 0, 0)
        assert take(ANN, self.BAD, flags=("--dry-run", "--skip-invalid")).counts == (1, 0, 0)
        assert everything() == (0, 0, 0, 0)

    @pytest.mark.parametrize("flags", [(), ("--skip-invalid",)])
    def test_a_file_that_breaks_half_way_is_refused_as_a_whole(self, take: Take, flags: tuple[str, ...]) -> None:
        answer = take(ANN, 'A2,"Bea', flags=flags)
        assert answer.refused == [(3, "file")]
        assert everything() == (0, 0, 0, 0)

    def test_a_wrong_header_names_what_is_missing_and_unknown(self, take: Take) -> None:
        answer = take(ANN, header=HEADER.replace("mrn", "patient id"))
        assert answer.refused == [(1, "header")]
        assert "missing: 'mrn'; unknown: 'patient_id'" in answer.rejected[0]["error"]

    def test_an_absent_file_is_an_answer_too(self, clinic: Clinic, tmp_path: Path) -> None:
        answer = run_import("import_patients", tmp_path / "x.csv", b"PK\x03\x04")
        assert answer.refused == [(0, "file")]


class TestClinics:
    def test_the_first_import_makes_a_clinic_and_says_so(self, tmp_path: Path) -> None:
        path, content = tmp_path / "p.csv", f"{HEADER}\n{ANN}\n"
        dry = run_import("import_patients", path, content, "--dry-run")
        assert dry.counts == (1, 0, 0)
        assert not Clinic.objects.exists()
        answer = run_import("import_patients", path, content)
        assert Clinic.objects.get().name == "My clinic"
        assert "“My clinic” was made" in answer.said

    def test_a_refused_first_import_makes_none(self, tmp_path: Path) -> None:
        run_import("import_patients", tmp_path / "p.csv", f"{HEADER}\n{TestRefusing.BAD}\n")
        assert not Clinic.objects.exists()

    def test_of_several_clinics_one_has_to_be_named(self, take: Take) -> None:
        Clinic.objects.create(name="Hillside", short_name="Hillside")
        assert take(ANN).refused == [(0, "clinic")]
        assert take(ANN, flags=("--clinic", "Seaside")).refused == [(0, "clinic")]
        assert take(ANN, flags=("--clinic", "Hillside")).counts == (1, 0, 0)
        assert Patient.objects.get().clinic.name == "Hillside"

    def test_a_number_may_be_anothers_in_another_clinic(self, take: Take) -> None:
        Clinic.objects.create(name="Hillside", short_name="Hillside")
        assert take(ANN, flags=("--clinic", "Hillside")).counts == (1, 0, 0)
        assert take(ANN, flags=("--clinic", "Bayside")).counts == (1, 0, 0)


def test_statements_grow_with_batches_and_not_with_rows(
    take: Take, django_assert_max_num_queries: Callable[..., CaptureQueriesContext]
) -> None:
    rows = [f"M{i},Given,Family,,,,+1212555{i:04},m{i}@example.com,,,yes,yes," for i in range(1000, 1600)]
    with django_assert_max_num_queries(75):
        assert take(*rows).counts == (600, 0, 0)
    with django_assert_max_num_queries(20):
        assert take(*rows).counts == (0, 0, 600)
