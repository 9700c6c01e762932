"""Every task has a queue, carries ids only and no future; Celery is set as the house rules say."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import pytest

from config.beat import TIMETABLE
from config.celery import app
from config.queues import QUEUES, TASK_QUEUES
from config.scheduler import PromptScheduler
from tests.architecture.sources import ROOMS, ROOT, python_files, tree, where
from tests.support.processes import procfile

app.loader.import_default_modules()
OURS = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def test_every_task_is_in_the_table_of_queues_and_every_entry_is_a_task() -> None:
    assert set(OURS) == set(TASK_QUEUES)
    assert set(TASK_QUEUES.values()) <= set(QUEUES)


@pytest.mark.parametrize("name", sorted(TASK_QUEUES))
def test_celery_routes_each_task_to_its_queue(name: str) -> None:
    route = app.amqp.router.route({}, name)
    assert route["queue"].name == TASK_QUEUES[name]


def test_every_queue_has_a_worker_of_the_procfile() -> None:
    words = [command.split() for command in procfile().values() if " worker " in command]
    served = {queue for line in words for queue in line[line.index("--queues") + 1].split(",")}
    assert served == set(QUEUES)


def test_the_timetable_names_tasks_that_exist_and_lets_no_heap_grow() -> None:
    for entry in TIMETABLE.values():
        assert entry["task"] in TASK_QUEUES
        assert 0 < entry["options"]["expires"] <= max(entry["schedule"], 2)
        assert set(entry["options"]) == {"expires"}


def test_beat_begins_with_everything() -> None:
    entries = PromptScheduler(app=app).schedule.values()
    assert {entry.task for entry in entries} == {entry["task"] for entry in TIMETABLE.values()}
    assert all(entry.is_due()[0] for entry in entries)


def test_nothing_is_ever_put_into_the_future_of_the_broker() -> None:
    future = {"eta", "countdown"}
    guilty = [
        where(path, node)
        for path in python_files(*ROOMS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and future & {keyword.arg for keyword in node.keywords}
    ]
    assert not guilty


@pytest.mark.parametrize("name", sorted(OURS))
def test_task_arguments_are_ids(name: str) -> None:
    parameters = inspect.signature(OURS[name].run, eval_str=False).parameters.values()
    allowed = {"int", "int | None", "list[int]", "list[int] | None", "str | None", "str"}
    for parameter in parameters:
        assert parameter.annotation in allowed, f"{name}({parameter})"
        assert str(parameter.annotation).startswith(("int", "list[int]")) or parameter.name.endswith(("id", "uuid"))


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("task_acks_late", True),
        ("task_reject_on_worker_lost", True),
        ("worker_prefetch_multiplier", 1),
        ("task_ignore_result", True),
        ("result_backend", None),
        ("task_default_queue", "ordinary"),
        ("broker_connection_retry_on_startup", True),
        ("broker_connection_max_retries", None),
        ("worker_hijack_root_logger", False),
        ("enable_utc", True),
        ("timezone", "UTC"),
    ],
)
def test_celery_is_set_for_work_that_must_not_be_lost(setting: str, expected: Any) -> None:
    assert app.conf[setting] == expected


def test_a_dead_connection_is_noticed() -> None:
    options = app.conf.broker_transport_options
    assert 0 < options["socket_timeout"] <= 30
    assert 0 < options["socket_connect_timeout"] <= 10
    assert 0 < options["health_check_interval"] <= 60
    # A task ends before Redis, thinking its worker dead, hands it to a second one.
    assert 60 <= app.conf.task_time_limit < options["visibility_timeout"]


def test_the_messages_of_the_broker_are_json() -> None:
    assert app.conf.task_serializer == "json"
    assert list(app.conf.accept_content) == ["json"]


def test_the_procfile_names_modules_that_exist() -> None:
    assert set(procfile()) == {"web", "worker-ordinary", "worker-urgent", "beat", "watchdog"}
    for path in ("config/wsgi.py", "config/gunicorn.py", "config/celery.py"):
        assert (ROOT / path).exists()
