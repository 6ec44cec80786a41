"""`./gatehouse test --coverage`: measured in every process, and failing where the tests reach too little."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from launch import covering, testing
from launch.servers import Addresses

HALF = "def half(number):\n    if number > 0:\n        return 1\n    return 2\n"
STARTS = """import subprocess, sys


def test_half():
    code = "import workflows.core, workflows.store; from {name} import half; half(1)"
    subprocess.run([sys.executable, "-c", code], check=True)
"""
SETTINGS = '[tool.coverage.run]\nbranch = true\nparallel = true\nsource = ["workflows"]\npatch = ["subprocess"]\n'


def run(command: Sequence[str], environment: dict[str, str]) -> int:
    """As the launcher does, but in the folder of the sample."""
    return subprocess.run(command, env=environment, cwd=environment["SAMPLE"], check=False).returncode


@pytest.mark.processes
@pytest.mark.parametrize(("folder", "code"), [("workflows/core", 1), ("workflows/store", 0)])
def test_a_branch_that_no_process_takes_counts_in_the_rulebook(
    tmp_path: Path, folder: str, code: int, capfd: pytest.CaptureFixture[str]
) -> None:
    for part in ("workflows/core", "workflows/store"):
        (tmp_path / part).mkdir(parents=True)
        (tmp_path / part / "__init__.py").write_text("WHOLE = True\n" * 20)
    (tmp_path / folder / "sample.py").write_text(HALF)
    (tmp_path / "test_sample.py").write_text(STARTS.format(name=folder.replace("/", ".") + ".sample"))
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("COV", "PYTEST"))}
    environment = {**covering.measuring(plain, tmp_path), "SAMPLE": str(tmp_path), "PYTHONPATH": str(tmp_path)}
    assert run([*covering.MEASURED, "run", "-m", "pytest", "-q", "-p", "no:cacheprovider"], environment) == 0
    assert covering.judge(run, environment) == code
    said = capfd.readouterr()
    assert ("less than 100 % of the rulebook" in said.err) is bool(code)
    assert "less than 90 %" not in said.err


@pytest.mark.parametrize(
    ("given", "codes", "ends"),
    [
        (["tests/core"], {}, 0),
        (["--coverage", "tests/core"], {}, 0),
        (["--coverage"], {"pytest": 1}, 1),
        (["--coverage"], {"pytest": 2}, 2),
        (["--coverage"], {"report": 2}, 1),
    ],
)
def test_only_a_run_that_is_asked_to_be_is_measured_and_judged(
    given: list[str], codes: dict[str, int], ends: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[str] = []

    def ran(command: Sequence[str], environment: dict[str, str]) -> int:
        assert ("COVERAGE_FILE" in environment) is ("--coverage" in given) or "COVERAGE_FILE" in os.environ
        commands.append(" ".join(command[3:]))
        return next((code for word, code in codes.items() if word in command), 0)

    @contextlib.contextmanager
    def no_servers(*, durable: bool) -> Iterator[Addresses]:
        assert not durable
        yield Addresses(database="postgresql://x", redis="redis://x")

    monkeypatch.setattr(testing, "build_assets", lambda: None)
    monkeypatch.setattr(testing, "find_or_install_chromium", lambda: sys.executable)
    monkeypatch.setattr(testing, "_test_servers", no_servers)
    monkeypatch.setattr(testing, "_run", ran)
    assert testing.run_tests(given) == ends
    assert not any("--coverage" in command for command in commands)
    measured = [command for command in commands if command.startswith("coverage")]
    judged = [command for command in commands if "report" in command]
    assert bool(measured or commands[0].startswith("run -m pytest")) is ("--coverage" in given)
    assert len(judged) == (len(covering.FLOORS) if "--coverage" in given and codes.get("pytest", 0) < 2 else 0)
