"""Documents that the code makes equal what the code says now; the command that makes them tells when they do not."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.architecture.sources import ROOT
from webapp.cli import documents
from webapp.cli.group import main, make_group


def test_every_generated_document_is_what_the_code_makes() -> None:
    assert documents.stale() == [], "run ./gatehouse docs"


def test_making_them_and_looking_again_finds_nothing_stale(tmp_path: Path) -> None:
    assert documents.stale(tmp_path) == documents.write(tmp_path)
    assert documents.stale(tmp_path) == []
    path = tmp_path / "docs" / "permissions.md"
    path.write_text(path.read_text(encoding="utf-8").replace("yes", "no", 1), encoding="utf-8")
    assert documents.stale(tmp_path) == ["docs/permissions.md"]


def test_the_shell_makes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "write", lambda: ["docs/a.md", "docs/b.md"])
    done = CliRunner().invoke(make_group(), ["docs"])
    assert done.exit_code == 0
    assert done.output.splitlines() == ["made docs/a.md", "made docs/b.md"]


def test_the_check_fails_and_names_what_is_stale(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(documents, "stale", lambda: ["docs/states.md"])
    assert main(["docs", "--check"]) == 1
    assert "Out of date: docs/states.md. Run ./gatehouse docs" in " ".join(capsys.readouterr().err.split())
    monkeypatch.setattr(documents, "stale", list)
    assert main(["docs", "--check"]) == 0
    assert "is what the code makes" in capsys.readouterr().out


def test_the_list_of_features_names_only_tests_that_exist() -> None:
    named = [
        line.removeprefix("- ")
        for line in (ROOT / "docs" / "features.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("- ")
    ]
    assert named
    assert [test for test in named if not exists(test)] == []


def exists(test: str) -> bool:
    """Whether a test, written as path::name, is defined in its file."""
    path, _, name = test.partition("::")
    return name in defined(path)


@cache
def defined(path: str) -> frozenset[str]:
    """The functions and classes of a file of the checkout; nothing for a file that is not there."""
    if not (ROOT / path).is_file():
        return frozenset()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


def test_an_invented_test_would_be_noticed() -> None:
    assert exists("tests/architecture/test_documents.py::test_an_invented_test_would_be_noticed")
    assert not exists("tests/architecture/test_documents.py::test_nobody_wrote_this")
    assert not exists("tests/architecture/test_nowhere.py::test_an_invented_test_would_be_noticed")
