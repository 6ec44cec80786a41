"""The worklist: least time left first, overdue first of all, and never a name of a person the case is about."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from tests.builders import House
from tests.page import words
from tests.webapp.holder import GUARDIAN, LEAD, OUTSIDER, Desk
from workflows.store.engine import Engine


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Desk:
    return Desk(House.found(engine), app)


@pytest.mark.feature("C22")
def test_the_overdue_stand_first_under_their_own_heading(desk: Desk) -> None:
    late, soon = desk.case(days_ago=15), desk.case(days_ago=0.1)
    page = desk.sit(GUARDIAN).open("/work")
    assert [words(heading) for heading in page.all("h2")][:2] == ["Overdue", "Least time left first"]
    links = [link.get("href") for link in page.all("a", class_="gh-reference")]
    assert links == [f"/cases/{late}", f"/cases/{soon}"]
    assert "Your work (2)" in page.h1
    assert "Decide 3 items" in page.text
    assert "Overdue by" in page.text


@pytest.mark.feature("C25")
def test_no_name_of_a_person_stands_in_a_list(desk: Desk) -> None:
    desk.case()
    page = desk.sit(GUARDIAN).open("/work")
    assert "Orrin" not in page.html
    assert "Adult A" not in page.html


def test_each_tab_shows_its_own(desk: Desk) -> None:
    at_lead, decided = desk.case(upto="ig_advice"), desk.case(upto=None, days_ago=3)
    client = desk.sit(LEAD)
    assert at_lead in client.open("/work").html
    assert at_lead in client.open("/work?tab=team").html
    done = client.open("/work?tab=done")
    assert decided in done.html
    assert "Partly shared" in done.text
    waiting = client.open("/work?tab=waiting")
    assert "There are none now." in waiting.text
    client.open("/work?tab=everything", status=404)


@pytest.mark.parametrize("number", ["0", "-1", "x", "999999", ""])
def test_a_page_that_is_no_number_is_not_found(desk: Desk, number: str) -> None:
    desk.sit(GUARDIAN).open(f"/work?page={number}", status=404)


def test_who_has_no_work_is_told_what_would_appear(desk: Desk) -> None:
    desk.case()
    page = desk.sit(OUTSIDER).open("/work")
    assert "Nothing waits for you now." in page.text


def test_a_page_past_the_end_says_so_and_leads_back(desk: Desk) -> None:
    desk.case()
    page = desk.sit(GUARDIAN).open("/work?page=2")
    assert "This page is past the end of the list." in page.text
    assert "Nothing waits" not in page.text
    assert "Your work (1)" in page.h1
    assert page.links()["Go to page 1"] == "/work?tab=mine"


def statements(engine: Engine, act: Any) -> int:
    """How many SQL statements an act needs."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_lists_and_cases_need_the_same_statements_however_much_there_is(desk: Desk, engine: Engine) -> None:
    first = desk.case()
    client = desk.sit(GUARDIAN)
    paths = ("/work", f"/cases/{first}")
    for path in paths:  # what is read once and then remembered is read here
        client.open(path)
    before = [statements(engine, lambda path=path: client.open(path)) for path in paths]
    for _ in range(3):
        desk.case()
    after = [statements(engine, lambda path=path: client.open(path)) for path in paths]
    assert before == after
    assert max(after) <= 8, after
