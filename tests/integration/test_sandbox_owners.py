"""The sandbox's phones bear the names of their owners: patients, and the staff that the product's phonebooks know."""

from __future__ import annotations

import pytest

from alerts.models import Responder
from sandbox import owners
from tests.support import builders as make
from tests.support.builders import PHONE

pytestmark = pytest.mark.django_db


def test_a_nurses_phone_and_mailbox_bear_her_name() -> None:
    Responder.objects.create(
        clinic=make.clinic(), name="Nurse Nadia Burke", phone="+12025550181", email="burke@staff.example.com"
    )
    known = owners.of(["+12025550181", "burke@staff.example.com", "+12025550000"])
    assert {address: owner.name for address, owner in known.items()} == {
        "+12025550181": "Nurse Nadia Burke",
        "burke@staff.example.com": "Nurse Nadia Burke",
    }
    assert known["+12025550181"].zone.key == "America/New_York"
    assert owners.addresses_of("nadia BURKE") == ["+12025550181", "burke@staff.example.com"]
    assert owners.addresses_of("nobody of that name") == []


def test_a_nurse_who_is_a_patient_too_is_named_once_for_each() -> None:
    Responder.objects.create(clinic=make.clinic(), name="Nurse Nadia Burke", phone=PHONE)
    make.patient(PHONE)
    assert owners.of([PHONE])[PHONE].name == "Nurse Nadia Burke, Rosa Luz"
