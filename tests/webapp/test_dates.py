"""Why these dates: each clock day by day, with its pauses and extensions, and what the words mean."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from tests.builders import House, build
from tests.page import PageClient
from tests.webapp.holder import GUARDIAN, LEAD, MANAGER, OUTSIDER, REQUESTER, Desk
from workflows.core.commands import Answer, Ask, Extend
from workflows.definitions.loader import read_builtin
from workflows.service.unit_of_work import Engine, reading
from workflows.store import cases

pytestmark = pytest.mark.feature("C8")


@pytest.fixture
def desk(house: House, app: Flask) -> Desk:
    """People at their desks."""
    return Desk(house, app)


def asked_and_extended(desk: Desk) -> str:
    """A request at the adviser's desk, with a question that was answered and a day more."""
    case = desk.case(upto="ig_advice", days_ago=0.2)
    desk.house.give(Ask, LEAD, case, question="Which months?")
    desk.house.give(Answer, REQUESTER, case, answer="October.")
    desk.house.give(Extend, MANAGER, case, at=datetime.now(UTC), amount=1, reason="Illness in the team.")
    return case


def test_every_clock_is_there_with_who_paused_it_and_who_extended_it(desk: Desk) -> None:
    case = asked_and_extended(desk)
    client = desk.sit(GUARDIAN)
    assert client.open(f"/cases/{case}").links()["Why these dates?"] == f"/cases/{case}/dates"
    page = client.open(f"/cases/{case}/dates")
    titles = page.text.split("Whose time it is")
    assert len(titles) == 4, "the consent check, the question and the advice"
    for words in (
        "2 working days, with what was given 3 working days",
        "waiting for the requester. Asked by Lucy Brandt; answered.",
        "1 working day more, given on",
        "by Martin Shaw: Illness in the team.",
        "England and Wales",
        "Bank holidays are known up to 31 December 2032",
        "The Manager or the Caldicott Guardian can extend this time by 2 working days in all.",
        "day of receipt",
    ):
        assert words in page.text, words


def test_the_definitions_stand_on_the_page_and_in_the_help(desk: Desk) -> None:
    case = asked_and_extended(desk)
    client = desk.sit(REQUESTER)
    for address in (f"/cases/{case}/dates", "/help"):
        page = client.open(address).text
        for word in ("Age", "Waiting", "Paused", "Late", "Extended", "Working hour"):
            assert word in page
        assert "Three quarters of the time have passed." in page


def test_an_emergency_says_that_its_time_is_never_extended(desk: Desk) -> None:
    case = desk.case("S3", upto=None)
    owner = desk.house.case(case).requester
    who = next(person.email for person in desk.house.cast.people.values() if person.id == owner)
    page = desk.sit(who).open(f"/cases/{case}/dates")
    assert "None: hours run day and night, on every day" in page.text


def test_who_may_not_know_the_request_sees_no_dates_and_a_draft_has_none(desk: Desk, client: PageClient) -> None:
    case = asked_and_extended(desk)
    desk.sit(OUTSIDER).open(f"/cases/{case}/dates", status=404)
    draft = desk.case(upto="submit")
    assert "No clock has been started yet." in desk.sit(REQUESTER).open(f"/cases/{draft}/dates").text


def test_a_workflow_can_count_by_the_calendar_of_freedom_of_information(engine: Engine) -> None:
    house = House.found(
        engine, workflow=read_builtin("standard").replace("start: draft", "start: draft\ncalendar: foi")
    )
    case = build(house, "S2", upto="ig_advice")
    with reading(engine) as connection:
        found = cases.read(connection, case)
    assert found is not None
    assert found.calendar == "foi"
    assert found.clock is not None
    assert found.clock.calendar == "foi"


@pytest.mark.feature("C1")
def test_a_name_in_a_reason_is_hidden_from_who_advises_and_a_recipient_reads_none(desk: Desk) -> None:
    case = desk.case(upto="ig_advice", days_ago=0.2)
    desk.house.give(Extend, MANAGER, case, at=datetime.now(UTC), amount=1, reason="Mr Orrin is in hospital.")
    assert "Mr Orrin is in hospital." in desk.sit(REQUESTER).open(f"/cases/{case}/dates").text
    page = desk.sit(LEAD).open(f"/cases/{case}/dates").text
    assert "is in hospital." in page
    assert "Orrin" not in page


def test_while_a_question_waits_the_page_says_when_it_goes_back(desk: Desk) -> None:
    case = desk.case(upto="information_needed", days_ago=0.2)
    page = desk.sit(REQUESTER).open(f"/cases/{case}/dates").text
    assert "If no answer comes The question goes back on " in page
    assert "No date while it is paused" in page
    assert "and still: waiting for the requester. Asked by" in page
