"""Workflows, the demo and many cases, from a shell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.page import PASSWORD
from tests.webapp import test_cli
from tests.webapp.people import organisation
from tests.webapp.test_cli import Run
from workflows.definitions.loader import builtin_names, read_builtin
from workflows.service.office import Office, SignedIn
from workflows.service.registering import Whole, verify
from workflows.service.unit_of_work import Engine

run = test_cli.run
DEMO = {"DEMO": "1", "DEMO_PASSWORD": PASSWORD}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The second version of the standard workflow, in a file."""
    path = tmp_path / "second.yaml"
    path.write_text(read_builtin("standard").replace("\nversion: 1\n", "\nversion: 2\n"), encoding="utf-8")
    return path


@pytest.mark.feature("C16")
def test_a_workflow_file_is_checked_line_by_line(run: Run, file: Path) -> None:
    assert run("workflow", "check", str(file)) == (0, "second.yaml is a good workflow.\n", "")
    words = file.read_text(encoding="utf-8")
    line = words[: words.index("ladder: holder")].count("\n") + 1
    file.write_text(words.replace("ladder: holder", "ladder: nobody", 1), encoding="utf-8")
    code, said, complaint = run("workflow", "check", str(file))
    assert (code, said) == (1, "")
    assert f"second.yaml:{line}: [unknown-ladder]" in complaint


@pytest.mark.feature("C15")
def test_workflows_are_published_and_listed(run: Run, file: Path) -> None:
    assert "No workflow has been published" in run("workflow", "list")[1]
    shipped = "".join(f"Published: {name} version 1.\n" for name in builtin_names())
    assert run("workflow", "publish") == (0, shipped, "")
    assert run("workflow", "publish") == (0, "Nothing is newer than what is published.\n", "")
    assert run("workflow", "publish", str(file)) == (0, "Published: standard version 2.\n", "")
    code, said, complaint = run("workflow", "publish", str(file))
    assert (code, said) == (1, "")
    assert "Give the file version 3" in complaint
    listed = run("workflow", "list")[1].splitlines()
    first = [[name, "1"] for name in builtin_names()]
    assert [line.split()[:2] for line in listed] == sorted([*first, ["standard", "2"]])


@pytest.mark.feature("C15")
def test_an_organisation_chooses_the_times_of_a_variant(run: Run, office: Office) -> None:
    organisation(office)
    why = ("--reason", "Local policy.")
    assert "No version of csods" in run("workflow", "variant", "marlbridge", "csods", "force_45_days", *why)[2]
    run("workflow", "publish")
    assert "no organisation" in run("workflow", "variant", "nowhere", "csods", "force_45_days", *why)[2]
    code, _, complaint = run("workflow", "variant", "marlbridge", "csods", "force_90_days", *why)
    assert (code, "It has: force_45_days" in complaint) == (1, True)
    code, said, _ = run("workflow", "variant", "marlbridge", "csods", "force_45_days", *why)
    assert (code, "uses force_45_days for new cases" in said) == (0, True)
    assert "uses the usual times" in run("workflow", "variant", "marlbridge", "csods", *why)[1]


def test_a_bad_or_unreadable_file_is_not_published(run: Run, file: Path) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace("side: holder", "side: moon", 1), encoding="utf-8")
    code, _, complaint = run("workflow", "publish", str(file))
    assert code == 1
    assert "second.yaml:" in complaint
    assert "nothing has changed" in complaint
    file.write_bytes(b"\xff\xfe\x00")
    code, _, complaint = run("workflow", "publish", str(file))
    assert code == 1
    assert "cannot be read as text" in complaint
    assert "No workflow has been published" in run("workflow", "list")[1]


@pytest.mark.feature("C28")
def test_the_demo_is_laid_out_and_its_people_are_told(run: Run, office: Office, engine: Engine) -> None:
    code, said, _ = run("demo", "seed", **DEMO)
    assert (code, said) == (0, "New: 9 organisations, 44 people, 13 cases.\n")
    lines = json.loads(run("demo", "people", "--json", **DEMO)[1])
    first = lines[0]
    assert isinstance(office.sign_in(first["email"], PASSWORD, address="192.0.2.1"), SignedIn)
    assert len(run("demo", "people", **DEMO)[1].splitlines()) == len(lines)
    code, said, _ = run("seed", "cases", "30", **DEMO)
    assert code == 0
    assert said.startswith("Made 30 cases with ")
    assert isinstance(verify(engine), Whole)


def test_outside_the_demo_nothing_is_invented(run: Run, office: Office) -> None:
    code, _, complaint = run("demo", "seed", DEMO="0")
    assert code == 1
    assert "never be mixed into real work" in complaint
    code, _, complaint = run("demo", "seed", DEMO="1")
    assert code == 1
    assert "GATEHOUSE_DEMO_PASSWORD" in complaint
    assert office.organisations() == ()


def test_cases_need_people(run: Run) -> None:
    run("workflow", "publish")
    code, _, complaint = run("seed", "cases", "5")
    assert code == 1
    assert "gatehouse demo seed" in complaint
