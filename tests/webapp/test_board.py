"""The manager's board: what needs someone, chase and reassign with a result for each case."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask

from tests.builders import House
from tests.page import words
from tests.webapp.holder import DEPUTY, GUARDIAN, MANAGER, Desk
from workflows.core.commands import Withdraw
from workflows.store.engine import Engine


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    return Desk(House.found(engine), app)


def references(desk: Desk, *cases: str) -> list[str]:
    return [desk.house.case(case).reference for case in cases]


@pytest.mark.feature("C22")
def test_every_open_case_stands_under_its_stage(desk: Desk) -> None:
    at_guardian, at_lead, ended = desk.case(), desk.case(upto="ig_advice"), desk.case(upto=None)
    client = desk.sit(MANAGER)
    page = client.open("/board")
    assert page.h1 == "What needs someone"
    headings = [words(heading) for heading in page.all("h2")]
    assert "Adjudication (1)" in headings
    assert "Information governance advice (1)" in headings
    for case in (at_guardian, at_lead):
        assert f"/cases/{case}" in page.html
    assert ended not in page.html
    assert "Waiting for less than a day" in page.text
    assert "Orrin" not in page.html
    by_holder = client.open("/board?group=holder")
    assert any("Caldicott Guardian" in words(heading) for heading in by_holder.all("h2"))


def test_filters_stand_in_the_address(desk: Desk) -> None:
    at_guardian, at_lead = desk.case(), desk.case(upto="ig_advice")
    client = desk.sit(MANAGER)
    page = client.open("/board?stage=ig_advice")
    assert at_lead in page.html
    assert at_guardian not in page.html
    assert "Stage: Information governance advice" in page.text
    assert "None fits these filters" in client.open("/board?state=paused&urgency=emergency").text
    assert at_guardian not in client.open("/board?side=asked").html


NUL = [f"{name}=%00" for name in ("state", "stage", "urgency", "holder", "side", "group", "org", "page")]


@pytest.mark.parametrize(
    "query", ["state=late", "side=both", "group=x", "urgency=now", "holder=1", "page=0", "stage=" + "x" * 80, *NUL]
)
def test_a_filter_that_there_is_not_is_not_found(desk: Desk, query: str) -> None:
    desk.sit(MANAGER).open(f"/board?{query}", status=404)


def test_only_managers_of_the_organisation_have_its_board(desk: Desk) -> None:
    desk.sit(GUARDIAN).open("/board", status=404)
    elsewhere = desk.house.organisation("marlbridge").id
    desk.sit(MANAGER).open(f"/board?org={elsewhere}", status=404)


@pytest.mark.feature("C22")
def test_chasing_says_for_each_case_what_became_of_it(desk: Desk) -> None:
    first, second = desk.case(), desk.case(upto="ig_advice")
    client = desk.sit(MANAGER)
    client.open("/board")
    desk.house.give(Withdraw, "priya.anand", second, reason="No longer needed.")
    page = client.submit(action="/board/chase", data={"case": [first, second]})
    assert page.h1 == "Chased: 1 of 2 requests done."
    for reference in references(desk, first, second):
        assert reference in page.text
    assert "This request is closed." in page.text
    assert "Chased by a manager" in client.open(f"/cases/{first}").text


def test_a_foreign_case_among_those_ticked_is_not_told_of(desk: Desk) -> None:
    mine, foreign = desk.case(), desk.case("S1", upto="ig_advice")
    client = desk.sit(MANAGER)
    client.open("/board")
    page = client.submit(action="/board/chase", data={"case": [mine, foreign, str(uuid.uuid4())]})
    assert page.h1 == "Chased: 1 of 3 requests done."
    assert references(desk, foreign)[0] not in page.text
    assert page.text.count("A request you cannot see") == 2


def test_chasing_twice_by_a_double_click_is_once(desk: Desk) -> None:
    case = desk.case()
    client = desk.sit(MANAGER)
    page = client.open("/board")
    fields = {**page.form("/board/chase").fields, "case": case}
    client.send("/board/chase", fields)
    version = desk.house.case(case).version
    client.send("/board/chase", fields)
    assert desk.house.case(case).version == version


def test_one_case_is_chased_from_its_page(desk: Desk) -> None:
    case = desk.case()
    client = desk.sit(MANAGER)
    page = client.open(f"/cases/{case}/chase")
    assert page.h1 == "Chase whoever has this request?"
    page = client.submit(action=f"/cases/{case}/chase")
    assert "A reminder was sent." in page.text
    desk.sit(GUARDIAN).open(f"/cases/{case}/chase", status=409)


def test_nothing_ticked_is_said(desk: Desk) -> None:
    desk.case()
    client = desk.sit(MANAGER)
    client.open("/board")
    assert "Tick at least one request first." in client.submit(action="/board/chase").text
    assert "Tick at least one request first." in client.open("/board/reassign").text
    client.open("/board")
    client.submit(action="/board/chase", data={"case": "not-an-id"}, status=400)


def test_reassigning_asks_to_whom_and_why(desk: Desk) -> None:
    case, other = desk.case(), desk.case(upto="ig_advice")
    client = desk.sit(MANAGER)
    page = client.open("/board")
    page = client.send("/board/choose", {**page.form("/board/chase").fields, "case": [case, other]})
    assert page.h1 == "Reassign 2 requests"
    assert set(client.submit({}, status=422).errors()) == {"to_person", "reason"}
    femi = desk.house.person(DEPUTY)
    page = client.submit({"to_person": femi.id, "reason": "Away on leave."})
    assert page.h1 == "Reassigned: 1 of 2 requests done."
    assert "That person cannot do this" in page.text
    assert desk.house.case(case).assignee == femi.id
    assert desk.house.case(other).assignee == ""
    page = desk.sit(GUARDIAN).open(f"/cases/{case}")
    assert "has been given to somebody else" in page.text
    assert "Dr Femi Adeyemi" in client.open("/board").text


def test_a_forged_person_is_not_given_the_case(desk: Desk) -> None:
    case = desk.case()
    client = desk.sit(MANAGER)
    client.open(f"/board/reassign?case={case}")
    page = client.submit({"to_person": str(uuid.uuid4()), "reason": "Because."})
    assert page.h1 == "Reassigned: 0 of 1 request done."
    client.open(f"/board/reassign?case={case}")
    assert set(client.submit({"to_person": "x", "reason": "Because."}, status=422).errors()) == {"to_person"}
