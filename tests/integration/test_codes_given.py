"""Codes are given out once: an alert keeps its code, two never share one on a phone, none comes back soon."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction

from alerts import codes, services
from alerts.domain import codes as pure
from alerts.domain.words import Outcome
from alerts.models import Alert, ReplyCode, RotaQuestion
from tests.support import builders as make
from tests.support import nurses
from tests.support.nurses import NOW, Ward, code_of

FEW = [code for letters in itertools.product(pure.ALPHABET, repeat=4) if pure.valid(code := "".join(letters))][:40]


@pytest.fixture
def ward() -> Ward:
    return nurses.ward()


def the_next(monkeypatch: pytest.MonkeyPatch, *drawn: str) -> None:
    """What is drawn next, whatever chance would say; over and over."""
    order = itertools.cycle(drawn)
    monkeypatch.setattr("alerts.codes.codes.make", lambda *_: next(order))


@pytest.mark.django_db
class TestOneAfterTheOther:
    def test_an_alert_keeps_its_code_on_a_phone(self, ward: Ward) -> None:
        alert = ward.alert()
        first = code_of(alert, ward.ana)
        assert codes.issue(alert, ward.ana, ward.ana.phone, now=NOW + timedelta(hours=1)) == first
        assert codes.known(alert, ward.ana) == first
        assert codes.known(alert, ward.bea) == ""

    def test_a_code_that_the_phone_has_is_drawn_again(self, ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
        one = ward.alert()
        the_next(monkeypatch, code_of(one, ward.ana), FEW[0], FEW[1])
        two = ward.alert(make.patient())
        assert code_of(two, ward.ana) in FEW[:2]

    def test_an_open_question_of_the_rota_has_its_code_to_itself(
        self, ward: Ward, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        RotaQuestion.objects.create(
            key="q", kind="verify", responder=ward.ana, code=FEW[0], phone=ward.ana.phone, asked_at=NOW, expires_at=NOW
        )
        the_next(monkeypatch, FEW[0], FEW[1])
        assert code_of(ward.alert(), ward.ana) == FEW[1]

    def test_when_all_are_taken_the_one_that_rested_longest_is_given_anew(
        self, ward: Ward, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old = [ward.alert(make.patient(), now=NOW - timedelta(days=60 - n)) for n in range(3)]
        resting = code_of(old[1], ward.ana)
        services.close(old[1].pk, by=ward.bea, outcome=Outcome.ADVICE, via="admin", now=NOW - timedelta(days=58))
        the_next(monkeypatch, *(code_of(alert, ward.ana) for alert in old))
        fresh = ward.alert(make.patient())
        assert code_of(fresh, ward.ana) == resting
        assert ReplyCode.objects.filter(phone=ward.ana.phone).count() == 3

    def test_none_comes_back_within_thirty_days(self, ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
        old = ward.alert(now=NOW - timedelta(days=29))
        services.close(old.pk, by=ward.bea, outcome=Outcome.ADVICE, via="admin", now=NOW - timedelta(days=29))
        fresh = ward.alert(make.patient())
        ReplyCode.objects.filter(alert=fresh).delete()
        the_next(monkeypatch, code_of(old, ward.ana))
        with pytest.raises(codes.CodesExhausted):
            codes.issue(fresh, ward.ana, ward.ana.phone, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_pages_written_at_once_never_carry_one_code(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("messaging.outbox.wake", lambda *_: None)
    alerts = [ward.alert(make.patient()) for _ in range(6)]
    ReplyCode.objects.all().delete()
    barrier = Barrier(len(alerts))

    def draw(chance: object) -> str:
        # Whoever looks at the same moment draws the same code.
        return FEW[ReplyCode.objects.filter(phone=ward.ana.phone).count()]

    monkeypatch.setattr("alerts.codes.codes.make", draw)

    def give(alert: Alert) -> str:
        try:
            barrier.wait(10)
            with transaction.atomic():
                return codes.issue(alert, ward.ana, ward.ana.phone, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(alerts)) as pool:
        given = list(pool.map(give, alerts))
    assert len(set(given)) == len(alerts)
    assert ReplyCode.objects.count() == len(alerts)
