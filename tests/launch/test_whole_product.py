"""The real product, started as a person starts it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from launch import processes
from tests.launch.starting import ROOT, clean_environment, launched, said, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


def test_up_seeds_the_demo_answers_truly_and_lets_a_command_join_it(tmp_path: Path) -> None:
    home, log = tmp_path / "home", tmp_path / "up.log"
    with launched("up", "--port", "0", "--home", str(home), log=log) as process:
        wait_for(
            lambda: "Ctrl-C stops everything" in said(log) or process.poll() is not None,
            seconds=180,
            what="the first start",
        )
        assert process.poll() is None, said(log)
        port = json.loads((home / "places.json").read_text())["web_port"]

        def fetch(path: str) -> tuple[int, str]:
            with urllib.request.urlopen(f"http://localhost:{port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()

        status, ready = fetch("/health/ready")
        assert status == 200
        assert json.loads(ready)["ready"] is True
        assert fetch("/health/live") == (200, "live\n")
        assert "Gatehouse" in fetch("/sign-in")[1]

        people = subprocess.run(
            [sys.executable, "-P", "-m", "webapp.cli", "demo", "people", "--json", "--home", str(home)],
            cwd=ROOT,
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        listed = json.loads(people.stdout)
        assert {"role", "name", "email", "organisation"} <= set(listed[0])
        words = said(log)
        for role in {person["role"] for person in listed}:
            assert role in words

        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=90) == 0
        assert time.monotonic() - began < 15
    for name in ("run", "pg18", "valkey"):
        assert processes.processes_in(home / name) == []
    password = json.loads((home / "secrets.json").read_text())["demo_password"]
    for file in (home / "logs").iterdir():
        text = file.read_text(errors="replace")
        assert password not in text, file.name
        for person in listed:
            assert person["email"] not in text, file.name
