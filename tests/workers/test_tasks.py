"""The Celery side: what it may carry, how it is set, and that it wakes the right work."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from celery import Celery

from tests.workers.house import DAY, MONDAY, make_house
from workers import celery_app, tasks
from workflows.service.posting import Fate, Letter, Sending
from workflows.settings import Settings
from workflows.store import heartbeats
from workflows.store.engine import Engine

OURS = {
    tasks.SWEEP, tasks.DRAIN, tasks.CALL, tasks.ASK, tasks.HEARTBEAT, tasks.CHECK, tasks.TIDY, tasks.HOLIDAYS,
    tasks.SIMULATE,
}  # fmt: skip


@pytest.fixture
def plain() -> Settings:
    return Settings.from_env(
        {
            "GATEHOUSE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "GATEHOUSE_REDIS_URL": "redis://127.0.0.1:1/0",
            "GATEHOUSE_SECRET_KEY": "for-tests-only-" + "0" * 32,
        }
    )


@pytest.mark.feature("C24", "C21")
def test_tasks_take_ids_and_nothing_else(plain: Settings) -> None:
    app = celery_app.make_app(plain)
    ours = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
    assert set(ours) == OURS
    for task in ours.values():
        assert isinstance(task, tasks.IdsOnly)
        for parameter in inspect.signature(task.run).parameters.values():
            assert parameter.annotation == "str"
            assert parameter.name.endswith("_id")
    with pytest.raises(ValueError, match="badly formed"):
        ours[tasks.SWEEP].apply_async(("Anna Example",))
    with pytest.raises(ValueError, match="badly formed"):
        ours[tasks.SWEEP].delay(name="Anna Example")


def test_the_settings_that_keep_work_safe(plain: Settings) -> None:
    conf = celery_app.make_app(plain).conf
    assert list(conf.accept_content) == ["json"]
    assert conf.task_serializer == "json"
    assert conf.task_acks_late is True
    assert conf.task_ignore_result is True
    assert conf.result_backend is None
    assert conf.worker_enable_remote_control is False
    assert conf.broker_connection_retry_on_startup is True
    assert conf.timezone == "UTC"
    assert conf.broker_transport_options["visibility_timeout"] > conf.task_time_limit > 0


@pytest.mark.parametrize(("demo", "seconds", "period"), [(True, 5, 2.0), (True, 1, 1.0), (False, 5, 5.0)])
def test_a_nudge_may_come_late_without_a_backlog(plain: Settings, demo: bool, seconds: int, period: float) -> None:
    schedule = celery_app.schedule(replace(plain, demo=demo, sweep_seconds=seconds))
    assert {entry["task"] for entry in schedule.values()} == OURS
    for name in ("sweep", "post", "heartbeat"):
        assert schedule[name]["schedule"] == period
        assert period < schedule[name]["options"]["expires"] <= period + 60
        assert "args" not in schedule[name]


def app_on(engine: Engine, settings: Settings) -> Celery[tasks.IdsOnly]:
    means = tasks.Means(settings)
    means.__dict__["engine"] = engine
    return celery_app.make_app(settings, means=means)


def test_the_tasks_do_the_work(settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    house = make_house(engine)
    case = house.request()
    house.time_is(MONDAY + 60 * DAY)
    app = app_on(engine, settings)
    sent: list[Letter] = []

    def send(_means: tasks.Means, letter: Letter) -> Sending:
        sent.append(letter)
        return Sending(Fate.SENT)

    monkeypatch.setattr(tasks.Means, "send", send)
    for _ in range(2):
        app.tasks[tasks.SWEEP].run()
        app.tasks[tasks.DRAIN].run()
        app.tasks[tasks.HEARTBEAT].run()
    assert len(house.rungs(case)) == 5
    # The reminder is not sent beside the word that the request is late, which came together with it.
    assert len(sent) == 6
    with engine.connect() as connection:
        assert heartbeats.last(connection, "beat") is not None
        assert heartbeats.last(connection, "nobody") is None


def test_the_nightly_check_says_nothing_of_a_whole_register_and_shouts_of_a_broken_one(
    settings: Settings, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    house = make_house(engine)
    case = house.request()
    check = app_on(engine, settings).tasks[tasks.CHECK]
    check.run()
    assert caplog.records == []
    house.sql("UPDATE cases SET overdue = true, version = version + 1")
    check.run()
    assert f"entry 9 of stream {case}" in caplog.text
    assert f"CASE {case} IS NOT WHAT ITS EVENTS ADD UP TO: its columns overdue, version" in caplog.text
    assert {record.levelname for record in caplog.records} == {"CRITICAL"}


def test_a_round_that_is_running_is_not_joined_by_a_second(plain: Settings) -> None:
    means = tasks.Means(plain)
    entered, leave = threading.Event(), threading.Event()
    rounds: list[int] = []

    def long() -> None:
        rounds.append(1)
        entered.set()
        leave.wait(10)

    first = threading.Thread(target=means.alone, args=("post", long))
    first.start()
    assert entered.wait(10)
    means.alone("post", lambda: rounds.append(2))
    means.alone("sweep", lambda: rounds.append(3))
    leave.set()
    first.join(10)
    means.alone("post", lambda: rounds.append(4))
    assert rounds == [1, 3, 4]


def test_the_application_is_found_under_its_name_and_a_missing_setting_is_named() -> None:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GATEHOUSE_")}
    told = subprocess.run(
        [sys.executable, "-P", "-c", "from workers.celery_app import app"],
        env={**clean, "PYTHONPATH": os.getcwd()}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert told.returncode == 1
    assert "GATEHOUSE_SECRET_KEY is not set" in told.stderr
    with pytest.raises(AttributeError):
        celery_app.nothing  # noqa: B018
