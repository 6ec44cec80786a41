"""The import contracts are worth their green only if each goes red: a fault is planted for every one of them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("webapp", "workers", "workflows", "launch")
#: Contract -> the file that gets the fault, the fault, and the words by which it is reported.
FAULTS = {
    "The two doors stand over the product and never know each other": [
        ("webapp/planted_door.py", "import workers.planted_door", "webapp.planted_door -> workers.planted_door"),
        ("workers/planted_door.py", "", ""),
        (
            "workflows/core/planted_up.py",
            "import webapp.planted_door",
            "workflows.core.planted_up -> webapp.planted_door",
        ),
    ],
    "Inside the product: service over store and definitions over core": [
        (
            "workflows/core/planted.py",
            "import workflows.service.planted",
            "workflows.core.planted -> workflows.service",
        ),
        ("workflows/service/planted.py", "", ""),
        ("workflows/planted_floor.py", "", "workflows.planted_floor"),
    ],
    "The rulebook knows no framework, database, queue, clock, chance, file or network": [
        ("workflows/core/planted_clock.py", "import time", "workflows.core.planted_clock -> time"),
    ],
    "Only the service opens the store": [
        (
            "webapp/planted_store.py",
            "import workflows.store.planted",
            "webapp.planted_store -> workflows.store.planted",
        ),
        ("workflows/store/planted.py", "", ""),
    ],
    "SQLAlchemy lives in the store": [
        ("workflows/service/planted_sql.py", "import sqlalchemy", "workflows.service.planted_sql -> sqlalchemy"),
    ],
    "Flask lives in webapp": [
        ("workers/planted_flask.py", "import flask", "workers.planted_flask -> flask"),
    ],
    "Celery lives in workers": [
        ("webapp/planted_celery.py", "import celery", "webapp.planted_celery -> celery"),
    ],
    "Settings are read at the doors and passed in": [
        (
            "workflows/service/planted_settings.py",
            "import workflows.settings",
            "workflows.service.planted_settings -> workflows.settings",
        ),
    ],
    "Starting the servers is a room of its own": [
        ("launch/planted.py", "import workflows.core.planted", "launch.planted -> workflows.core.planted"),
    ],
}


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts over the packages in a folder."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is reported on a copy of the packages with every fault in it."""
    folder = tmp_path_factory.mktemp("planted")
    shutil.copy2(ROOT / "pyproject.toml", folder)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("*.pyc", "static", "templates"))
    for faults in FAULTS.values():
        for name, fault, _ in faults:
            (folder / name).write_text(f"{fault}\n", encoding="utf-8")
    answer = check(folder)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    return answer.stdout


def contract_names() -> list[str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return [contract["name"] for contract in contracts]


def test_a_fault_is_planted_for_every_contract() -> None:
    assert sorted(FAULTS) == sorted(contract_names())


@pytest.mark.parametrize("contract", contract_names())
def test_each_contract_sees_its_fault(planted: str, contract: str) -> None:
    words = re.sub(r"\s+", " ", planted)
    assert re.search(re.escape(contract) + r" ?BROKEN", words), planted
    for _, _, reported in FAULTS[contract]:
        assert reported in words


def test_the_house_as_it_is_keeps_every_contract() -> None:
    answer = check(ROOT)
    assert answer.returncode == 0, answer.stdout
