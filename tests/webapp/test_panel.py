"""Who decides with whom, at the pages: standing aside, and two adjudicators."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from tests.builders import House
from tests.page import Page
from tests.webapp.holder import (
    DEPUTY,
    GUARDIAN,
    LEAD,
    MANAGER,
    OFFICER,
    OUTSIDER,
    REQUESTER,
    Desk,
    choices,
    confirm,
)
from workflows.core.definition import Role
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


THIRD, CANARY = "irene.castle", "Zebra crossing at noon"


def ask_for_two(desk: Desk) -> str:
    """A case for which the Guardian has asked for a second adjudicator, at her page."""
    case = desk.case()
    client = desk.sit(GUARDIAN)
    assert "Ask for a second adjudicator" in client.open(f"/cases/{case}").text
    client.open(f"/cases/{case}/second")
    assert client.submit({"reason": ""}, status=422).errors() == {
        "reason": "Say why a second adjudicator should decide as well."
    }
    page = client.submit({"reason": "The whole record of an adult is asked for."})
    assert "Two adjudicators decide, each alone." in page.text
    assert "Ask for a second adjudicator" not in page.text
    return case


def vote(desk: Desk, who: str, case: str, **more: str) -> Page:
    """Decide at the pages, read the decision back, and confirm it."""
    client = desk.sit(who)
    client.open(f"/cases/{case}/decide")
    read_back = client.send(
        f"/cases/{case}/decide",
        {**client.page.form(f"/cases/{case}/decide").fields, **choices(**more), "action": "preview"},
    )
    return client.send(f"/cases/{case}/decide", confirm(read_back))


def everything(desk: Desk, who: str, case: str) -> str:
    """All that a person can open that might speak of the case."""
    client = desk.sit(who)
    found = []
    for address in (*LISTS, "/board", "/requests", *(f"/cases/{case}{part}" for part in ("", "/decide", "/record"))):
        answer = client.http.get(address, follow_redirects=True)
        found.append(answer.get_data(as_text=True))
    return "\n".join(found)


def test_the_first_decision_is_hidden_from_everybody_else_until_the_second_is_in(desk: Desk) -> None:
    case = ask_for_two(desk)
    desk.house.holds(THIRD, Role.ADJUDICATOR, "harrowmere")
    others = (DEPUTY, THIRD, LEAD, OFFICER, MANAGER, REQUESTER, OUTSIDER)
    canary = {"text-record-refuse": CANARY, "harm_of_sharing": CANARY, "harm_of_not_sharing": CANARY}
    page = vote(desk, GUARDIAN, case, **canary)
    assert "It is shown to nobody until the second adjudicator has decided as well." in page.text
    assert CANARY in page.html, "one's own decision can be read again"
    assert "This waits for you" not in page.text
    assert desk.house.case(case).reference not in desk.sit(GUARDIAN).open("/work").html
    for who in others:
        shown = everything(desk, who, case)
        assert CANARY not in shown, who
        assert "To be shared" not in shown, who
    assert "One of two has decided." in desk.sit(DEPUTY).open(f"/cases/{case}").text
    page = vote(desk, DEPUTY, case)
    assert "Both are in now." in page.text
    for who in (GUARDIAN, DEPUTY, THIRD, LEAD):
        assert CANARY in desk.sit(who).open(f"/cases/{case}").html, who
        assert "Two adjudicators decided apart from each other" in desk.sit(who).open(f"/cases/{case}/record").text
    assert desk.house.case(case).stage == "release"


def test_a_conflict_is_shown_and_a_third_settles_it(desk: Desk) -> None:
    case = ask_for_two(desk)
    desk.house.holds(THIRD, Role.ADJUDICATOR, "harrowmere")
    vote(desk, GUARDIAN, case)
    no = {"outcome-crisis": "refuse", "reason-crisis-refuse": "not_necessary", "text-crisis-refuse": "Too much."}
    page = vote(desk, DEPUTY, case, **no)
    assert "The two adjudicators differ about “Current crisis plan”." in page.text
    assert desk.house.case(case).decision is None
    client = desk.sit(THIRD)
    shown = client.open(f"/cases/{case}/decide")
    assert "Two adjudicators have decided and differ." in shown.text
    assert "Too much." in shown.text
    client.send(
        f"/cases/{case}/decide", {**shown.form(f"/cases/{case}/decide").fields, **choices(), "action": "preview"}
    )
    page = client.send(f"/cases/{case}/decide", confirm(client.page), status=422)
    assert page.errors() == {
        "text-crisis-share": "Item 2: Two adjudicators differ about this item: "
        "say in your own words why you settle it so."
    }
    page = vote(desk, THIRD, case, **{"text-crisis-share": "The child's carers must know whom to call."})
    decision = desk.house.case(case).decision
    assert decision is not None
    assert decision.panel == "settled"
    assert "Two adjudicators differed; a third settled it." in page.text
