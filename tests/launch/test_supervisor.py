"""The supervisor, with real processes that really die; only the lengths of its pauses are made small."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launch import processes
from launch.saying import Trouble
from launch.supervisor import Child, Patience, Supervisor
from tests.launch.starting import wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(60)]

SLEEPER = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)
PARENT = (
    "import subprocess, sys, time;"
    "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "print(p.pid, flush=True); time.sleep(600)"
)
HASTY = "print('cannot go on because of the wombat', flush=True); raise SystemExit(3)"


class HandClock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def make_child(tmp_path: Path) -> Callable[..., Child]:
    def make(name: str, code: str, *, seconds: float = 5, group: int = 1) -> Child:
        log = tmp_path / f"{name}.log"

        def start() -> subprocess.Popen[bytes]:
            with log.open("ab") as output:
                command = [sys.executable, "-c", code]
                return processes.spawn(command, environment=os.environ, folder=tmp_path, output=output)

        return Child(name=name, start=start, log=log, seconds=seconds, group=group)

    return make


@pytest.fixture
def supervise(clock: HandClock) -> Iterator[Callable[..., Supervisor]]:
    made: list[Supervisor] = []

    def make(*children: Child, patience: Patience | None = None) -> Supervisor:
        supervisor = Supervisor(children, patience=patience, clock=clock)
        made.append(supervisor)
        supervisor.start()
        return supervisor

    yield make
    for supervisor in made:
        supervisor.kill()
        supervisor.stop()


def test_where_no_server_is_ours_nobody_starts_before_his_time(
    make_child: Callable[..., Child], clock: HandClock
) -> None:
    """With a database and a queue of somebody else's, the worker must still wait until the demo is laid out."""
    supervisor = Supervisor([make_child("worker", SLEEPER)], patience=None, clock=clock)
    supervisor.start([])
    assert supervisor.process("worker") is None


def pid_of(supervisor: Supervisor, name: str) -> int:
    process = supervisor.process(name)
    assert process is not None
    return process.pid


def kill(supervisor: Supervisor, name: str) -> None:
    process = supervisor.process(name)
    assert process is not None
    process.kill()
    process.wait()


def test_a_child_that_is_killed_is_started_again_and_its_neighbour_is_left_alone(
    make_child: Callable[..., Child], supervise: Callable[..., Supervisor], clock: HandClock
) -> None:
    supervisor = supervise(make_child("one", SLEEPER), make_child("two", SLEEPER))
    first, neighbour = pid_of(supervisor, "one"), pid_of(supervisor, "two")
    kill(supervisor, "one")
    supervisor.look()
    assert supervisor.process("one") is None
    clock.now += 1
    supervisor.look()
    assert pid_of(supervisor, "one") != first
    assert pid_of(supervisor, "two") == neighbour


def test_each_quick_death_makes_the_pause_longer(
    make_child: Callable[..., Child], supervise: Callable[..., Supervisor], clock: HandClock
) -> None:
    supervisor = supervise(make_child("one", SLEEPER), patience=Patience(first_pause=1, longest_pause=3, most_deaths=9))
    for pause in (1, 2, 3, 3):
        kill(supervisor, "one")
        supervisor.look()
        clock.now += pause - 0.01
        supervisor.look()
        assert supervisor.process("one") is None
        clock.now += 0.02
        supervisor.look()
        assert supervisor.process("one") is not None


def test_a_child_that_dies_again_and_again_is_given_up_with_its_last_words(
    make_child: Callable[..., Child], supervise: Callable[..., Supervisor], clock: HandClock
) -> None:
    supervisor = supervise(make_child("hasty", HASTY), patience=Patience(first_pause=0.1, most_deaths=2))

    def live_and_die() -> None:
        process = supervisor.process("hasty")
        if process is not None:
            process.wait()
        supervisor.look()
        clock.now += 1
        supervisor.look()

    live_and_die()
    live_and_die()
    with pytest.raises(Trouble, match="the wombat") as trouble:
        live_and_die()
    assert "hasty ended by itself with code 3" in trouble.value.what


def test_deaths_long_apart_never_add_up(
    make_child: Callable[..., Child], supervise: Callable[..., Supervisor], clock: HandClock
) -> None:
    supervisor = supervise(make_child("one", SLEEPER), patience=Patience(window=60, most_deaths=1))
    for _ in range(4):
        kill(supervisor, "one")
        supervisor.look()
        clock.now += 100
        supervisor.look()
        assert supervisor.process("one") is not None


def test_stopping_ends_all_even_one_that_will_not_listen_and_what_they_started(
    make_child: Callable[..., Child], supervise: Callable[..., Supervisor], tmp_path: Path
) -> None:
    supervisor = supervise(
        make_child("plain", SLEEPER), make_child("deaf", STUBBORN, seconds=0.2), make_child("parent", PARENT)
    )
    wait_for(lambda: (tmp_path / "deaf.log").read_text() != "", what="the deaf one's first word")
    wait_for(lambda: (tmp_path / "parent.log").read_text().endswith("\n"), what="the parent's first word")
    grandchild = int((tmp_path / "parent.log").read_text())
    all_of_them = [*(pid_of(supervisor, name) for name in ("plain", "deaf", "parent")), grandchild]
    supervisor.stop()
    assert processes.wait_gone(all_of_them, seconds=5) == []


def test_the_servers_stop_after_those_who_use_them(
    make_child: Callable[..., Child], supervise: Callable[..., Supervisor], tmp_path: Path
) -> None:
    words = (
        "import pathlib, signal, sys, time;"
        "f = pathlib.Path('order');"
        "signal.signal(signal.SIGTERM, lambda *_: (f.open('a').write('{0} '), sys.exit(0)));"
        "print('up', flush=True); time.sleep(600)"
    )
    supervisor = supervise(
        make_child("server", words.format("server"), group=0), make_child("user", words.format("user"), group=1)
    )
    for name in ("server", "user"):
        wait_for(lambda name=name: (tmp_path / f"{name}.log").read_text() != "", what=f"the start of {name}")  # type: ignore[misc]
    supervisor.stop()
    assert (tmp_path / "order").read_text() == "user server "


def test_children_of_a_killed_starter_are_told_by_the_kernel(tmp_path: Path) -> None:
    code = (
        "import os, sys, time, pathlib; from launch import processes;"
        f"p = processes.spawn([sys.executable, '-c', {SLEEPER!r}], environment=os.environ,"
        f" folder=pathlib.Path({str(tmp_path)!r}), output=-3);"
        "print(p.pid, flush=True); time.sleep(600)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    with starter:
        child = int(starter.stdout.readline())
        assert processes.is_alive(child)
        starter.send_signal(signal.SIGKILL)
    assert processes.wait_gone([child], seconds=5) == []
