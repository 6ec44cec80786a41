"""Real workers, real beats, a real queue, a real mail server; and kill -9 in the middle of it all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest
import redis

from tests.workers.hook_receiver import Receiver, open_receiver
from tests.workers.house import DAY, MONDAY, House, make_house
from tests.workers.outside import Outside
from tests.workers.postbox import Mode, PostBox, open_box
from workers import celery_app, tasks
from workflows.core.definition import Role
from workflows.core.permissions import Membership, Principal
from workflows.core.webhooks import HookEvent
from workflows.service.registering import Whole, check_folds, verify
from workflows.service.sealing import Safe
from workflows.service.webhooks import Webhooks
from workflows.settings import Settings
from workflows.store.engine import Engine

pytestmark = [pytest.mark.processes, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
REDIS_SETTING = "GATEHOUSE_TEST_REDIS_URL"
PATIENCE = 45.0
"""Seconds that anything here may take; a wait ends as soon as it has what it waits for."""

IDS_TOLD = "SELECT id::text FROM announcements WHERE organisation_id = cast(:org AS uuid)"
LADDER = ["deputy", "half", "manager", "named_senior", "overdue"]


def until(what: Callable[[], object], *, seconds: float = PATIENCE) -> None:
    """Wait for something to come true. Fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"not so within {seconds:.0f} seconds: {what}"
        time.sleep(0.05)


class Processes:
    """Workers and beats of this test; none is left at the end."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.environment = {**environment, "PYTHONPATH": str(ROOT)}
        self.folder = folder
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, kind: str) -> subprocess.Popen[bytes]:
        """Start a worker or a beat, as the launcher does."""
        number = len(self.running)
        options = {
            "worker": [
                "--pool=threads",
                "--concurrency=2",
                "--without-gossip",
                "--without-mingle",
                f"-nw{number}@test",
            ],
            "beat": ["--pidfile=", f"--schedule={self.folder / f'schedule{number}'}"],
        }[kind]
        command = [
            sys.executable,
            "-P",
            "-m",
            "celery",
            "-A",
            "workers.celery_app:app",
            kind,
            "--loglevel=INFO",
            *options,
        ]
        with (self.folder / f"{kind}{number}.log").open("wb") as log:
            process = subprocess.Popen(
                command, env=self.environment, cwd=self.folder, stdout=log, stderr=log, start_new_session=True
            )
        self.running.append(process)
        return process

    def kill(self) -> None:
        """kill -9 everything with all that belongs to it."""
        for process in self.running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
        self.running.clear()

    def logs(self) -> str:
        """All that they have said."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))


@pytest.fixture
def house(engine: Engine) -> House:
    return make_house(engine)


@pytest.fixture
def box() -> Iterator[PostBox]:
    with open_box() as box:
        yield box


@pytest.fixture
def queue(request: pytest.FixtureRequest) -> Iterator[str]:
    """A numbered database of the queue server for this test alone, so that it can be flushed."""
    server = os.environ.get(REDIS_SETTING)
    if not server:
        pytest.skip(f"NO QUEUE: {REDIS_SETTING} is not set, so this was not tried; run ./gatehouse test")
    worker = getattr(request.config, "workerinput", {}).get("workerid", "gw9")
    number = 3 + int("".join(filter(str.isdigit, worker)) or 9) % 12
    url = urlunsplit(urlsplit(server)._replace(path=f"/{number}"))
    with redis.Redis.from_url(url) as server_now:
        server_now.flushdb()
        yield url
        server_now.flushdb()


@pytest.fixture
def processes(house: House, box: PostBox, queue: str, database_url: str, tmp_path: Path) -> Iterator[Processes]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GATEHOUSE_")}
    ours = {
        "GATEHOUSE_DATABASE_URL": database_url,
        "GATEHOUSE_REDIS_URL": queue,
        "GATEHOUSE_SECRET_KEY": "for-tests-only-" + "0" * 32,
        "GATEHOUSE_SMTP_URL": box.url,
        "GATEHOUSE_SWEEP_SECONDS": "1",
        "GATEHOUSE_MAIL_IN_HOURS": "0",
        "GATEHOUSE_WEBHOOK_LOCAL": "1",
    }
    processes = Processes({**kept, **ours}, tmp_path)
    yield processes
    processes.kill()


