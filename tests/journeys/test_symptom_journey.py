"""From the form on a patient's own page to the nurse's telephone, on real parts."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
import requests
from django.utils import timezone

from alerts.domain.policy import Role
from alerts.models import Alert
from sandbox import testing as carrier
from tests.support import builders as make
from tests.support import portal
from tests.support import red_flags as flags
from tests.support.processes import Running

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])]

Eventually = Callable[..., Any]


def test_a_form_on_her_page_rings_the_nurse(live_app: str, worker: Running, eventually: Eventually) -> None:
    team = flags.on_call(Role.NURSE, now=timezone.now())
    flags.sign_everything(now=timezone.now())
    patient = portal.somebody(language="es")
    address = f"{live_app}{portal.root(patient)}feel/"

    page = requests.get(address, timeout=10).text
    fields = dict(re.findall(r'name="(proof|numbers)"\s+value="([^"]+)"', page))
    form = {name: unescape(value) for name, value in fields.items()} | {"form": str(uuid4())}
    answer = requests.post(address, {**form, "signs": ["weak"], "places": ["left_thigh"]}, timeout=10)

    assert "Ya avisamos a una enfermera" in answer.text
    assert Alert.objects.get().patient == patient
    eventually(lambda: carrier.bodies_to(team.nurse.phone), 10, what="the page on the nurse's phone")
    eventually(lambda: carrier.bodies_to(make.PHONE), 10, what="the instruction on her phone")
    assert "No mueva la espalda" in carrier.bodies_to(make.PHONE)[0]
    assert not [word for word in (make.PHONE, "Debilidad", patient.links.get().token) if word in worker.output()]
