"""Workflow files from a shell, as a build of somebody else would check them: words, JSON, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from webapp.cli.group import main
from workflows.definitions.json_schema import schema
from workflows.definitions.loader import read_builtin
from workflows.definitions.source import MOST_CHARACTERS

pytestmark = pytest.mark.feature("C16")


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A good workflow and one with two faults."""
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(read_builtin("standard"), encoding="utf-8")
    text = read_builtin("standard").replace("    ladder: holder\n", "", 1).replace("size(people) > 0", "size(people", 1)
    bad.write_text(text, encoding="utf-8")
    return good, bad


def test_several_files_are_checked_at_once(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = files
    assert main(["workflow", "check", str(good)]) == 0
    assert main(["workflow", "check", str(good), str(bad)]) == 1
    said = capsys.readouterr()
    assert said.out == "good.yaml is a good workflow.\n" * 2
    assert [line.split("[")[1].split("]")[0] for line in said.err.splitlines()] == ["bad-guard", "no-ladder"]


def test_programs_are_told_in_json(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = files
    assert main(["workflow", "check", "--format", "json", str(good), str(bad)]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["good"] is False
    assert told["files"][0] == {"file": str(good), "good": True, "faults": []}
    faults = told["files"][1]["faults"]
    assert [fault["rule"] for fault in faults] == ["bad-guard", "no-ladder"]
    line = bad.read_text(encoding="utf-8").splitlines()[faults[0]["line"] - 1]
    assert line.strip() == "needs: size(people"
    assert faults[0]["say"].endswith("Correct it.")
    assert main(["workflow", "check", "--format", "json", str(good)]) == 0


def test_what_cannot_be_read_ends_otherwise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = tmp_path / "odd.yaml"
    odd.write_bytes(b"\xff\xfe")
    assert main(["workflow", "check", str(odd)]) == 2
    assert main(["workflow", "check", str(tmp_path / "nothing.yaml")]) == 2
    assert main(["workflow", "check"]) == 2
    assert "cannot be read as text" in capsys.readouterr().err


def test_no_more_of_a_file_is_read_than_is_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    huge = tmp_path / "huge.yaml"
    huge.write_text("a: b\n" * MOST_CHARACTERS, encoding="utf-8")
    assert main(["workflow", "check", str(huge)]) == 1
    assert "huge.yaml:1: [yaml-too-big]" in capsys.readouterr().err


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workflow", "schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()


@pytest.mark.parametrize(("form", "begin"), [("bpmn", "<?xml"), ("mermaid", "stateDiagram-v2"), ("svg", "<svg ")])
def test_a_workflow_is_written_for_other_tools(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, begin: str
) -> None:
    assert main(["workflow", "export", "standard", "--as", form]) == 0
    text = capsys.readouterr().out
    assert text.startswith(begin)
    assert "Consent check" in text
    written = tmp_path / "out"
    assert main(["workflow", "export", str(files[0]), "--as", form, "--output", str(written)]) == 0
    assert written.read_text(encoding="utf-8") == text
    assert capsys.readouterr().out == f"Written: {written}\n"


def test_what_has_faults_or_is_not_there_is_not_drawn(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["workflow", "export", str(files[1]), "--as", "svg"]) == 1
    assert "bad.yaml:" in capsys.readouterr().err
    assert main(["workflow", "export", "nothing", "--as", "svg"]) == 1
    assert "cannot be read as text" in capsys.readouterr().err
    assert main(["workflow", "export", "standard", "--as", "svg", "--output", str(tmp_path / "no" / "out.svg")]) == 1
    assert "cannot be written" in capsys.readouterr().err
    assert main(["workflow", "export", "standard", "--as", "gif"]) == 2
