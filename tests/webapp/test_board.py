"""The manager's board: what needs someone, chase and reassign with a result for each case."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from flask import Flask

from tests.builders import House
from tests.counting import statements
from tests.page import Page, PageClient, words
from tests.webapp.holder import DEPUTY, GUARDIAN, LEAD, MANAGER, REQUESTER, Desk
from workflows.core.commands import Chase, Reassign, Withdraw
from workflows.service.filling import copies
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
    assert "Waiting for the Caldicott Guardian" in page.text
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


@pytest.mark.feature("C20", "C22")
def test_what_has_run_out_is_overdue_before_any_sweep_has_said_so(desk: Desk) -> None:
    """Found on a picture: with the worker stopped the board said that nothing was overdue, above an overdue row."""
    late, fine = desk.case(days_ago=30), desk.case(days_ago=0)
    assert not desk.house.case(late).overdue
    client = desk.sit(MANAGER)
    page = client.open("/board")
    assert "1 overdue" in page.text
    shown = client.open("/board?state=overdue").html
    assert late in shown
    assert fine not in shown
    assert late not in client.open("/board?state=today").html


@pytest.mark.feature("C22")
def test_the_other_organisation_the_person_and_what_is_waited_for_are_filters(desk: Desk) -> None:
    at_guardian, asked, given = desk.case(), desk.case(upto="information_needed"), desk.case(upto="ig_advice")
    lucy, marlbridge = desk.house.person(LEAD).id, desk.house.organisation("marlbridge").id
    desk.house.give(Reassign, MANAGER, given, to_person=lucy, to_eligible=True, reason="Hers.")
    client = desk.sit(MANAGER)
    every = {at_guardian, asked, given}
    priya = desk.house.person(REQUESTER).id
    for query, left in {
        f"agency={marlbridge}": every,
        f"agency={desk.house.organisation('harrowmere').id}": set(),
        f"holder={lucy}": {given},
        f"holder={priya}": {asked},
        "holder=nobody": {at_guardian},
        "waits=requester": {asked},
        "waits=holder": {at_guardian, given},
        "waits=paused": {asked},
        f"waits=holder&holder={lucy}&agency={marlbridge}&state=": {given},
    }.items():
        page = client.open(f"/board?{query}")
        assert {case for case in every if f"/cases/{case}" in page.html} == left, query
    page = client.open(f"/board?agency={marlbridge}&waits=paused")
    assert "Organisation: Marlbridge County Council" in page.text
    assert "Waits for: Nobody: the clock is paused" in page.text


@pytest.mark.feature("C22")
def test_urgency_beats_age_and_time_left_beats_it_within_one_urgency(desk: Desk) -> None:
    old = desk.case("S4", upto="ig_advice", days_ago=60)
    soon, sooner = desk.case(days_ago=0.01), desk.case(days_ago=1)
    page = desk.sit(MANAGER).open("/board?group=holder")
    assert [desk.house.case(case).urgency.value for case in (old, soon)] == ["routine", "priority"]
    listed = sorted((old, soon, sooner), key=page.html.index)
    assert listed == [sooner, soon, old]


@pytest.mark.feature("C22")
def test_a_row_tells_who_is_waited_for_who_was_chased_and_why_the_clock_stands(desk: Desk) -> None:
    case = desk.case(upto="information_needed", days_ago=9)
    later = desk.house.case(case).stage_since
    for day in (1, 2):
        desk.house.give(Chase, MANAGER, case, at=later + timedelta(days=day))
    page = desk.sit(MANAGER).open("/board")
    assert "Waiting for Priya Anand (requester) for " in page.text
    assert "The clock is paused since " in page.text
    assert "a question about the whole request was asked at “Information governance advice”" in page.text
    assert "Chased twice, last on " in page.text
    assert "by Martin Shaw." in page.text
    assert "Which months" not in page.html
    on_case = desk.sit(REQUESTER).open(f"/cases/{case}")
    assert "Why it has not been answered yet" in on_case.text
    assert "Chased twice" in on_case.text


def ticked(client: PageClient, act: str, *cases: str, **query: str) -> Page:
    """Tick cases on the board and press a button."""
    where = "/board" + "".join(f"{'&' if number else '?'}{n}={v}" for number, (n, v) in enumerate(query.items()))
    page = client.open(where)
    return client.send("/board/choose", {**page.form("/board/choose").fields, "case": list(cases), "act": act})


NAMES = ("state", "stage", "urgency", "holder", "side", "group", "org", "page", "agency", "waits")
NUL = [f"{name}=%00" for name in NAMES]


@pytest.mark.parametrize(
    "query",
    [
        "state=late",
        "side=both",
        "group=x",
        "urgency=now",
        "holder=1",
        "page=0",
        "stage=" + "x" * 80,
        "agency=1",
        "waits=us",
        *NUL,
    ],
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
    page = ticked(client, "chase", first, second, urgency="priority")
    assert page.h1 == "Chase 2 requests?"
    for reference in references(desk, first, second):
        assert reference in page.text
    desk.house.give(Withdraw, "priya.anand", second, reason="No longer needed.")
    page = client.submit()
    assert page.h1 == "Chased: 1 of 2 requests done."
    for reference in references(desk, first, second):
        assert reference in page.text
    assert "This request is closed." in page.text
    assert page.links()["Back to the board"] == "/board?urgency=priority"
    assert "Chased by a manager" in client.open(f"/cases/{first}").text


@pytest.mark.feature("C22")
def test_of_ten_with_two_ineligible_eight_change_and_two_are_named(desk: Desk) -> None:
    made = [desk.case() for _ in range(8)]
    gone = [desk.case(upto="ig_advice") for _ in range(2)]
    client = desk.sit(MANAGER)
    ticked(client, "chase", *made, *gone)
    fields = client.page.form().fields if client.page else {}
    for case in gone:
        desk.house.give(Withdraw, REQUESTER, case, reason="No longer needed.")
    page = client.send("/board/chase", fields)
    assert page.h1 == "Chased: 8 of 10 requests done."
    refused = [words(row) for row in page.all("tr") if "Not done" in words(row)]
    assert [row.split()[0] for row in refused] == references(desk, *gone)
    assert all("This request is closed." in row for row in refused)
    versions = [desk.house.case(case).version for case in (*made, *gone)]
    client.open("/board")
    again = client.send("/board/chase", {**fields, "csrf_token": client.token()})
    assert again.h1 == "Chased: 8 of 10 requests done."
    assert [desk.house.case(case).version for case in (*made, *gone)] == versions


def test_a_foreign_case_among_those_ticked_is_not_told_of(desk: Desk) -> None:
    mine, foreign = desk.case(), desk.case("S1", upto="ig_advice")
    client = desk.sit(MANAGER)
    page = ticked(client, "chase", mine, foreign, str(uuid.uuid4()))
    assert "2 that are not on this board" in page.text
    assert references(desk, foreign)[0] not in page.text
    page = client.submit()
    assert page.h1 == "Chased: 1 of 3 requests done."
    assert references(desk, foreign)[0] not in page.text
    assert page.text.count("A request you cannot see") == 2


def test_chasing_twice_by_a_double_click_is_once(desk: Desk) -> None:
    case = desk.case()
    client = desk.sit(MANAGER)
    fields = ticked(client, "chase", case).form().fields
    client.send("/board/chase", fields)
    version = desk.house.case(case).version
    client.open("/board")
    client.send("/board/chase", {**fields, "csrf_token": client.token()})
    assert desk.house.case(case).version == version


def test_one_case_is_chased_from_its_page(desk: Desk) -> None:
    case = desk.case()
    client = desk.sit(MANAGER)
    page = client.open(f"/cases/{case}/chase")
    assert page.h1 == "Chase whoever has this request?"
    page = client.submit(action=f"/cases/{case}/chase")
    assert "A reminder was sent." in page.text
    desk.sit(GUARDIAN).open(f"/cases/{case}/chase", status=409)


@pytest.mark.feature("C22")
def test_nothing_ticked_or_too_much_says_what_to_do(desk: Desk) -> None:
    desk.case()
    client = desk.sit(MANAGER)
    for act in ("chase", "reassign"):
        assert "Tick at least one request first" in ticked(client, act, urgency="priority").text
        assert client.page is not None
        assert client.page.path == "/board?urgency=priority"
        assert "Tick at least one request first" in client.open(f"/board/{act}").text
    many = [str(uuid.uuid4()) for _ in range(51)]
    assert "Tick at most 50 requests at a time" in ticked(client, "chase", *many).text
    page = client.open("/board")
    for wrong in ({"case": "not-an-id", "act": "chase"}, {"act": "erase"}):
        client.send("/board/choose", {**page.form("/board/choose").fields, **wrong}, status=400)


def test_reassigning_asks_to_whom_and_why(desk: Desk) -> None:
    case, other = desk.case(), desk.case(upto="ig_advice")
    client = desk.sit(MANAGER)
    page = ticked(client, "reassign", case, other)
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


@pytest.mark.feature("C22")
def test_the_board_sends_the_same_statements_for_one_case_and_for_a_thousand(desk: Desk, engine: Engine) -> None:
    case = desk.case()
    client = desk.sit(MANAGER)
    paths = ("/board", "/board?group=holder&state=risk", "/board?waits=holder&urgency=priority", "/board?page=2")
    counts = []
    for number in (0, 999):
        copies(engine, desk.house.casework.library, case, number)
        for path in paths:
            client.open(path)
        counts.append([])
        for path in paths:
            with statements(engine) as sent:
                client.open(path)
            counts[-1].append(len(sent))
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 9, counts


@pytest.mark.feature("C22")
def test_of_ten_extended_with_two_ineligible_eight_get_more_time(desk: Desk) -> None:
    made = [desk.case() for _ in range(8)]
    paused = [desk.case(upto="information_needed") for _ in range(2)]
    client = desk.sit(MANAGER)
    page = ticked(client, "extend", *made, *paused)
    assert page.h1 == "Extend the time of 10 requests"
    assert "counted in working days" in page.text
    assert set(client.submit({"amount": "half"}, status=422).errors()) == {"amount", "reason"}
    page = client.submit({"amount": "1", "reason": "The Guardian is at a hearing."})
    assert page.h1 == "Extended: 8 of 10 requests done."
    refused = [words(row) for row in page.all("tr") if "Not done" in words(row)]
    assert [row.split()[0] for row in refused] == references(desk, *paused)
    for case in made:
        clock = desk.house.case(case).clock
        assert clock is not None
        assert [each.amount for each in clock.extensions] == [1]
    board = client.open("/board").text
    assert "Extended by 1 working day on " in board
    assert ", until " in board
    assert "at a hearing" not in board
    page = ticked(client, "extend", *made)
    page = client.submit({"amount": "40", "reason": "Far more."})
    assert page.h1 == "Extended: 0 of 8 requests done."
    assert page.text.count("has been extended by all of the 1 working day") == 8
