"""More time at the pages: the form, what is read back, who is told, and a second lateness that is told again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.builders import House
from tests.webapp.holder import GUARDIAN, LEAD, MANAGER, REQUESTER, Desk, confirm
from workflows.core.commands import CLOCK, GiveBack

pytestmark = pytest.mark.feature("C8")


@pytest.fixture
def desk(house: House, app: Flask) -> Desk:
    """People at their desks."""
    return Desk(house, app)


def test_a_manager_gives_more_time_and_everybody_concerned_reads_why(desk: Desk) -> None:
    case = desk.case(upto="ig_advice")
    manager = desk.sit(MANAGER)
    assert manager.open(f"/cases/{case}").links()["Give more time"] == f"/cases/{case}/extend"
    page = manager.open(f"/cases/{case}/extend")
    assert "The workflow allows 2 working days more in all; 2 can still be given." in page.text
    assert manager.submit({"amount": "three", "reason": ""}, status=422).errors() == {
        "amount": "Write a whole number from 1 to 2.",
        "reason": "Say why more time is needed. The requester reads it.",
    }
    say = "The time here can be extended by 2 working days in all. Write 2 or less."
    assert manager.submit({"amount": "3", "reason": "Illness."}, status=422).errors() == {"amount": say}
    back = manager.submit({"amount": "1", "reason": "Illness."})
    assert back.h1 == "Is this the time you want to give?"
    assert "Due now" in back.text
    assert "Due then" in back.text
    assert desk.house.case(case).clock is not None
    done = manager.submit(confirm(back))
    assert "More time was given. The requester has been told." in done.text
    clock = desk.house.case(case).clock
    assert clock is not None
    assert [(each.amount, each.reason, each.by_name) for each in clock.extensions] == [(1, "Illness.", "Martin Shaw")]
    history = desk.sit(REQUESTER).open(f"/cases/{case}")
    assert "Time extended by 1 working day" in history.text
    assert "Illness." in history.text
    for who in (REQUESTER, LEAD):
        assert "The time was extended: it falls due later" in desk.sit(who).open("/notifications").text


def test_who_may_not_and_where_none_is_allowed(desk: Desk) -> None:
    case = desk.case(upto="adjudication")
    assert "Give more time" not in desk.sit(GUARDIAN).open(f"/cases/{case}").text
    desk.sit(GUARDIAN).open(f"/cases/{case}/extend", status=409)
    desk.sit("jess.holloway").open(f"/cases/{case}/extend", status=404)
    waiting = desk.case(upto="information_needed")
    page = desk.sit(MANAGER).open(f"/cases/{waiting}")
    assert "The time for “Information needed” cannot be extended" in page.text


def test_a_page_that_was_overtaken_says_so_and_a_second_click_gives_no_more(desk: Desk) -> None:
    case = desk.case(upto="ig_advice")
    manager, other = desk.sit(MANAGER), desk.sit(MANAGER)
    for client in (manager, other):
        client.open(f"/cases/{case}/extend")
    back = manager.submit({"amount": "1", "reason": "Illness."})
    stale = other.submit({"amount": "1", "reason": "Leave."})
    manager.submit(confirm(back))
    assert "Leave." in other.submit(confirm(stale), status=409).text
    manager.send(back.path, confirm(back))
    clock = desk.house.case(case).clock
    assert clock is not None
    assert len(clock.extensions) == 1


def test_an_unanswered_question_is_told_on_the_case_page(desk: Desk) -> None:
    case = desk.case(upto="information_needed")
    clock = desk.house.case(case).clock
    assert clock is not None
    at = datetime.now(UTC) + timedelta(days=40)
    desk.house.casework.execute(
        GiveBack(id=desk.house.new_id(), actor=CLOCK, at=at, case_id=case, rung="give_back", clock=clock.number)
    )
    for who in (REQUESTER, LEAD):
        page = desk.sit(who).open(f"/cases/{case}").text
        assert "Not answered in time. It went back to who asked." in page
        assert "Question 1 not answered: the clock runs on without it" in page
        assert "has gone back" in desk.sit(who).open("/notifications").text
