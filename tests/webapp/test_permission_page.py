"""The page of the permission matrix: the same answers as the one function gives, in words, for who may read them."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.builders import House
from tests.page import Page, PageClient, words
from tests.webapp.holder import GUARDIAN, MANAGER, Desk
from webapp.views.permission_words import COMMANDS as COMMAND_WORDS
from webapp.views.permission_words import REASONS, command_words, reason_words
from workflows.core.definition import Role
from workflows.core.matrix import COMMANDS, by_stage, matrix
from workflows.core.refusals import NOT_FOUND
from workflows.definitions.loader import builtin_names, load, read_builtin
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C17")
PAGE = "/workflows/standard/1/permissions"


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    return Desk(House.found(engine), app)


def test_every_command_and_every_refusal_of_every_shipped_workflow_has_words() -> None:
    cells = [cell for name in builtin_names() for cell in matrix(load(read_builtin(name)))]
    assert set(COMMANDS) <= set(COMMAND_WORDS)
    assert {cell.refused for cell in cells} - {"", NOT_FOUND} <= set(REASONS)
    assert len({command_words(each) for each in COMMANDS}) == len(COMMANDS), "two commands are called the same"


def test_what_is_read_stage_by_stage_is_the_whole_matrix() -> None:
    definition = load(read_builtin("standard"))
    read = set()
    for found in by_stage(definition):
        for ruling in found.rulings:
            read |= {(found.stage.name, who, ruling.command, "") for who in ruling.may}
            read |= {(found.stage.name, who, ruling.command, code) for code, whos in ruling.may_not for who in whos}
            read |= {(found.stage.name, who, ruling.command, NOT_FOUND) for who in found.outside}
    here = {(stage, command) for stage, _, command, _ in read}
    cells = {(cell.stage, cell.who, cell.command, cell.refused) for cell in matrix(definition)}
    assert read == {cell for cell in cells if (cell[0], cell[2]) in here}
    assert {code for stage, _, command, code in cells if (stage, command) not in here} <= {"wrong_stage", NOT_FOUND}


def tables(page: Page) -> dict[str, dict[str, tuple[list[str], list[str]]]]:
    """Caption -> act -> the lines of who may and of who may not."""
    found = {}
    for table in page.all("table"):
        rows = {}
        for row in table.iter("tr"):
            if cells := list(row.iter("td")):
                may, may_not = ([words(line) for line in cell.iter("li")] or [words(cell)] for cell in cells)
                rows[words(next(row.iter("th")))] = (may, may_not)
        found[words(next(table.iter("caption")))] = rows
    return found


def test_the_page_says_what_the_function_says(desk: Desk) -> None:
    page = desk.sit(MANAGER).open(PAGE)
    assert page.h1 == "Who may do what"
    shown = tables(page)
    definition = load(read_builtin("standard"))
    told = [each for each in by_stage(definition) if each.rulings]
    assert len(shown) == len(told)
    for found in told:
        rows = shown[f"What each person may do at “{found.stage.title}”"]
        assert list(rows) == [command_words(ruling.command) for ruling in found.rulings]
        for ruling in found.rulings:
            may, may_not = rows[command_words(ruling.command)]
            assert may == (list(ruling.may) or ["Nobody"])
            reasons = [line.rpartition(": ")[2] for line in may_not]
            assert reasons == ([reason_words(code) for code, _ in ruling.may_not] or ["Nobody else knows of it"])
    assert "wrong_stage" not in page.html
    assert "not_yours" not in page.html


def test_only_who_runs_manages_or_audits_reads_it_and_only_what_was_published(desk: Desk) -> None:
    desk.house.holds("peter.quayle", Role.AUDITOR, "tolland")
    for who, status in ((MANAGER, 200), ("peter.quayle", 200), (GUARDIAN, 404)):
        desk.sit(who).open(PAGE, status=status)
    client = desk.sit(MANAGER)
    for name in ("standard/2", "nothing/1", "x%00/1", "standard/99999999999999999999"):
        client.open(f"/workflows/{name}/permissions", status=404)


def test_who_is_not_signed_in_is_sent_to_the_sign_in_page(app: Flask) -> None:
    answer = PageClient(app).http.get(PAGE)
    assert (answer.status_code, answer.headers["Location"].startswith("/sign-in")) == (303, True)
