"""A number is verified and a shift handed over, on real parts: beat finds the shift, phones hear, replies decide."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from alerts import rota as duty
from alerts.models import Responder, SingleShift
from alerts.rota import readiness
from sandbox import testing as carrier
from tests.support import builders as make
from tests.support import rota as on_call
from tests.support.processes import Running

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])]

Eventually = Callable[..., Any]
HOUR = timedelta(hours=1)


def code_in(text: str) -> str:
    """What the text asks to reply with."""
    found = re.search(r"[Rr]eply (\w{4})\b", text)
    assert found is not None, text
    return found[1]


def test_a_number_is_verified_and_a_shift_handed_over(
    live_app: str, worker: Running, start_process: Callable[..., Running], eventually: Eventually
) -> None:
    ana, bea = on_call.nurse("Ana Ruiz"), on_call.nurse("Bea Stone", phone_verified_at=None)
    readiness.verify(bea, now=timezone.now())
    eventually(lambda: carrier.bodies_to(bea.phone), 30, what="the code on Bea's phone")
    carrier.reply(bea.phone, f"ok {code_in(carrier.bodies_to(bea.phone)[0]).lower()} thanks")
    eventually(Responder.objects.filter(pk=bea.pk, phone_verified_at__isnull=False).exists, 30, what="verified")

    made = on_call.rota()
    handover = timezone.now() + timedelta(seconds=20)
    SingleShift.objects.create(rota=made, responder=ana, starts_at=handover - 8 * HOUR, ends_at=handover)
    SingleShift.objects.create(rota=made, responder=bea, starts_at=handover, ends_at=handover + 8 * HOUR)
    alert = on_call.alert(make.patient(given_name="Rosa", family_name="Luz"), next_due_at=handover + HOUR)
    start_process("beat")

    def handed() -> list[str]:
        return [text for text in carrier.bodies_to(bea.phone) if "take over" in text]

    eventually(handed, 60, what="the hand-off on Bea's phone")
    (text,) = handed()
    assert "Open alerts: 1 (" in text
    assert "R. L." in text
    assert "Rosa" not in text
    assert "Until then Ana Ruiz stays on call." in text
    assert duty.who(made.clinic, "nurse", timezone.now()) == ana
    carrier.reply(bea.phone, code_in(text))
    eventually(lambda: duty.who(made.clinic, "nurse", timezone.now()) == bea, 30, what="Bea has taken over")
    assert alert.codes.filter(phone=bea.phone).exists()
    for words in (ana.phone, bea.phone, "Rosa", code_in(text)):
        assert words not in worker.output()
