"""Beyond the last day that bank holidays are known for: acts are refused with the reason, and pages say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from tests.builders import House
from tests.webapp.holder import GUARDIAN, LEAD, MANAGER, REQUESTER, Desk
from workflows.core.beyond import known_due, known_left, known_why, reach_ahead, working_days_known
from workflows.core.calendars import Length, Unit
from workflows.core.clocks import Clock, Pause, TimeState
from workflows.core.commands import Ask
from workflows.core.refusals import Refused
from workflows.definitions.calendars import seed_calendars
from workflows.service.calendaring import Calendars
from workflows.service.library import Library
from workflows.service.registering import check_folds
from workflows.service.sweeping import sweep
from workflows.service.unit_of_work import Engine, transaction
from workflows.store import calendars

pytestmark = pytest.mark.feature("C9")
NATION = "england-and-wales"
NOW = datetime.now(UTC)
LAST = NOW.astimezone(ZoneInfo("Europe/London")).date() - timedelta(days=1)
"""The last day that is known: yesterday."""
SAID = f"{LAST.day} {LAST:%B %Y}"
DOOR = f"Bank holidays are known only up to {SAID}, so a date after that cannot be worked out."


@pytest.fixture
def house(engine: Engine) -> House:
    """The demo's people, with a list of bank holidays that ended yesterday."""
    found = House.found(engine)
    put_in_force(found, LAST, at=NOW - timedelta(days=90))
    return found


def put_in_force(house: House, last: date, *, at: datetime) -> None:
    """A list in force that reaches so far and was never answered by anybody, as the first one is."""
    days = tuple(each for each in seed_calendars()[NATION].holidays if each[0] <= last)
    with transaction(house.engine) as connection:
        set_id = house.new_id()
        calendars.load(
            connection, set_id=set_id, calendar=NATION, organisation="", source="A short list", horizon=last,
            days=days, hours=None, note="x", at=at, by="",
        )  # fmt: skip
        calendars.answer(connection, set_id, in_force_from=at, why="", at=at, by="")


@pytest.fixture
def desk(house: House, app: Flask) -> Desk:
    return Desk(house, app)


def refused(act: object) -> Refused:
    assert callable(act)
    with pytest.raises(Refused) as caught:
        act()
    return caught.value


def test_an_act_that_needs_a_later_day_is_refused_with_who_can_help_and_nothing_is_kept(desk: Desk) -> None:
    case = desk.case(upto="ig_advice", days_ago=60)
    before = desk.house.case(case)
    found = refused(lambda: desk.house.give(Ask, LEAD, case, at=NOW, question="Which months?"))
    assert found.code == "calendar_horizon"
    assert found.refusals[0].say.startswith(DOOR)
    assert "An administrator can load more of them" in found.refusals[0].say
    assert refused(lambda: desk.case(upto="ig_advice", days_ago=0.1)).code == "calendar_horizon"
    assert desk.house.case(case) == before


def test_a_form_says_it_and_keeps_what_was_typed(desk: Desk) -> None:
    case = desk.case(upto="ig_advice", days_ago=60)
    client = desk.sit(LEAD)
    client.open(f"/cases/{case}/ask")
    page = client.submit({"question": "Which months do you need?"}, status=409)
    assert DOOR in page.text
    assert "Which months do you need?" in page.html


def test_reading_pages_say_that_it_is_not_known(desk: Desk) -> None:
    late, asked = desk.case(upto="adjudication", days_ago=60), desk.case(upto="information_needed", days_ago=60)
    for who, paths in {
        REQUESTER: ("/requests", f"/cases/{asked}", f"/cases/{asked}/dates", f"/cases/{late}/dates"),
        LEAD: ("/work", f"/cases/{asked}", "/work?tab=team", "/work?tab=waiting"),
        GUARDIAN: ("/work", f"/cases/{late}", f"/cases/{late}/dates"),
        MANAGER: ("/board", f"/cases/{late}", "/work", "/timeliness", "/calendars"),
    }.items():
        client = desk.sit(who)
        for path in paths:
            page = client.open(path)
            assert page.status == 200, path
    page = desk.sit(GUARDIAN).open(f"/cases/{late}")
    assert f"Overdue, by how much is not known beyond {SAID}" in page.text
    board = desk.sit(MANAGER).open("/board").text
    assert "for at least " in board
    assert "Bank holidays are not known beyond that day, so the forecast ends with it." in board


