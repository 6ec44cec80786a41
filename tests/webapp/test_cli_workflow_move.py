"""Open requests are moved to another version from a shell: looked at first, changed only with --apply."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.builders import House, build
from tests.webapp import test_cli
from tests.webapp.test_cli import Run
from workflows.definitions.loader import read_builtin
from workflows.service.publishing import publish
from workflows.service.unit_of_work import Engine

run = test_cli.run
pytestmark = pytest.mark.feature("C15")
MOVE = ("workflow", "migrate", "standard", "--from", "1", "--to", "2")


@pytest.fixture
def case_id(engine: Engine) -> str:
    """A request at the stage that has another name in version 2."""
    house = House.found(engine)
    found = build(house, "S2", upto="ig_advice")
    made = read_builtin("standard").replace("\nversion: 1\n", "\nversion: 2\n").replace("ig_advice", "lead_advice")
    publish(engine, made, source="two.yaml", by="", at=datetime.now(UTC), shipped=True)
    return found


def test_it_is_looked_at_first_and_done_with_apply(run: Run, engine: Engine, case_id: str) -> None:
    code, said, _ = run(*MOVE)
    assert code == 0
    assert "can be moved: 0. That would be declined: 1." in said
    assert "Name a stage that takes its place." in said
    assert "Nothing was changed." in said
    mapped = (*MOVE, "--stage", "ig_advice=lead_advice")
    assert "can be moved: 1. That would be declined: 0." in run(*mapped)[1]
    code, _, complaint = run(*mapped, "--apply")
    assert code == 1
    assert "Say why" in complaint
    code, said, _ = run(*mapped, "--apply", "--why", "Another name.")
    assert code == 0
    assert "Moved: 1. Declined: 0. Still waiting: 0." in said
    listed = [line.split() for line in run("workflow", "list")[1].splitlines()]
    assert [(line[1], line[line.index("open") - 1]) for line in listed if line[0] == "standard"] == [
        ("1", "0"), ("2", "1"),
    ]  # fmt: skip


def test_what_cannot_be_is_said_in_a_sentence(run: Run, engine: Engine, case_id: str) -> None:
    code, _, complaint = run("workflow", "migrate", "standard", "--from", "1", "--to", "7")
    assert (code, "There are no such two versions of standard" in complaint) == (1, True)
    code, _, complaint = run(*MOVE, "--stage", "ig_advice=release")
    assert (code, "Choose a stage of the same kind" in complaint) == (1, True)
    assert run(*MOVE, "--stage", "ig_advice")[0] == 2