def nudge(processes: Processes, *names: str) -> None:
    """Put nudges into the queue, as beat does but without a time at which they expire."""
    app = celery_app.make_app(Settings.from_env(processes.environment))
    with app.connection_for_write() as connection:
        for name in names:
            app.tasks[name].apply_async(connection=connection)
    app.close()


def flush(queue: str) -> int:
    """Throw away all that the queue server holds for us; how many keys it held."""
    with redis.Redis.from_url(queue) as server:
        held = server.dbsize()
        server.flushdb()
    return int(str(held))


def end_leases(house: House) -> None:
    """Let the time of a dead worker's leases be over."""
    house.sql(
        "UPDATE due_items SET lease_until = clock_timestamp() - interval '1 second' WHERE lease_until IS NOT NULL"
    )
    for table in ("outbox", "webhook_deliveries"):
        house.sql(
            f"UPDATE {table} SET lease_until = clock_timestamp() - interval '1 second' WHERE lease_until IS NOT NULL"
        )


def one_waits_for_a_lock(house: House) -> bool:
    """Whether a worker's command stands before a row that somebody else holds."""
    rows = house.sql(
        """SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
        AND application_name = 'gatehouse worker' AND wait_event_type = 'Lock'"""
    )
    return bool(rows)


@pytest.mark.feature("C20", "C21", "I7", "I8", "F01", "F04", "F17")
def test_a_worker_killed_in_mid_sweep_and_a_flushed_queue_lose_and_repeat_nothing(
    house: House, box: PostBox, queue: str, processes: Processes
) -> None:
    cases = [house.request() for _ in range(8)]
    house.time_is(MONDAY + 60 * DAY)
    stuck = str(house.sql("SELECT id::text FROM cases ORDER BY id OFFSET 4 LIMIT 1")[0][0])
    with house.engine.connect() as holder:
        holder.exec_driver_sql(f"SELECT 1 FROM cases WHERE id = '{stuck}' FOR UPDATE")
        processes.start("worker")
        nudge(processes, tasks.SWEEP)
        until(lambda: one_waits_for_a_lock(house))
        processes.kill()
        holder.rollback()
    done = sum(len(house.rungs(case)) for case in cases)
    assert 0 < done < 8 * len(LADDER)

    nudge(processes, *[tasks.SWEEP, tasks.DRAIN] * 20)
    assert flush(queue) > 0
    end_leases(house)
    for kind in ("worker", "worker", "beat", "beat"):
        processes.start(kind)
    # Eight first notices, eight times five rungs, and eight tasks for the manager. Each goes to one person.
    # A reminder that waits together with the word that it is late is not sent any more.
    until(lambda: house.mails("waiting") == 0 and house.mails("sent") + house.mails("superseded") == 8 * 7)
    assert house.mails("superseded") <= 8
    for case in cases:
        assert sorted(house.rungs(case)) == LADDER
        assert house.told(case, "reminder", "overdue", "escalation") == [
            ("escalation", "dora"), ("escalation", "max"), ("escalation", "nell"),
            ("overdue", "colin"), ("reminder", "colin"),
        ]  # fmt: skip
    assert set(Counter(box.ids()).values()) == {1}
    assert len(box.got) == house.mails("sent")
    assert isinstance(verify(house.engine), Whole)
    assert list(check_folds(house.engine, house.library)) == []
    until(lambda: house.sql("SELECT 1 FROM heartbeats WHERE name = 'beat'"))
    assert "Traceback" not in processes.logs()
    assert "example" not in processes.logs()


@pytest.mark.feature("C21", "I7", "F01", "F04", "F22")
def test_a_worker_killed_in_mid_mail_sends_it_again_as_the_same_mail(
    house: House, box: PostBox, queue: str, processes: Processes
) -> None:
    for _ in range(3):
        house.request()
    box.mode = Mode.HOLDS
    processes.start("worker")
    nudge(processes, tasks.DRAIN)
    until(lambda: box.got)
    processes.kill()
    assert house.mails("sent") == 0

    flush(queue)
    end_leases(house)
    box.mode = Mode.TAKES
    worker = processes.start("worker")
    processes.start("beat")
    until(lambda: house.mails("sent") == 3)
    assert sorted(Counter(box.ids()).values()) == [1, 1, 2]
    bodies = {str(message["Message-ID"]): message.get_payload() for message in box.got}
    assert all(message.get_payload() == bodies[str(message["Message-ID"])] for message in box.got)

    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with open_receiver() as receiver:
        yield receiver