def test_what_is_late_is_still_passed_up_and_newer_days_mend_everything(desk: Desk) -> None:
    late = desk.case(upto="adjudication", days_ago=60)
    library = Library()
    sweep(desk.house.engine, library)
    assert desk.house.case(late).overdue, "the ladder is climbed although nobody knows when mail may go"
    number = newer_days(desk)
    assert desk.house.case(late).calendar == f"{NATION}@{number}"
    page = desk.sit(GUARDIAN).open(f"/cases/{late}").text
    assert "not known beyond" not in page
    assert "Overdue by " in page


def test_a_clock_whose_due_date_lies_beyond_is_unknown_and_never_guessed() -> None:
    near = replace(seed_calendars()[NATION], horizon=date(2026, 11, 5))
    start = datetime(2026, 11, 2, 10, tzinfo=UTC)
    clock = Clock(1, "x", start, Length(9, Unit.WORKING_DAYS), near.id)
    left = known_left(clock, near, now=start)
    assert (left.state, left.due_at, left.words) == (TimeState.UNKNOWN, None, "Not known beyond 5 November 2026")
    assert known_due(clock, near) is None
    assert known_why(clock, near, now=start) == ()
    paused = replace(clock, pauses=(Pause(start, None, "waiting for the requester"),))
    assert known_left(paused, near, now=start).words == "Paused: waiting for the requester"
    short = replace(clock, length=Length(1, Unit.WORKING_DAYS))
    later = datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert known_left(short, near, now=later).state is TimeState.OVERDUE
    assert known_left(short, near, now=start).state is TimeState.ON_TIME
    assert working_days_known(near, start, later) == (3, False)
    assert working_days_known(near, later, later) == (0, False)
    assert reach_ahead(near, date(2026, 11, 4), 5) == date(2026, 11, 5)
    assert reach_ahead(near, date(2026, 11, 9), 5) == date(2026, 11, 9)


def test_an_emergency_is_recorded_although_no_later_day_is_known_and_its_time_runs_once_it_is(desk: Desk) -> None:
    case = desk.case("S3", upto="retrospective_review", days_ago=0.1)
    assert desk.house.case(case).shared_now is not None
    owner = desk.house.case(case).requester
    who = next(person.email for person in desk.house.cast.people.values() if person.id == owner)
    client = desk.sit(who)
    assert f"Not known beyond {SAID}" in client.open(f"/cases/{case}").text
    assert f"Not known beyond {SAID}" in client.open(f"/cases/{case}/dates").text
    assert list(check_folds(desk.house.engine, Library())) == []
    newer_days(desk)
    assert "Not known beyond" not in client.open(f"/cases/{case}").text
    assert list(check_folds(desk.house.engine, Library())) == []


def newer_days(desk: Desk) -> int:
    """Load days that reach as far as those of the product, have them put in force, and count open requests again."""
    house, library, whole = desk.house, Library(), seed_calendars()[NATION]
    days = Calendars(house.engine, library)
    number = days.load(
        house.person("peter.quayle").id, calendar=NATION, source="GOV.UK", days=whole.holidays, horizon=whole.horizon,
        note="Newer ones.", command_id=house.new_id(), at=NOW,
    )  # fmt: skip
    days.put_in_force(house.person("irene.castle").id, number, command_id=house.new_id(), at=NOW)
    sweep(house.engine, library)
    return number
