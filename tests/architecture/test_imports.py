"""Who may import whom: every contract holds, and every contract has been seen to bite."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.sources import ROOMS, ROOT, calls, rooms

CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]["contracts"]
NAMES = [contract["name"] for contract in CONTRACTS]

MAY_IMPORT_BY_NAME = {
    "launch/up.py": "assets are built only where they can be",
    "webapp/__init__.py": "every module of webapp.views is a page",
    "webapp/cli/group.py": "every module of webapp.cli is a command",
}
"""Files that import by a name worked out at run time, where the contracts cannot look, and why they may."""


@dataclass(frozen=True)
class Plant:
    """An import that must not be: in which module, of what."""

    source: str
    target: str

    def put(self, root: Path) -> None:
        """Write it at the end of the module."""
        path = root / (self.source.replace(".", "/") + ".py")
        if not path.exists():
            path = root / self.source.replace(".", "/") / "__init__.py"
        path.parent.mkdir(exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\nimport {self.target}  # planted\n")

    def is_told(self, report: str) -> bool:
        """Whether the report names exactly this import."""
        return f"{self.source} -> {self.target} (" in report


LAYERS = {
    "The two doors stand over the product and never know each other": [
        Plant("webapp.house", "workers.letters"),
        Plant("workers.letters", "webapp.house"),
        Plant("workflows.core.case", "webapp.house"),
        Plant("workflows.service.office", "workers.letters"),
    ],
    "Inside the product: service over store and definitions over core": [
        Plant("workflows.core.case", "workflows.service.office"),
        Plant("workflows.core.spans", "workflows.store.engine"),
        Plant("workflows.core.items", "workflows.definitions.loader"),
        Plant("workflows.store.engine", "workflows.service.office"),
        Plant("workflows.store.clock", "workflows.definitions.loader"),
        Plant("workflows.definitions.loader", "workflows.store.engine"),
    ],
}
"""Faults for the contracts about layers; those for "forbidden" contracts are worked out from their own lists."""


def faults(contract: dict[str, Any]) -> list[Plant]:
    """One fault for each pair that the contract forbids."""
    if contract["type"] == "layers":
        return LAYERS[contract["name"]]
    return [Plant(source, target) for source in contract["source_modules"] for target in contract["forbidden_modules"]]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The packages and the contracts, to plant faults in."""
    for name in ROOMS:
        leave = shutil.ignore_patterns("__pycache__", "static", "templates", "*.yaml")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=leave)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path) -> tuple[int, str]:
    """Run the contracts on a folder: exit code and words, every run of white space one space."""
    program = Path(sys.executable).with_name("lint-imports")
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"}
    done = subprocess.run(
        [program, "--no-cache"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, re.sub(r"\s+", " ", done.stdout + done.stderr)


def verdict(name: str, report: str) -> str:
    """What the report says about one contract: KEPT or BROKEN."""
    found = re.search(re.escape(name) + r" ?(KEPT|BROKEN)", report)
    assert found, f"the report does not name “{name}”: {report}"
    return found.group(1)


def test_every_contract_holds(copy: Path) -> None:
    code, report = lint(copy)
    assert {name: verdict(name, report) for name in NAMES} == dict.fromkeys(NAMES, "KEPT")
    assert code == 0, report


def test_every_planted_import_is_caught_by_its_contract(copy: Path) -> None:
    for contract in CONTRACTS:
        for plant in faults(contract):
            plant.put(copy)
    code, report = lint(copy)
    assert code != 0
    assert {name: verdict(name, report) for name in NAMES} == dict.fromkeys(NAMES, "BROKEN")
    told = told_of_each(report)
    missed = {
        contract["name"]: uncaught
        for contract in CONTRACTS
        if (uncaught := [plant for plant in faults(contract) if not plant.is_told(told[contract["name"]])])
    }
    assert not missed


def told_of_each(report: str) -> dict[str, str]:
    """What the second half of a report says about each broken contract."""
    rest = report.split("Broken contracts", 1)[1]
    starts = sorted((rest.index(name), name) for name in NAMES)
    ends = [place for place, _ in starts[1:]] + [len(rest)]
    return {name: rest[place:end] for (place, name), end in zip(starts, ends, strict=True)}


def test_a_new_room_inside_the_product_must_find_its_floor(copy: Path) -> None:
    (copy / "workflows" / "attic").mkdir()
    (copy / "workflows" / "attic" / "__init__.py").touch()
    _, report = lint(copy)
    assert verdict("Inside the product: service over store and definitions over core", report) == "BROKEN"


def test_imports_by_name_stand_where_they_are_known() -> None:
    found = {source.path for source in rooms() if any(calls(source.tree, "import_module", "__import__"))}
    assert found == set(MAY_IMPORT_BY_NAME)


BANNED = {
    "now": "from datetime import UTC, datetime\nAT = datetime.now(UTC)\n",
    "today": "from datetime import date\nON = date.today()\n",
    "uuid4": "import uuid\nID = uuid.uuid4()\n",
    "uuid7": "from uuid_utils import uuid7\nID = uuid7()\n",
    "chance": "import random\nDICE = random.random()\n",
    "environment": "import os\nHOME = os.environ['HOME']\n",
}
"""What the core may never do itself, a planted line of each."""


@pytest.mark.parametrize(("room", "caught"), [("workflows/core", True), ("workflows/service", False)])
def test_ruff_keeps_clock_chance_and_environment_out_of_the_core(tmp_path: Path, room: str, caught: bool) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / room).mkdir(parents=True)
    for name, text in BANNED.items():
        (tmp_path / room / f"planted_{name}.py").write_text(text, encoding="utf-8")
    options = ["--no-cache", "--select=TID251", "--output-format=concise"]
    ruff = [sys.executable, "-m", "ruff", "check", *options, "."]
    said = subprocess.run(ruff, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    found = {name for name in BANNED if f"{room}/planted_{name}.py" in said}
    assert found == (set(BANNED) if caught else set())
