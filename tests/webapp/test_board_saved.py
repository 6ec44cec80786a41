"""Saved filters: hers alone, by name; an address that holds ids and fixed words only."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask

from tests.builders import House
from tests.page import Page, PageClient
from tests.webapp.holder import GUARDIAN, LEAD, MANAGER, Desk
from workflows.core.definition import Role
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C22")


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    return Desk(House.found(engine), app)


def save(client: PageClient, query: str, name: str, *, status: int = 200) -> Page:
    client.open(f"/board/saved?{query}")
    return client.submit({"name": name}, action="/board/saved", status=status)


def test_a_filter_is_saved_under_a_name_opened_and_removed(desk: Desk) -> None:
    desk.case()
    lucy = desk.house.person(LEAD).id
    query = f"urgency=priority&holder={lucy}&waits=holder&group=holder"
    client = desk.sit(MANAGER)
    page = client.open(f"/board?{query}")
    client.open(page.links()["Save this filter"])
    page = client.submit({"name": "  Lucy,   urgent "}, action="/board/saved")
    assert "The filter was saved as “Lucy, urgent”." in page.text
    address = page.links()["Lucy, urgent"]
    assert set(address.partition("?")[2].split("&")) == set(query.split("&"))
    assert "Given to: Lucy Brandt" in client.open(address).text
    page = client.open("/board/saved")
    (form,) = [each.get("action", "") for each in page.all("form") if each.get("action", "").endswith("/remove")]
    page = client.submit(action=form)
    assert "The filter was removed." in page.text
    assert "Lucy, urgent" not in client.open("/board").text


def test_bad_names_are_refused_with_what_to_do(desk: Desk) -> None:
    client = desk.sit(MANAGER)
    assert save(client, "state=risk", " ", status=422).errors() == {"name": "Give the filter a name."}
    assert "at most 60 characters" in save(client, "state=risk", "x" * 61, status=422).errors()["name"]
    save(client, "state=risk", "At risk")
    assert "Choose another name" in save(client, "state=paused", "AT RISK", status=422).errors()["name"]
    for number in range(19):
        save(client, "state=risk", f"Filter {number}")
    assert "Remove one first." in save(client, "state=risk", "One more", status=422).errors()["name"]
    assert "One more" not in client.open("/board").links()


def test_the_same_form_twice_saves_once(desk: Desk) -> None:
    client = desk.sit(MANAGER)
    client.open("/board/saved?state=risk")
    fields = {**client.page.form("/board/saved").fields, "name": "At risk"} if client.page else {}
    for _ in range(2):
        client.send("/board/saved", fields)
    page = client.open("/board/saved")
    assert len([each for each in page.all("form") if each.get("action", "").endswith("/remove")]) == 1


def test_nobody_sees_or_removes_anothers_filters(desk: Desk) -> None:
    client = desk.sit(MANAGER)
    save(client, "state=risk", "Mine")
    page = client.open("/board/saved")
    (remove,) = [each.get("action", "") for each in page.all("form") if each.get("action", "").endswith("/remove")]
    desk.house.holds(LEAD, Role.MANAGER, "harrowmere")
    other = desk.sit(LEAD)
    assert "Mine" not in other.open("/board").text
    other.send(remove, {})
    assert "Mine" in client.open("/board").text
    desk.sit(GUARDIAN).open("/board/saved?state=risk", status=404)


@pytest.mark.parametrize("query", ["state=late", "holder=priya.anand", "stage=A%20name", "agency=x"])
def test_what_the_board_does_not_offer_is_neither_shown_nor_kept(desk: Desk, query: str) -> None:
    client = desk.sit(MANAGER)
    client.open(f"/board/saved?{query}", status=404)
    client.open("/board/saved?state=risk")
    name, _, value = query.partition("=")
    fields = {"command_id": str(uuid.uuid4()), "name": "X", name: value}
    client.send("/board/saved", fields, status=400)
