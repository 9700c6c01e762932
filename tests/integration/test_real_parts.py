"""The real parts that the suite itself stands on: database files, Redis, a mail host."""

from __future__ import annotations

import pytest
import redis
from django.core.mail import EmailMessage
from django.db import connection, connections

from sandbox.launch.redis_server import RedisServer
from tests.support.mailbox import SmtpSink


@pytest.mark.django_db(databases=["default", "sandbox"])
def test_the_chosen_database_is_the_one_in_use(pytestconfig: pytest.Config) -> None:
    expected = {"sqlite": "sqlite", "postgres": "postgresql"}[pytestconfig.getoption("database")]
    assert connection.vendor == expected
    assert connections["sandbox"].vendor == "sqlite"


def test_redis_answers_and_comes_back_empty(redis_url: str, redis_server: RedisServer) -> None:
    client = redis.Redis.from_url(redis_url)
    client.set("kept", "no")
    redis_server.kill()
    with pytest.raises(redis.ConnectionError):
        redis.Redis.from_url(redis_url).ping()
    redis_server.start()
    assert redis.Redis.from_url(redis_url).dbsize() == 0
    client.close()


def test_a_mail_over_a_real_socket_is_collected(smtp_sink: SmtpSink) -> None:
    EmailMessage("Subject", "Día de la visita", "clinic@bonewatch.example", ["rosa@example.org"]).send()
    (mail,) = smtp_sink.to("rosa@example.org")
    assert mail.get_content().strip() == "Día de la visita"
