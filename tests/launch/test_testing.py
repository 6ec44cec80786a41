"""`./gatehouse test` and `check`: what they hand on, and what they say out loud."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from launch import testing
from launch.saying import Trouble
from tests.launch.starting import ROOT, clean_environment, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]


@pytest.mark.parametrize(
    ("given", "narrowed"),
    [
        ([], ["-m", "not browser"]),
        (["tests/core", "--feature", "C2"], ["tests/core", "--feature", "C2", "-m", "not browser"]),
        (["-m", "slow or browser", "-x"], ["-x", "-m", "(slow or browser) and not browser"]),
        (["-mslow"], ["-m", "(slow) and not browser"]),
        (["--maxfail=1"], ["--maxfail=1", "-m", "not browser"]),
    ],
)
def test_without_a_browser_its_tests_are_left_out_whatever_else_is_asked(given: list[str], narrowed: list[str]) -> None:
    assert testing.without(given, "browser") == narrowed


def test_the_everyday_tests_need_neither_browser_nor_processes() -> None:
    assert testing.without(["-m", "slow"], "browser", "processes") == ["-m", "(slow) and not browser and not processes"]


def test_a_missing_browser_is_said_out_loud(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GATEHOUSE_CHROMIUM", raising=False)
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert testing.find_or_install_chromium() is None
    assert "!! THE BROWSER TESTS ARE LEFT OUT" in capsys.readouterr().err


def test_a_browser_that_apt_could_not_install_is_said_with_apts_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GATEHOUSE_CHROMIUM", raising=False)
    apt = tmp_path / "apt-get"
    apt.write_text("#!/bin/sh\necho E: Unable to locate package $4\nexit 100\n")
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert testing.find_or_install_chromium() is None
    words = capsys.readouterr().err
    assert "E: Unable to locate package" in words
    assert "!! THE BROWSER TESTS ARE LEFT OUT" in words


def test_a_named_browser_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GATEHOUSE_CHROMIUM", str(tmp_path / "nothing"))
    with pytest.raises(Trouble, match="is not a program"):
        testing.find_or_install_chromium()


def test_no_setting_of_a_running_house_reaches_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEHOUSE_DATABASE_URL", "postgresql://the.real.one/gatehouse")
    environment = testing._environment()
    assert "GATEHOUSE_DATABASE_URL" not in environment
    assert environment["PYTHONPATH"] == str(ROOT)


def test_check_runs_every_check_and_says_which_is_broken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def run(command: list[str], _environment: dict[str, str]) -> int:
        asked.append(" ".join(command))
        return 1 if "mypy" in command else 0

    monkeypatch.setattr(testing, "_run", run)
    assert testing.run_checks() == 1
    said = capsys.readouterr().out
    assert "BROKEN  types" in said
    assert said.count("holds ") == 4
    for part in ("ruff check", "ruff format --check", "mypy -p workflows", "lint-imports", "docs --check"):
        assert any(part in command for command in asked), part


def test_a_run_of_tests_that_is_stopped_leaves_no_server_behind(tmp_path: Path) -> None:
    probe = tmp_path / "test_probe.py"
    lines = ["import pathlib, time", "", "def test_probe():"]
    lines += ["    pathlib.Path(__file__).with_name('begun').touch()", "    time.sleep(600)", ""]
    probe.write_text("\n".join(lines))
    code = (
        "import sys; from launch import testing; testing.build_assets = lambda: None;"
        "testing.find_or_install_chromium = lambda: None;"
        "from launch.__main__ import main; sys.exit(main(['test', *sys.argv[1:]]))"
    )
    arguments = ["-n", "0", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), "-c", "/dev/null", str(probe)]
    environment = {**clean_environment(), "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-P", "-c", code, *arguments], env=environment) as run:
        wait_for((tmp_path / "begun").exists, seconds=60, what="the first test")
        assert list(tmp_path.glob("gatehouse-*/pg18/postmaster.pid"))
        run.send_signal(signal.SIGTERM)
        assert run.wait(timeout=90) == 130
    assert not list(tmp_path.glob("gatehouse-*/pg18"))
