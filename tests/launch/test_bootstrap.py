"""Making the environment: with a real pip, a real venv and a library made on the spot; no network is needed."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from launch import bootstrap
from tests.launch.starting import ROOT, clean_environment

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]


def make_wheel(folder: Path) -> Path:
    """A library of one line, as a wheel."""
    wheel = folder / "gatehouse_probe-1.0-py3-none-any.whl"
    files = {
        "gatehouse_probe.py": "ANSWER = 42\n",
        "gatehouse_probe-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: gatehouse-probe\nVersion: 1.0\n",
        "gatehouse_probe-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')},\n"
        for name, text in files.items()
    )
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in {**files, "gatehouse_probe-1.0.dist-info/RECORD": record}.items():
            archive.writestr(name, text)
    return wheel


class Place:
    """Lists to install from, a shelf of wheels, and an environment to be made."""

    def __init__(self, folder: Path) -> None:
        self.venv = folder / "venv"
        self.shelf = folder / "shelf"
        self.locks = folder / "requirements"
        self.shelf.mkdir()
        self.locks.mkdir()
        digest = hashlib.sha256(make_wheel(self.shelf).read_bytes()).hexdigest()
        self.write_list("everyday", digest)
        self.write_list("tests", digest)

    def write_list(self, name: str, digest: str) -> None:
        (self.locks / f"{name}.lock").write_text(f"gatehouse-probe==1.0 \\\n    --hash=sha256:{digest}\n")

    def answer(self) -> str:
        command = [str(self.venv / "bin" / "python"), "-c", "import gatehouse_probe as p; print(p.ANSWER)"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    made = Place(tmp_path)
    monkeypatch.setattr(bootstrap, "LOCKS", made.locks)
    monkeypatch.setenv("GATEHOUSE_VENV", str(made.venv))
    for key in [key for key in os.environ if key.startswith("PIP_")]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(made.shelf))
    return made


@pytest.fixture
def machine_pip(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Debian without python3-venv: nothing can be put into the environment from inside."""
    real = bootstrap._succeeds

    def outside_only(*command: str) -> bool:
        return command[0] != str(place.venv / "bin" / "python") and real(*command)

    monkeypatch.setattr(bootstrap, "_succeeds", outside_only)


def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry that nobody answers for."""
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")


def test_without_a_network_it_says_so_and_the_same_command_goes_on_later(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as cut_off:
        no_network(cut_off)
        with pytest.raises(bootstrap.Stop, match="network is needed for the first install only"):
            bootstrap.prepare("up")
    assert not bootstrap.ready(place.venv, ["everyday"])

    assert bootstrap.prepare("up") == place.venv
    assert place.answer() == "42"

    capsys.readouterr()
    with monkeypatch.context() as cut_off:
        no_network(cut_off)
        assert bootstrap.prepare("up") == place.venv
    assert capsys.readouterr().out == "", "a made environment costs neither words nor network"


def test_a_half_made_environment_is_made_again_and_a_changed_list_is_installed(
    place: Place, machine_pip: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.venv.mkdir()
    (place.venv / "pyvenv.cfg").write_text("home = /nowhere\n")
    (place.venv / "bin").mkdir()
    (place.venv / "bin" / "python").symlink_to("/nowhere/python3")
    bootstrap.prepare("up")
    assert place.answer() == "42"

    with (place.locks / "everyday.lock").open("a") as lock:
        lock.write("# a newer list\n")
    assert not bootstrap.ready(place.venv, ["everyday"])
    installed: list[str] = []
    monkeypatch.setattr(bootstrap, "install", lambda _folder, name: installed.append(name))
    bootstrap.prepare("test")
    assert installed == ["everyday", "tests"]
    bootstrap.prepare("test")
    assert installed == ["everyday", "tests"]


def test_a_library_that_is_not_the_one_named_is_refused(place: Place, machine_pip: None) -> None:
    place.write_list("everyday", "0" * 64)
    with pytest.raises(bootstrap.Stop, match="its hash differs"):
        bootstrap.prepare("up")
    assert place.answer() == ""
    assert bootstrap.read_stamp(place.venv) == {}


def test_a_folder_that_is_something_else_is_left_alone(place: Place) -> None:
    place.venv.mkdir()
    (place.venv / "letters.txt").write_text("precious")
    with pytest.raises(bootstrap.Stop, match="is not a Python environment, so it is left alone"):
        bootstrap.prepare("up")
    assert (place.venv / "letters.txt").read_text() == "precious"


def test_a_place_that_cannot_be_written_to_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEHOUSE_VENV", str(place.locks / "everyday.lock" / "venv"))
    with pytest.raises(bootstrap.Stop, match="GATEHOUSE_VENV="):
        bootstrap.prepare("up")


def test_neither_pip_nor_ensurepip_is_told_with_what_to_install(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "_succeeds", lambda *_command: False)
    with pytest.raises(bootstrap.Stop, match="apt install python3-venv"):
        bootstrap.prepare("up")


def test_without_ensurepip_the_machines_pip_installs(place: Place, machine_pip: None) -> None:
    bootstrap.prepare("up")
    assert place.answer() == "42"
    assert not list(place.venv.glob("lib/python*/site-packages/pip"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "its hash differs"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("Retrying: NewConnectionError('Failed to establish a new connection')", "package index could not be reached"),
        ("ERROR: something new", "Installing the libraries failed"),
    ],
)
def test_pips_failures_are_told_in_plain_words_with_its_own_beneath(tmp_path: Path, words: str, told: str) -> None:
    log = tmp_path / "install.log"
    log.write_text(words)
    assert told in bootstrap.explain(log)
    assert words in bootstrap.explain(log)


def test_an_old_python_is_refused_in_a_sentence(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    for name in ("python", "python3.11", "python3.12", "python3.13"):
        shutil.copy2(old, tmp_path / name)
    environment = {**clean_environment(), "PATH": f"{tmp_path}:/usr/bin:/bin"}
    answer = subprocess.run(
        [str(ROOT / "gatehouse"), "up"], env=environment, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 1
    assert "needs Python 3.11 or newer" in answer.stderr


def test_the_bootstrap_uses_the_standard_library_only() -> None:
    """Nothing else is there yet when it runs: an isolated interpreter without site-packages can read it."""
    probe = f"import runpy; runpy.run_path({str(ROOT / 'launch' / 'bootstrap.py')!r}, run_name='probe')"
    answer = subprocess.run([sys.executable, "-I", "-S", "-c", probe], capture_output=True, text=True, check=False)
    assert answer.stderr == ""
    assert answer.returncode == 0


def test_no_list_names_a_registry_and_every_library_has_a_hash() -> None:
    for lock in (ROOT / "requirements").glob("*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text, lock.name
        assert "--index" not in text, lock.name
        entries = text.replace("\\\n", " ").splitlines()
        assert entries, lock.name
        assert all("--hash=sha256:" in entry for entry in entries), lock.name
