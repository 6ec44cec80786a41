"""Who decides with whom, at the pages: standing aside."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from tests.builders import House
from tests.webapp.holder import DEPUTY, GUARDIAN, MANAGER, Desk
from workflows.service.unit_of_work import Engine, transaction

pytestmark = pytest.mark.feature("C18")
LISTS = ("/work", "/work?tab=team", "/work?tab=waiting", "/work?tab=done", "/notifications")


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    return Desk(House.found(engine), app)


@pytest.mark.feature("C19")
def test_who_stands_aside_loses_the_request_from_every_page_and_list(desk: Desk) -> None:
    case = desk.case()
    reference = desk.house.case(case).reference
    client = desk.sit(GUARDIAN)
    assert reference in client.open("/work").html
    assert reference in client.open("/notifications").html
    client.open(f"/cases/{case}/conflict")
    assert client.submit({"reason": " "}, status=422).errors() == {
        "reason": "Say in a sentence why you cannot work on this request."
    }
    page = client.submit({"reason": "I was at school with the father."})
    assert page.path == "/work"
    assert "You have stood aside." in page.text
    for address in LISTS:
        assert reference not in client.open(address).html, address
    for address in ("", "/decide", "/ask", "/conflict", "/record"):
        client.open(f"/cases/{case}{address}", status=404)
    colleague = desk.sit(DEPUTY)
    assert "I was at school with the father." in colleague.open(f"/cases/{case}").text
    manager = desk.sit(MANAGER).open("/notifications")
    assert "Somebody has stood aside from this" in manager.text


@pytest.mark.feature("C19")
def test_a_shared_surname_takes_the_request_off_every_list(desk: Desk, engine: Engine) -> None:
    case = desk.case()
    reference = desk.house.case(case).reference
    with transaction(engine) as connection:
        for email in (desk.house.person(GUARDIAN).email, desk.house.person(MANAGER).email):
            connection.execute(text("UPDATE people SET name = 'Dr Anne Orrin' WHERE email = :e"), {"e": email})
    client = desk.sit(GUARDIAN)
    for address in LISTS:
        assert reference not in client.open(address).html, address
    client.open(f"/cases/{case}", status=404)
    manager = desk.sit(MANAGER)
    assert reference not in manager.open("/board").html
    manager.open(f"/cases/{case}", status=404)
    assert reference in desk.sit(DEPUTY).open("/work").html
