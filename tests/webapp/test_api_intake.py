"""A whole request through the API: taken from its requester alone, whole, once, with every fault in its place."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from tests.builders import House, build
from tests.webapp.api_client import Caller
from tests.webapp.intake_documents import document
from webapp.intake.samples import consented
from workflows.core.scopes import Scope

pytestmark = pytest.mark.feature("C28", "N03", "N06", "N20")


@pytest.fixture
def house(engine) -> House:  # type: ignore[no-untyped-def]
    """The demo's house."""
    return House.found(engine)


@pytest.fixture
def jess(app: Flask, house: House) -> Caller:
    """Who makes S1."""
    return Caller.enter(app, house.engine, house.person("jess.holloway"))


def test_it_becomes_the_request_that_it_would_have_become_on_the_pages(house: House, jess: Caller) -> None:
    made = jess.post("/intake", consented(), status=201)
    assert (made["repeated"], made["case"]["kind"]) == (False, "check")
    brought, typed = house.case(made["case"]["id"]), house.case(build(house, "S1", upto="consent_check"))
    assert brought.request == typed.request
    assert brought.stage == typed.stage
    found = jess.get(f"/cases/{made['case']['id']}")
    assert found["request"]["people"][0]["born"] == "1992-03-14"
    assert found["standing"] == made["case"]


def test_the_same_source_is_one_request_whatever_the_key(jess: Caller) -> None:
    first = jess.post("/intake", document(send=False), status=201)
    again = jess.post("/intake", document(send=False), status=201)
    assert again == {**first, "repeated": True}
    answer = jess.send("/intake", document(reference="other"), key="k")
    replayed = jess.send("/intake", document(reference="other"), key="k")
    assert replayed.headers["Idempotency-Replayed"] == "true"
    assert replayed.get_json() == answer.get_json()
    assert answer.headers["Location"] == f"/api/v1/cases/{answer.get_json()['case']['id']}"


def test_eight_at_once_are_one(app: Flask, house: House, jess: Caller) -> None:
    callers = [Caller(app.test_client(), jess.token) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda each: each.send("/intake", document()), callers))
    assert {each.status_code for each in found} == {201}
    assert len({each.get_json()["case"]["id"] for each in found}) == 1
    assert sum(not each.get_json()["repeated"] for each in found) == 1


def test_nobody_sends_a_request_of_another(app: Flask, house: House, jess: Caller) -> None:
    refused = jess.post("/intake", document("S2"), status=403)
    assert (refused["code"], [each["path"] for each in refused["faults"]]) == ("not_yourself", ["/requester"])
    beth = Caller.enter(app, house.engine, house.person("beth.carver"))
    own = document(requester="beth.carver@larkfield.example", requester_organisation="larkfield", holder="harrowmere")
    assert beth.post("/intake", own, status=403)["code"] == "not_requester"
    other = document(requester_organisation="larkfield", holder="harrowmere")
    assert jess.post("/intake", other, status=403)["code"] == "not_requester"
    reader = Caller.enter(app, house.engine, house.person("jess.holloway"), scopes=(Scope.READ.value,))
    assert reader.post("/intake", document(), status=403)["code"] == "out_of_scope"


def test_every_fault_comes_in_one_list(jess: Caller) -> None:
    said = document(holder="nowhere", stage="release", case_id="x")
    said["people"][0] |= {"born": "yesterday", "is_admin": True}
    said["recipients"][0]["items"].append("diary")
    said["basis"] = {}
    refused = jess.post("/intake", said, status=422)
    assert {each["path"]: each["code"] for each in refused["faults"]} == {
        "/stage": "unknown_key", "/case_id": "unknown_key", "/people/0/born": "not_a_day",
        "/people/0/is_admin": "unknown_key", "/holder": "unknown_organisation",
        "/recipients/0/items/3": "foreign_item", "/basis/article_6": "basis_missing",
    }  # fmt: skip
    assert "yesterday" not in json.dumps(refused)


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"7", b"{}", b'{"requests": []}', b'{"__proto__": {}}'])
def test_what_is_no_such_document_is_refused(jess: Caller, body: bytes) -> None:
    assert jess.post("/intake", body, status=422)["faults"]


@pytest.mark.parametrize("body", [b"", b"{", b'{"a": 1, "a": 2}', b'{"a": "\\ud800"}', b"[" * 10_000, b"\xff"])
def test_what_is_no_json_is_refused(jess: Caller, body: bytes) -> None:
    assert jess.post("/intake", body, status=400)["code"] == "bad_json"


@pytest.mark.parametrize(
    ("part", "places"),
    [
        ({"people": [{"label": "Tamsin", "name": "A. Tamsin", "nhs_number": "1234567890"}]},
         {"/people/0/label", "/people/0/nhs_number"}),
        ({"items": [{"key": "a", "category": "school", "period": {"from": "2026-02-01", "to": "2026-01-01"}}]},
         {"/items/0/period/to"}),
        ({"purpose": {"threshold": "worry"}}, {"/purpose/threshold"}),
        ({"differs": [{"person": "Child Z", "items": ["z"], "consent": {}}]},
         {"/differs/0/person", "/differs/0/items", "/differs/0/consent/state"}),
    ],
)  # fmt: skip
def test_a_part_of_a_draft_is_refused_in_its_places_too(
    jess: Caller, part: dict[str, object], places: set[str]
) -> None:
    made = jess.post("/intake", document(send=False), status=201)["case"]
    refused = jess.post(f"/cases/{made['id']}/save", part, seen=made["version"], status=422)
    assert {each["path"] for each in refused["faults"]} == places
