"""Every fault of a body is named by a JSON pointer into that body, whatever the rules call the field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.builders import House, build
from tests.webapp.api_client import Caller
from tests.webapp.holder import GUARDIAN, LEAD, OFFICER
from webapp.api.operations import OPERATIONS
from webapp.api.places import place_in

pytestmark = pytest.mark.feature("C28")
HOUR_AGO = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
CHECK = {"person": "Child P", "checked_at": HOUR_AGO, "checked_by": "Dr Ode", "setting": "general_practice"}
PLAN = {"type": "looked_after", "start": "1900-01-01"}
TOLD_NOT = {"person": "Adult A", "finding": "not_a_bar", "told": False}
ITEM = {"key": "risk", "outcome": "refuse", "reason": ""}
FINDING = {"finding": "not_a_bar", "note": "No bar."}
TRIED: list[tuple[str, str, str, dict[str, Any], set[str]]] = [
    (OFFICER, "consent_check", "record-consent", {**FINDING, "people": [TOLD_NOT]}, {
        "/people/0/reason", "/people/0/told_why", "/people/0/revisit_on"}),
    (OFFICER, "consent_check", "record-consent", {**FINDING, "people": [TOLD_NOT] * 3}, {"/people/0/finding"}),
    (OFFICER, "consent_check", "record-consent", {"finding": "valid", "note": "Valid."}, {"/people"}),
    (GUARDIAN, "adjudication", "decide", {"items": [ITEM]}, {
        "/items", "/items/0/reason", "/risk_of_not_sharing/likelihood", "/harm_of_not_sharing"}),
    (LEAD, "release", "release", {"contents": [{"key": "risk", "text": " "}]}, {"/contents/0/text", "/contents"}),
    (OFFICER, "ig_advice", "record-cpis-check", {**CHECK, "result": "plan", "number_used": True, "plans": [PLAN]}, {
        "/plans/0/start", "/authority/name"}),
    (OFFICER, "ig_advice", "record-cpis-check", {**CHECK, "result": "plan", "number_used": True}, {"/plans"}),
    (OFFICER, "ig_advice", "record-cpis-check", {**CHECK, "result": "no_plan_recorded"}, {"/number_used"}),
]  # fmt: skip


@pytest.mark.parametrize(("who", "upto", "act", "body", "expected"), TRIED)
def test_a_fault_stands_where_its_pointer_says(
    app: Flask, house: House, who: str, upto: str, act: str, body: dict[str, Any], expected: set[str]
) -> None:
    case = build(house, "S2", upto=upto)
    caller = Caller.enter(app, house.engine, house.person(who))
    refused = caller.post(f"/cases/{case}/{act}", body, seen=house.case(case).version, status=422)
    found = {each["path"] for each in refused["faults"]}
    assert expected <= found, found
    one = next(each for each in OPERATIONS.values() if each.path.endswith(f"/{act}"))
    assert one.takes is not None
    for pointer in found - {""}:
        assert there(one.takes.model_json_schema(), pointer), pointer


def there(schema: dict[str, Any], pointer: str) -> bool:
    """Whether a body can have something at this place."""
    here: Any = schema
    for step in pointer.split("/")[1:]:
        while "$ref" in here:
            here = schema["$defs"][here["$ref"].rpartition("/")[2]]
        here = here["items"] if step.isdecimal() else here["properties"].get(step)
        if here is None:
            return False
    return True


def test_what_no_part_of_a_body_is_about_is_about_the_whole() -> None:
    one = OPERATIONS["decideCase"].takes
    assert one is not None
    body = one.model_validate({"items": ()})
    assert [place_in(body, field) for field in ("", "nowhere", "finding-1", "override-x", "principle-x")] == [
        "", "", "/items", "/overrides", "/evidence"
    ]  # fmt: skip
