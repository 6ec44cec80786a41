"""The pages on which an administrator moves open requests to another version: looked at, done, and taken back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from tests.builders import House
from tests.webapp.holder import GUARDIAN, MANAGER, Desk
from webapp.views import workflow_moves
from workflows.definitions.loader import read_builtin
from workflows.service import moving
from workflows.service.publishing import publish
from workflows.service.sweeping import sweep
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C15")
ADMIN = "peter.quayle"
THERE = "/workflows/standard/1/move/2"


def renamed() -> str:
    """Version 2, in which the stage of advice has another name."""
    return read_builtin("standard").replace("\nversion: 1\n", "\nversion: 2\n").replace("ig_advice", "lead_advice")


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    return Desk(House.found(engine), app)


def with_two(desk: Desk, *stages: str) -> list[str]:
    """Requests that began on version 1, at these stages; then version 2 is published."""
    cases = [desk.case(upto=stage) for stage in stages]
    publish(desk.house.engine, renamed(), source="two.yaml", by="", at=datetime.now(UTC), shipped=True)
    return cases


def versions(desk: Desk, cases: list[str]) -> list[int]:
    return [desk.house.case(each).definition.version for each in cases]


def test_requests_are_looked_at_mapped_moved_and_taken_back(desk: Desk) -> None:
    cases = with_two(desk, "consent_check", "ig_advice")
    admin = desk.sit(ADMIN)
    page = admin.open("/workflows/standard/1")
    admin.open(page.links()["Move open requests to another version"])
    page = admin.page
    assert page.h1 == "Move open requests from version 1 to version 2"
    assert "0 of 2 open requests can be moved. 2 would be declined." in page.text
    assert "which version 2 does not have. Name a stage that takes its place." in page.text
    page = admin.send(THERE, {**page.form().fields, "stage-ig_advice": "lead_advice", "look": "1"})
    assert "All of 2 open requests can be moved." in page.text
    assert versions(desk, cases) == [1, 1]
    assert "goes back only to the version" not in page.text
    fields = {**page.form().fields, "stage-ig_advice": "lead_advice"}
    page = admin.send(THERE, {**fields, "why": ""}, status=422)
    assert "Say why" in page.text
    assert versions(desk, cases) == [1, 1]
    page = admin.send(THERE, {**page.form().fields, "stage-ig_advice": "lead_advice", "why": "Another name."})
    assert "2 moved, 0 declined, 0 waiting." in page.text
    assert "“Information governance advice” becomes “Information governance advice”" in page.text
    assert versions(desk, cases) == [2, 2]
    # The case goes on, and its history tells what happened.
    told = desk.sit("lucy.brandt").open(f"/cases/{cases[1]}").text
    assert "The request came to version 2 of its workflow" in told
    assert "The time that is running stays as long as it was." in told
    page = admin.open("/workflows/standard/2/move/1")
    assert "goes back only to the version" in page.text
    assert "All of 2 open requests can be moved." in page.text
    page = admin.send("/workflows/standard/2/move/1", {**page.form().fields, "why": "A mistake."})
    assert "2 moved, 0 declined" in page.text
    assert versions(desk, cases) == [1, 1]


def test_no_page_of_it_says_anything_that_a_request_says(desk: Desk) -> None:
    (case_id,) = with_two(desk, "adjudication")
    admin = desk.sit(ADMIN)
    page = admin.open(THERE)
    case = desk.house.case(case_id)
    fields = {**page.form().fields, "stage-ig_advice": "lead_advice", "why": "Another name."}
    seen = page.html + admin.send(THERE, fields).html
    assert case.reference in seen
    purpose = case.request.purpose
    secret = [purpose.purpose, purpose.risk_of_sharing, *(each.name for each in case.request.people)]
    secret += [each.describe for each in case.request.items]
    assert not [each for each in secret if each and each in seen]
    admin.open(f"/cases/{case_id}", status=404)


def test_many_go_in_the_background_with_progress(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow_moves, "FEW", 1)
    monkeypatch.setattr(moving, "MOST_SHOWN", 2)
    cases = with_two(desk, "consent_check", "consent_check", "consent_check")
    admin = desk.sit(ADMIN)
    page = admin.open(THERE)
    fields = {**page.form().fields, "stage-ig_advice": "lead_advice"}
    page = admin.send(THERE, {**fields, "why": "Another name."})
    assert "0 moved, 0 declined, 3 waiting." in page.text
    assert "It goes on in the background." in page.text
    there = page.path
    assert page.links()["Next page →"] == there + "?page=2"
    again = admin.open(THERE)
    page = admin.send(THERE, {**again.form().fields, "why": "Once more."}, status=422)
    assert "are being moved at this moment" in page.text
    assert sweep(desk.house.engine, desk.house.casework.library).failed == 0
    page = admin.open(there + "?page=2")
    assert "3 moved, 0 declined, 0 waiting." in page.text
    assert versions(desk, cases) == [2, 2, 2]


def test_a_stage_of_another_kind_is_no_place(desk: Desk) -> None:
    with_two(desk, "ig_advice")
    admin = desk.sit(ADMIN)
    fields = {**admin.open(THERE).form().fields, "stage-ig_advice": "release", "look": "1"}
    page = admin.send(THERE, fields, status=422)
    assert "Choose a stage of the same kind" in page.text


def test_others_find_nothing(desk: Desk) -> None:
    with_two(desk)
    for who in (GUARDIAN, MANAGER):
        desk.sit(who).open(THERE, status=404)
    desk.sit(GUARDIAN).open("/workflows/standard/1/move", status=404)
    desk.sit(MANAGER).open("/workflows/moves/1", status=404)
    admin = desk.sit(ADMIN)
    for wrong in ("/workflows/standard/1/move/1", "/workflows/standard/1/move/7", "/workflows/no/1/move/2"):
        admin.open(wrong, status=404)
    admin.open("/workflows/moves/1", status=404)
    assert "Move open requests" not in desk.sit(MANAGER).open("/workflows/standard/1").text
