"""Catching up by the API: who may, page by page, and what is said to a cursor that does not count."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text
from uuid_utils import uuid7

from tests.builders import House, build
from tests.webapp.api_client import Caller
from workflows.core.definition import Role
from workflows.core.scopes import Scope
from workflows.service.tokens import Tokens
from workflows.service.unit_of_work import Engine

pytestmark = pytest.mark.feature("C24", "C28")

EVENTS = (Scope.EVENTS.value,)


@pytest.fixture
def house(engine: Engine) -> House:
    return House.found(engine)


@pytest.fixture
def admin(app: Flask, house: House) -> Caller:
    return Caller.enter(app, house.engine, house.person("peter.quayle"), scopes=EVENTS)


def test_a_system_reads_all_that_happened_page_by_page(admin: Caller, house: House) -> None:
    case_id = build(house, "S2", upto=None)
    found, cursor, more = [], "", True
    while more:
        page = admin.get(f"/events?limit=2&after={cursor}")
        assert set(page) == {"events", "next_cursor", "more"}
        found += page["events"]
        cursor, more = page["next_cursor"], page["more"]
    assert found == admin.get("/events")["events"]
    assert [each["type"] for each in found][:1] == ["case.submitted"]
    assert [each["type"] for each in found][-2:] == ["case.released", "case.closed"]
    assert {each["case_id"] for each in found} == {case_id}
    assert set(found[0]) == {"id", "type", "happened_at", "case_id", "reference", "stage"}
    assert admin.get(f"/events?after={cursor}") == {"events": [], "next_cursor": cursor, "more": False}


def test_the_account_of_a_system_reads_them_for_its_organisation(app: Flask, house: House) -> None:
    house.holds("joan.pike", Role.ADMINISTRATOR, "marlbridge")
    boss, place, tokens = house.person("joan.pike"), house.organisation("marlbridge").id, Tokens(house.engine)
    case_id = build(house, "S2", upto="ig_advice")
    now = house.later(case_id)
    account = tokens.add_account(
        boss, place, name="Case system", email="cases@marlbridge.example", roles=["requester"],
        command_id=str(uuid7()), now=now,
    )  # fmt: skip
    made = tokens.add_account_token(
        boss, place, account, name="Live", scopes=EVENTS, days=30, command_id=str(uuid7()), now=now
    )
    system = Caller(app.test_client(), made.token)
    assert {each["case_id"] for each in system.get("/events")["events"]} == {case_id}


def test_others_are_refused(app: Flask, house: House) -> None:
    build(house, "S2", upto="ig_advice")
    manager = Caller.enter(app, house.engine, house.person("martin.shaw"), scopes=EVENTS)
    assert manager.get("/events", status=403)["code"] == "not_administrator"
    boss = house.person("peter.quayle")
    reader = Caller.enter(app, house.engine, boss, scopes=(Scope.READ.value,))
    assert reader.get("/events", status=403)["code"] == "out_of_scope"


def test_a_cursor_or_a_query_that_cannot_be_is_refused_by_name(admin: Caller, house: House) -> None:
    build(house, "S2", upto="ig_advice")
    for cursor in ("x", str(uuid4()), str(uuid7())):
        assert admin.get(f"/events?after={cursor}", status=400)["code"] == "cursor_unknown"
    for query in ("limit=0", "limit=501", "limit=x", "after=" + "a" * 37, "before=x", "limit=1&limit=2"):
        assert admin.get(f"/events?{query}", status=400)["code"] == "bad_query"
    first = admin.get("/events?limit=1")["next_cursor"]
    with house.engine.begin() as connection:
        connection.execute(text("DELETE FROM announcements WHERE id = cast(:id AS uuid)"), {"id": first})
    gone = admin.get(f"/events?after={first}", status=410)
    assert gone["code"] == "cursor_expired"
    assert "from the beginning" in gone["detail"]