def registered(house: House, url: str, processes: Processes) -> str:
    """Everything that happens at the holder is told to a receiver from now on; its secret."""
    place = house.organisations["holder"]
    membership = Membership(place, Role.ADMINISTRATOR)
    admin = Principal(house.people["max"], "Max", "max@holder.example", frozenset({membership}))
    hooks = Webhooks(house.engine, Safe(processes.environment["GATEHOUSE_SECRET_KEY"]), local=True)
    kinds = [each.value for each in HookEvent]
    return hooks.add(admin, place, url=url, kinds=kinds, command_id=str(uuid4()), now=MONDAY).secret


@pytest.mark.feature("C24", "F01", "F04")
def test_a_worker_killed_in_mid_webhook_sends_it_again_under_the_same_id(
    house: House, receiver: Receiver, queue: str, processes: Processes
) -> None:
    receiver.secret = registered(house, receiver.url, processes)
    for _ in range(3):
        house.request()
    receiver.waits = 60
    processes.start("worker")
    nudge(processes, tasks.CALL)
    until(lambda: receiver.told)
    processes.kill()
    assert house.sql("SELECT count(*) FROM webhook_deliveries WHERE state = 'sent'") == [(0,)]

    flush(queue)
    end_leases(house)
    receiver.waits = 0
    for kind in ("worker", "worker", "beat", "beat"):
        processes.start(kind)
    until(lambda: house.sql("SELECT count(*) FROM webhook_deliveries WHERE state = 'sent'") == [(3,)])
    assert sorted(Counter(receiver.ids).values()) == [1, 1, 2]
    bodies = {each["webhook-id"]: each["body"] for each in receiver.got}
    assert all(each["body"] == bodies[each["webhook-id"]] for each in receiver.got)
    assert len(receiver.told) == 4, "each of them rightly signed"
    assert "Traceback" not in processes.logs()
    assert receiver.url not in processes.logs()


@pytest.fixture
def outside(house: House, tmp_path: Path) -> Iterator[Outside]:
    outside = Outside(house, tmp_path)
    yield outside
    outside.kill()


@pytest.mark.feature("C24", "C28", "F01", "F04")
def test_a_receiver_killed_in_the_midst_of_it_all_catches_up_and_nothing_is_lost(
    house: House, outside: Outside, queue: str, processes: Processes
) -> None:
    processes.environment["GATEHOUSE_WEBHOOK_WAITS"] = ",".join(["1"] * 20)
    outside.secret = registered(house, f"http://127.0.0.1:{outside.port}/", processes)
    outside.start()
    for kind in ("worker", "worker", "beat"):
        processes.start(kind)
    house.request()
    until(lambda: outside.got())
    before = outside.read("")
    cursor = before[-1]
    killed = Event()

    def work(_: int) -> None:
        for number in range(6):
            if number == 2:
                assert killed.wait(PATIENCE)
            case = house.request()
            house.check_consent(case)
            house.advise(case)
            house.decline(case)

    with ThreadPoolExecutor(4) as pool:
        working = [pool.submit(work, number) for number in range(4)]
        until(lambda: len(outside.got()) > len(before) + 3)
        outside.kill()
        killed.set()
        assert [each.result() for each in working] == [None] * 4
    assert int(str(house.sql("SELECT count(DISTINCT command_id) FROM events")[0][0])) > 200
    had, caught_up = set(outside.got()), outside.read(cursor)
    told = {str(row[0]) for row in house.sql(IDS_TOLD, org=house.organisations["holder"])}
    assert told - had, "something was missed"
    assert len(caught_up) == len(set(caught_up))
    assert {*before, *caught_up} == told, "nothing is lost, and nothing is told that did not happen"
    assert had <= told
    assert outside.read(cursor, most=500) == caught_up
    assert outside.read(caught_up[9], most=11) == caught_up[10:]

    outside.start()
    until(lambda: set(outside.got()) == told)
    assert outside.read(cursor) == caught_up, "the order stays"
    assert "Traceback" not in processes.logs()
