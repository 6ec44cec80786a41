"""The description of the API says what the API is: every route, every act, every example, no dead end."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask

from webapp.api import PREFIX, openapi
from webapp.api.operations import OPERATIONS
from webapp.api.problems import type_of
from webapp.guards import Guard, guard_of
from workflows.core.matrix import COMMANDS

pytestmark = pytest.mark.feature("C28")


def described() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(openapi.text())
    return found


def test_it_is_served_to_everybody_and_is_the_same(app: Flask) -> None:
    answer = app.test_client().get(f"{PREFIX}/openapi.json")
    assert answer.status_code == 200
    assert answer.get_json() == described()
    assert described()["openapi"].startswith("3.1")


def test_every_route_is_described_and_every_description_is_a_route(app: Flask) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix(PREFIX)), method.lower())
        for rule in app.url_map.iter_rules()
        if guard_of(app, rule.endpoint) is Guard.TOKEN
        for method in (rule.methods or set()) - {"HEAD"}
    }
    assert routes == {(path, method) for path, methods in described()["paths"].items() for method in methods}
    assert len(routes) > 40


def test_every_act_of_people_has_its_operation() -> None:
    """What a person can do, a system can do."""
    assert {one.command for one in OPERATIONS.values() if one.command} == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(name for name, one in OPERATIONS.items() if one.takes))
def test_every_example_of_a_body_can_be_sent(name: str) -> None:
    one = OPERATIONS[name]
    assert one.takes is not None
    assert one.takes_example is not None
    one.takes.model_validate_json(json.dumps(one.takes_example))


def test_nothing_in_it_leads_nowhere() -> None:
    found = described()
    text = openapi.text()
    names = {each.rpartition("/")[2] for each in re.findall(r'"\$ref": "([^"]+)"', text)}
    assert names <= set(found["components"]["schemas"])
    operations = {one["operationId"] for methods in found["paths"].values() for one in methods.values()}
    linked = {
        link["operationId"]
        for methods in found["paths"].values()
        for one in methods.values()
        for answer in one["responses"].values()
        for link in answer.get("links", {}).values()
    }
    assert linked <= operations


def test_every_change_takes_a_key_and_every_act_a_version() -> None:
    for path, methods in described()["paths"].items():
        for method, one in methods.items():
            headers = {each["name"] for each in one.get("parameters", ()) if each["in"] == "header"}
            assert ("Idempotency-Key" in headers) is (method != "get"), path
            assert ("If-Match" in headers) is (method != "get" and "{case_id}" in path), path


def test_every_object_that_is_sent_refuses_what_it_does_not_know() -> None:
    schemas = described()["components"]["schemas"]
    sent = {one.takes.__name__ for one in OPERATIONS.values() if one.takes}
    todo, seen = list(sent), set[str]()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        schema = schemas[name]
        if schema.get("type") == "object":
            assert schema["additionalProperties"] is False, name
        todo += [each.rpartition("/")[2] for each in re.findall(r"'\$ref': '([^']+)'", str(schema))]
    assert len(seen) > len(sent)


def test_every_kind_of_problem_leads_to_where_it_is_described(app: Flask) -> None:
    page = app.test_client().get("/api/reference").get_data(as_text=True)
    for status in (400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 422, 428, 429, 500, 503):
        assert f'id="{type_of(status).partition("#")[2]}"' in page
