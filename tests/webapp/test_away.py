"""When I am away: saying so at the pages, coming back early, what a deputy sees, and who held an authority."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.builders import House
from tests.webapp.holder import GUARDIAN, MANAGER, REQUESTER, Desk, choices, confirm
from workflows.core.commands import Reassign

pytestmark = pytest.mark.feature("C11")

SAMIR, LUCY = "samir.haddad", "lucy.brandt"


@pytest.fixture
def desk(house: House, app: Flask) -> Desk:
    """People at their desks."""
    return Desk(house, app)


def today(desk: Desk) -> date:
    return desk.house.casework.now().date()


def days(first: date, last: date) -> dict[str, str]:
    parts = {"day": "%-d", "month": "%-m", "year": "%Y"}
    both = (("first", first), ("last", last))
    return {f"{name}-{part}": day.strftime(form) for name, day in both for part, form in parts.items()}


def deputies(desk: Desk, *who: str) -> dict[str, str]:
    return {f"deputy-{number}": desk.house.person(each).id for number, each in enumerate(who, start=1)}


def go_away(desk: Desk, who: str, *stand_in: str, length: int = 5, **more: Any) -> None:
    now = today(desk)
    browser = desk.sit(who)
    browser.open("/away/new")
    back = browser.submit({**days(now, now + timedelta(days=length)), **deputies(desk, *stand_in), **more})
    assert back.h1 == "Check who stands in", back.text
    done = browser.submit(confirm(back))
    assert "It is written down." in done.text


def test_a_guardian_says_when_she_is_away_and_comes_back_early(desk: Desk) -> None:
    browser = desk.sit(GUARDIAN)
    assert browser.open("/account").links()["Say when you are away and who stands in"] == "/away"
    assert "You have not said that you are away." in browser.open("/away").text
    go_away(desk, GUARDIAN, SAMIR, LUCY, reason="Annual leave")
    page = browser.open("/away")
    for words in ("Away now", "Samir Haddad then Lucy Brandt", "Annual leave", "Harrowmere"):
        assert words in page.text, words
    asked = browser.open(next(url for text, url in page.links().items() if text.startswith("End it")))
    assert asked.h1 == "End your absence?"
    done = browser.submit({})
    assert "The absence has ended." in done.text
    assert "Ended early" in done.text


def test_what_is_missing_or_wrong_is_said_at_its_field(desk: Desk) -> None:
    browser, now = desk.sit(GUARDIAN), today(desk)
    browser.open("/away/new")
    assert browser.submit({}, status=422).errors() == {
        "first": "Enter the first day away.",
        "last": "Enter the last day away.",
    }
    wrong = {**days(now, now), "last-day": "31", "last-month": "2"}
    assert browser.submit(wrong, status=422).errors() == {"last": "The last day away: this must be a real date."}
    past = days(now - timedelta(days=2), now + timedelta(days=2))
    assert browser.submit(past, status=422).errors() == {"first": "The first day away must be today or later."}
    reversed_ = days(now + timedelta(days=4), now + timedelta(days=2))
    assert browser.submit({**reversed_, **deputies(desk, SAMIR)}, status=422).errors() == {
        "last": "The last day away must be the same as or after the first day away."
    }
    none = browser.submit({**days(now, now), "deputy-1": ""}, status=422)
    assert none.errors() == {"deputy-1": "Choose at least one person who stands in."}
    far = {**days(now, now), "last-year": "9999"}
    assert "within the next few years" in browser.submit(far, status=422).errors()["last"]
    twice = browser.submit({**days(now, now), **deputies(desk, SAMIR, SAMIR)}, status=422)
    assert twice.errors() == {"deputy-1": "Choose each person who stands in only once."}
    assert "You have not said that you are away." in browser.open("/away").text


def test_sending_the_same_page_twice_writes_it_down_once(desk: Desk) -> None:
    browser, now = desk.sit(GUARDIAN), today(desk)
    browser.open("/away/new")
    back = browser.submit({**days(now, now), **deputies(desk, SAMIR)})
    fields = confirm(back)
    browser.submit(fields)
    browser.send("/away/new", fields)
    assert browser.open("/away").text.count("Away now") == 1


def test_a_deputy_finds_the_work_and_is_named_for_the_guardian(desk: Desk) -> None:
    case = desk.case()
    go_away(desk, GUARDIAN, SAMIR)
    deputy = desk.sit(SAMIR)
    assert "You stand in for Dr Anne Whitcombe, away until" in deputy.open("/work").text
    assert f"/cases/{case}" in deputy.open("/work").links().values()
    assert f"/cases/{case}" not in desk.sit(GUARDIAN).open("/work").links().values()
    assert "You are away until" in desk.sit(GUARDIAN).open("/work").text
    deputy.open(f"/cases/{case}/decide")
    back = deputy.submit(choices())
    deputy.submit(confirm(back))
    assert "Samir Haddad for Dr Anne Whitcombe" in desk.sit(REQUESTER).open(f"/cases/{case}").text


def test_the_board_and_the_case_say_who_stands_in(desk: Desk) -> None:
    case = desk.case()
    house = desk.house
    house.give(
        Reassign, MANAGER, case, to_person=house.person(GUARDIAN).id, to_eligible=False, reason="Hers.",
        at=house.casework.now(),
    )  # fmt: skip
    go_away(desk, GUARDIAN, SAMIR)
    for address in ("/board", f"/cases/{case}"):
        text = desk.sit(MANAGER).open(address).text
        assert "Dr Anne Whitcombe (away, Samir Haddad stands in)" in text, address


def test_a_manager_says_it_for_a_colleague_and_others_cannot(desk: Desk) -> None:
    manager, now = desk.sit(MANAGER), today(desk)
    manager.open("/away/colleague")
    start = now + timedelta(days=2)
    asked = {**days(start, start), **deputies(desk, SAMIR)}
    assert manager.submit({**asked, "person": ""}, status=422).errors() == {"person": "Choose who is away."}
    back = manager.submit({**asked, "person": desk.house.person(GUARDIAN).id})
    assert "Dr Anne Whitcombe" in back.text
    done = manager.submit(confirm(back))
    assert "Dr Anne Whitcombe: To come" in done.text
    assert "To come" in desk.sit(GUARDIAN).open("/away").text
    for address in ("/away/colleague", "/away/authority"):
        desk.sit(LUCY).open(address, status=404)
    address = next(url for text, url in done.links().items() if text.startswith("End it"))
    desk.sit(LUCY).open(address, status=404)
    assert "Taken back" in _ended(desk, address)


def _ended(desk: Desk, address: str) -> str:
    browser = desk.sit(GUARDIAN)
    browser.open(address)
    text: str = browser.submit({}).text
    return text


def test_who_held_the_authority_on_a_day(desk: Desk) -> None:
    go_away(desk, GUARDIAN, SAMIR)
    tomorrow = today(desk) + timedelta(days=1)
    browser = desk.sit(MANAGER)
    day = tomorrow.strftime("on-day=%-d&on-month=%-m&on-year=%Y")
    page = browser.open(f"/away/authority?role=caldicott_guardian&{day}")
    assert "Away. Stood in: Samir Haddad" in page.text
    later = (tomorrow + timedelta(days=30)).strftime("on-day=%-d&on-month=%-m&on-year=%Y")
    page = browser.open(f"/away/authority?role=caldicott_guardian&{later}")
    assert "Samir" not in page.text
    assert "Held it, and was not away" in page.text
    assert browser.open("/away/authority?on-day=31&on-month=2&on-year=2027", status=422).errors()
    assert browser.open("/away/authority?on-day=1&on-month=2&on-year=1027", status=422).errors()
    assert "Nobody had this role" in browser.open(f"/away/authority?role=adjudicator&{day}").text
