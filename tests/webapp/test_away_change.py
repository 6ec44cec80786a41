"""An absence is given other dates and deputies; what a deputy finds says for whom; what is over leaves nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from tests.builders import House
from tests.webapp.holder import DEPUTY, GUARDIAN, LEAD, MANAGER, OFFICER, Desk, confirm
from tests.webapp.test_away import days, deputies, go_away, today
from tests.webapp.test_worklist import statements
from workflows.service.registering import Whole, verify
from workflows.service.unit_of_work import reading, transaction

pytestmark = pytest.mark.feature("C11")


@pytest.fixture
def desk(house: House, app: Flask) -> Desk:
    """People at their desks."""
    return Desk(house, app)


def address(desk: Desk, who: str, link: str = "Change it") -> str:
    links = desk.sit(who).open("/away").links()
    return next(url for words, url in links.items() if words.startswith(link))


def recorded(desk: Desk) -> list[str]:
    with reading(desk.house.engine) as connection:
        found = connection.execute(text("SELECT type FROM events WHERE type LIKE 'Absence%' ORDER BY seq")).scalars()
        return list(found)


def test_an_absence_that_runs_gets_another_deputy_and_end_and_what_was_stays_on_record(desk: Desk) -> None:
    case, now = desk.case(), today(desk)
    go_away(desk, GUARDIAN, OFFICER)
    browser = desk.sit(GUARDIAN)
    page = browser.open(address(desk, GUARDIAN))
    assert "It began on" in page.text
    assert not page.all("input", name="first-day")
    last = {key: value for key, value in days(now, now + timedelta(days=9)).items() if key.startswith("last")}
    back = browser.submit({**last, **deputies(desk, DEPUTY)})
    assert back.h1 == "Check who stands in"
    assert "Femi Adeyemi" in back.text
    fields = confirm(back)
    assert "The absence was changed." in browser.submit(fields).text
    browser.send(back.path, fields)
    assert browser.open("/away").text.count("Away now") == 1
    assert recorded(desk) == ["AbsenceRecorded", "AbsenceChanged"]
    assert isinstance(verify(desk.house.engine), Whole)
    assert f"/cases/{case}" in desk.sit(DEPUTY).open("/work").links().values()
    assert "You stand in for" not in desk.sit(OFFICER).open("/work").text


def test_one_that_lies_ahead_is_moved_by_a_manager_with_the_same_refusals(desk: Desk) -> None:
    manager, now = desk.sit(MANAGER), today(desk)
    start = now + timedelta(days=10)
    manager.open("/away/colleague")
    asked = {**days(start, start), **deputies(desk, OFFICER), "person": desk.house.person(GUARDIAN).id}
    manager.submit(confirm(manager.submit(asked)))
    url = address(desk, MANAGER)
    assert manager.open(url).h1 == "Change the absence of Dr Anne Whitcombe"
    for wrong, field, words in (
        (days(start, start - timedelta(days=1)), "last", "must be the same as or after"),
        (days(now - timedelta(days=2), start), "first", "must be today or later"),
        ({"last-day": "31", "last-month": "2"}, "last", "real date"),
        ({"deputy-1": ""}, "deputy-1", "Choose at least one person"),
        (deputies(desk, OFFICER, OFFICER), "deputy-1", "only once"),
    ):
        manager.open(url)
        assert words in manager.submit(wrong, status=422).errors()[field]
    manager.open(url)
    later = start + timedelta(days=3)
    manager.submit(confirm(manager.submit({**days(later, later), **deputies(desk, LEAD)})))
    text_ = desk.sit(GUARDIAN).open("/away").text
    assert text_.count("To come") == 1
    assert "Lucy Brandt" in text_
    desk.sit(OFFICER).open(url, status=404)


def test_a_loop_and_what_is_over_are_refused_and_nothing_is_stored(desk: Desk) -> None:
    now = today(desk)
    go_away(desk, GUARDIAN, OFFICER)
    go_away(desk, DEPUTY, GUARDIAN)
    browser = desk.sit(GUARDIAN)
    url = address(desk, GUARDIAN)
    browser.open(url)
    words = browser.submit({**days(now, now), **deputies(desk, DEPUTY)}, status=422).errors()["deputy-1"]
    assert "Choose somebody who is there" in words
    assert recorded(desk) == ["AbsenceRecorded", "AbsenceRecorded"]
    browser.open(address(desk, GUARDIAN, "End it"))
    browser.submit({})
    assert "This absence is over already." in browser.open(url).text


def test_a_row_says_for_whom_a_deputy_would_act_in_as_many_statements(desk: Desk) -> None:
    case = desk.case()
    deputy = desk.sit(OFFICER)
    deputy.open("/work")
    before = statements(desk.house.engine, lambda: deputy.open("/work"))
    go_away(desk, GUARDIAN, OFFICER)
    go_away(desk, DEPUTY, OFFICER)
    page = deputy.open("/work")
    assert f"/cases/{case}" in page.links().values()
    assert "For Dr Anne Whitcombe, who is away" in page.text
    own = desk.case(upto="consent_check")
    page = deputy.open("/work")
    assert f"/cases/{own}" in page.links().values()
    assert page.text.count(", who is away") == 1
    assert statements(desk.house.engine, lambda: deputy.open("/work")) == before


def test_an_absence_that_has_run_out_leaves_nothing_with_the_deputy(desk: Desk) -> None:
    case = desk.case()
    go_away(desk, GUARDIAN, OFFICER)
    assert f"/cases/{case}" in desk.sit(OFFICER).open("/work").links().values()
    with transaction(desk.house.engine) as connection:
        connection.execute(
            text("UPDATE absences SET starts_at = starts_at - interval '30 days', until = until - interval '30 days'")
        )
    page = desk.sit(OFFICER).open("/work")
    assert f"/cases/{case}" not in page.links().values()
    assert "who is away" not in page.text
    desk.sit(OFFICER).open(f"/cases/{case}/decide", status=403)
    assert f"/cases/{case}" in desk.sit(GUARDIAN).open("/work").links().values()
