"""`up`: real servers, real gunicorn and Celery, and real kills, around a product of a few lines."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from launch import processes
from launch.homes import Home
from launch.up import people_table
from tests.launch.small_product import lay_out
from tests.launch.starting import clean_environment, launch_command, said, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]


class Start:
    """One start of `up` and what can be asked of it."""

    def __init__(self, process: subprocess.Popen[bytes], home: Path, log: Path) -> None:
        self.process = process
        self.home = home
        self.log = log

    def wait_ready(self) -> None:
        wait_for(lambda: "Ctrl-C stops everything" in said(self.log) or self.ended(), seconds=60, what="the start")
        assert not self.ended(), said(self.log)

    def ended(self) -> bool:
        return self.process.poll() is not None

    def places(self) -> dict[str, int]:
        found: dict[str, int] = json.loads((self.home / "places.json").read_text())
        return found

    def ask(self, path: str = "/") -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.places()['web_port']}{path}", timeout=5) as answer:
            words: bytes = answer.read()
            return words.decode()

    def answers(self) -> bool:
        try:
            self.ask()
        except OSError:
            return False
        return True

    def count_starts(self) -> int:
        password = json.loads((self.home / "secrets.json").read_text())["database_password"]
        address = f"postgresql://gatehouse:{password}@127.0.0.1:{self.places()['database_port']}/gatehouse"
        with psycopg.connect(address, connect_timeout=5) as connection:
            row = connection.execute("SELECT count(*) FROM starts").fetchone()
            assert row is not None
            return int(row[0])

    def working(self) -> list[int]:
        folders = ("run", "pg18", "valkey")
        return [pid for name in folders for pid in processes.processes_in(self.home / name)]

    def stop(self, number: int = signal.SIGTERM) -> float:
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=90)
        return time.monotonic() - began


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("checkout"))


def environment_for(checkout: Path, **settings: str) -> dict[str, str]:
    return {**clean_environment(), "PYTHONPATH": str(checkout), **settings}


@contextmanager
def started(checkout: Path, home: Path, *extra: str, **settings: str) -> Iterator[Start]:
    log = home.with_suffix(f".{time.monotonic_ns()}.log")
    with log.open("wb") as output:
        command = launch_command("up", "--port", "0", "--home", str(home), *extra)
        process = subprocess.Popen(
            command, env=environment_for(checkout, **settings), stdout=output, stderr=subprocess.STDOUT
        )
    start = Start(process, home, log)
    try:
        yield start
    finally:
        if not start.ended():
            start.stop()


def run_up(checkout: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        launch_command("up", *arguments),
        env=environment_for(checkout, **settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_starts_heals_stops_and_goes_on_with_the_same_data(checkout: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with started(checkout, home, GATEHOUSE_DEMO_PASSWORD="a password of our own") as first:
        first.wait_ready()
        words = said(first.log)
        assert f"http://localhost:{first.places()['web_port']}" in words
        assert re.search(r"Requester +Ann +ann@a.example +School", words)
        assert re.search(r"Guardian +Gwen +gwen@t.example +Trust", words)
        assert "Abe" not in words, "one line per role"
        assert "a password of our own" in words
        assert first.count_starts() == 1

        _kill_one(first, "gunicorn")
        wait_for(lambda: "web was ended by signal 9" in said(first.log), what="the notice of the death")
        wait_for(first.answers, what="the pages' coming back")
        _kill_database(first)
        wait_for(lambda: "postgres was ended by signal 9" in said(first.log), what="the notice of the death")
        wait_for(lambda: _counts(first), what="the database's coming back")

        assert first.stop(signal.SIGINT) < 15
        assert first.process.returncode == 0
        assert first.working() == []
        assert "Traceback" not in said(first.log)
    with started(checkout, home) as second:
        second.wait_ready()
        assert second.count_starts() == 2
        assert "a password of our own" in said(second.log), "what was set once is kept with the people that have it"


def test_a_killed_start_leaves_nothing_that_stops_the_next_and_nothing_outside_the_home(
    checkout: Path, tmp_path: Path
) -> None:
    home, before = tmp_path / "home", _files(checkout)
    with started(checkout, home) as first:
        first.wait_ready()
        first.process.kill()
        first.process.wait()
    with started(checkout, home) as second:
        second.wait_ready()
        assert second.count_starts() == 2

        secrets = json.loads((home / "secrets.json").read_text()).values()
        lines = [line for pid in second.working() if (line := _command_line(pid))]
        assert len(lines) > 5
        assert not [line for line in lines for secret in secrets if secret in line]

        second.stop()
        assert second.working() == []
    assert _files(checkout) - before <= {checkout / "assets-built"}
    for entry in (home, *home.iterdir(), *(home / "logs").iterdir()):
        assert entry.stat().st_mode & 0o077 == 0, entry


def test_an_empty_home_has_no_demo_and_stays_so(checkout: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with started(checkout, home, "--empty") as first:
        first.wait_ready()
        assert "ann@a.example" not in said(first.log)
        assert "person add" in said(first.log)
    with started(checkout, home) as second:
        second.wait_ready()
        assert "ann@a.example" not in said(second.log)
        assert "begun with --empty and stays so" in said(second.log)


def test_a_busy_port_is_told_before_anything_is_made(checkout: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = run_up(checkout, "--port", str(port), "--home", str(tmp_path / "home"))
    assert answer.returncode == 1
    assert f"Port {port} is in use" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("port", ["-1", "70000"])
def test_an_impossible_port_is_told(checkout: Path, tmp_path: Path, port: str) -> None:
    answer = run_up(checkout, f"--port={port}", "--home", str(tmp_path / "home"))
    assert answer.returncode == 1
    assert "is not a port number" in answer.stderr


def test_a_home_that_cannot_be_one_is_told_and_left_as_it_was(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    answer = run_up(checkout, "--port", "0", "--home", str(tmp_path / "file" / "home"))
    assert answer.returncode == 1
    assert "cannot be used: Not a directory" in answer.stderr
    other = tmp_path / "letters"
    other.mkdir()
    (other / "letter.txt").write_text("precious")
    answer = run_up(checkout, "--port", "0", "--home", str(other))
    assert answer.returncode == 1
    assert "holds other things" in answer.stderr
    assert [entry.name for entry in other.iterdir()] == ["letter.txt"]


def test_an_impossible_setting_names_itself(checkout: Path, tmp_path: Path) -> None:
    answer = run_up(checkout, "--port", "0", "--home", str(tmp_path / "home"), GATEHOUSE_SWEEP_SECONDS="soon")
    assert answer.returncode == 1
    assert "GATEHOUSE_SWEEP_SECONDS" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_step_that_fails_stops_all_and_shows_its_last_words(checkout: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    answer = run_up(checkout, "--port", "0", "--home", str(home), GATEHOUSE_MAIL_FROM="broken@broken.example")
    assert answer.returncode == 1
    assert "the wombat is in the way" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert processes.processes_in(home / "pg18") == []


def test_a_home_with_unreadable_secrets_is_told(tmp_path: Path) -> None:
    Home(tmp_path / "home")
    (tmp_path / "home" / "secrets.json").write_text("{ torn")
    with pytest.raises(Exception, match="cannot be read as the secrets") as trouble:
        Home(tmp_path / "home")
    assert "Put a copy of it back" in str(trouble.value)


def test_the_table_of_people_has_one_aligned_line_per_role() -> None:
    lines = people_table(
        [
            {"role": "Guardian", "name": "Gwen Long-Name", "email": "g@t.example", "organisation": "Trust"},
            {"role": "Guardian", "name": "Other", "email": "o@t.example", "organisation": "Trust"},
            {"role": "Manager", "name": "Mo", "email": "m@t.example", "organisation": "Trust"},
        ]
    )
    assert len(lines) == 3
    assert len({line.index("t.example") for line in lines[1:]}) == 1


def _files(folder: Path) -> set[Path]:
    return {entry for entry in folder.rglob("*") if "__pycache__" not in entry.parts}


def _kill_one(start: Start, program: str) -> None:
    """Kill the oldest process of a program with everything that it started."""
    for pid in processes.processes_in(start.home / "run"):
        if program in _command_line(pid):
            os.killpg(pid, signal.SIGKILL)
            return
    raise AssertionError(f"no {program} runs")


def _command_line(pid: int) -> str:
    """With what a process was started; empty when it has ended since it was listed."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _kill_database(start: Start) -> None:
    os.kill(int((start.home / "pg18" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


def _counts(start: Start) -> bool:
    try:
        return start.count_starts() == 1
    except psycopg.OperationalError:
        return False
