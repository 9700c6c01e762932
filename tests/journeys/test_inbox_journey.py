"""On real parts: a patient's own words, a person's answer on her phone, and the conversation closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from inbox.domain.words import Disposition
from inbox.models import StaffAnswer, ThreadText
from patients.models import CoordinatorTask, TaskKind
from sandbox import testing as carrier
from tests.support import builders as make
from tests.support.flag_desk import at_desk, staff
from tests.support.inbox import thread_of
from tests.support.processes import Running

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])]


def test_a_question_is_answered_on_her_phone_and_closed(
    live_app: str, worker: Running, start_process: Callable[..., Running], eventually: Callable[..., Any]
) -> None:
    start_process("beat")
    rosa = make.patient(make.PHONE, language="es")
    carrier.reply(make.PHONE, "puedo traer a mi hermana")
    thread = thread_of(rosa)
    assert thread.waiting_since is not None

    desk = at_desk(staff("cora", "Coordinators"))
    page = f"inbox/thread/{thread.pk}/change/"
    assert "puedo traer a mi hermana" in desk.see(page)
    sent = desk.edit(page, "answer_form", to=make.PHONE, words="Sí, puede venir con usted mañana.", then="close")
    assert sent.status_code == 302

    eventually(lambda: [b for b in carrier.bodies_to(make.PHONE) if "venir con usted" in b], 15, what="the answer")
    answer = StaffAnswer.objects.select_related("message").get()
    eventually(lambda: _status(answer) == "delivered", 15, what="its receipt")
    assert "arrived" in desk.see(page)
    assert ThreadText.objects.get().disposition == Disposition.ANSWERED
    assert not CoordinatorTask.objects.filter(kind=TaskKind.UNREAD_REPLY, done_at__isnull=True).exists()
    assert not [word for word in (make.PHONE, "hermana", "venir con") if word in worker.output()]


def _status(answer: StaffAnswer) -> str:
    answer.message.refresh_from_db(fields=["status"])
    return str(answer.message.status)
