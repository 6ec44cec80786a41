"""What is committed: nothing made, nothing of other people's, no place on somebody's machine; and a true README."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, tracked
from workflows.settings import NAMES, PREFIX, Settings

ADDRESS = re.compile(r"\b(?:https?|git\+?\w*|ssh|file)://", re.IGNORECASE)
REGISTRY = re.compile(r"(?:--(?:extra-)?index-url|--find-links|^\s*(?:@\w+:)?registry\s*=)", re.MULTILINE)
SOMEBODYS = re.compile(r"(?<![\w.~-])/(?:home|Users)/[\w.-]+|(?<![\w.~-])/root(?=/)")
MADE = {"node_modules", "dist", "__pycache__", ".venv", "var", "test-results", "htmlcov"}
TABLE = re.compile(rf"^\| `{PREFIX}(\w+)` \|.*\| (.*?) \|$", re.MULTILINE)


def words_of(path: str) -> str:
    """The text of a tracked file; empty for what is no text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def locks() -> list[str]:
    """Every file that pins what other people have made."""
    return [path for path in tracked() if path.endswith((".lock", "package-lock.json", ".npmrc", ".in"))]


def test_lock_files_hold_no_address() -> None:
    assert {"requirements/everyday.lock", "requirements/tests.lock", "assets/package-lock.json"} <= set(locks())
    telling = [path for path in locks() if ADDRESS.search(words_of(path)) or REGISTRY.search(words_of(path))]
    assert telling == []


def test_every_pinned_library_has_a_hash() -> None:
    for path in locks():
        if path.endswith(".lock"):
            entries = re.split(r"^(?=[A-Za-z0-9])", words_of(path), flags=re.MULTILINE)
            pinned = [entry for entry in entries if "==" in entry.partition("\n")[0]]
            assert pinned, path
            assert [entry.split()[0] for entry in pinned if "--hash=sha256:" not in entry] == [], path
    packages = json.loads(words_of("assets/package-lock.json"))["packages"]
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


def test_nothing_that_was_made_is_committed() -> None:
    made = [path for path in tracked() if MADE & set(Path(path).parts)]
    assert made == []


def test_no_place_on_somebodys_machine_is_written_down() -> None:
    own = {str(ROOT), str(Path.home())} - {"/", "/root"}
    found = [
        path
        for path in tracked()
        if (text := words_of(path)) and (SOMEBODYS.search(text) or any(place in text for place in own))
    ]
    assert found == []


@pytest.mark.parametrize("home", ["home/anna", "root", "Users/anna"])
def test_a_planted_place_would_be_noticed(home: str) -> None:
    assert SOMEBODYS.search(f"see /{home}/notes")


@pytest.mark.parametrize("planted", ["--index-url=x", "registry=x", '"resolved": "https:' + '//r.example/x.tgz"'])
def test_a_planted_registry_would_be_noticed(planted: str) -> None:
    assert REGISTRY.search(planted) or ADDRESS.search(planted)


def test_the_readme_tells_of_every_setting_and_its_usual_value() -> None:
    told = dict(TABLE.findall(words_of("README.md")))
    assert list(told) == list(NAMES)
    usual = {field.name.upper(): field.default for field in fields(Settings)}
    numbers = {name: str(int(value)) for name, value in usual.items() if isinstance(value, int)}
    assert len(numbers) >= 5
    wrong = {name: told[name] for name, value in numbers.items() if told[name].split()[0] != value}
    assert wrong == {}
