"""What a case and the board tell of the ladder: who is told when, mail that waits, and that nobody could be told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from tests.builders import House
from tests.webapp.holder import DEPUTY, GUARDIAN, LEAD, MANAGER, OFFICER, REQUESTER, Desk
from tests.webapp.test_silence import expired
from webapp.views.showing import long_date
from workflows.core.absences import Wanted
from workflows.core.commands import AdviceType, Advise
from workflows.core.spans import LONDON
from workflows.service.absences import Absences
from workflows.service.registering import Whole, check_folds, verify
from workflows.service.sweeping import sweep
from workflows.service.unit_of_work import transaction


@pytest.fixture
def desk(house: House, app: Flask) -> Desk:
    """People at their desks."""
    return Desk(house, app)


def nobody_is(desk: Desk, *roles: str) -> None:
    """Take roles from everybody at the holder."""
    with transaction(desk.house.engine) as connection:
        connection.execute(
            text("DELETE FROM memberships WHERE organisation_id = cast(:org AS uuid) AND role = ANY (:roles)"),
            {"org": desk.house.organisation("harrowmere").id, "roles": list(roles)},
        )


@pytest.mark.feature("C20")
def test_a_case_lists_the_steps_that_fell_and_those_to_come(desk: Desk) -> None:
    case = desk.case(days_ago=0.001)
    clock = desk.house.case(case).clock
    assert clock is not None
    for who in (MANAGER, REQUESTER):
        page = desk.sit(who).open(f"/cases/{case}").text
        assert "Who is told, and when" in page
        for words in ("Next: whoever has it is reminded on", "Then: the time is out on", "Then: the deputy is told on"):
            assert words in page, words
    late = desk.case(days_ago=40)
    sweep(desk.house.engine, desk.house.casework.library)
    page = desk.sit(MANAGER).open(f"/cases/{late}").text
    for words in (
        "Whoever has it was reminded:",
        "The time was out:",
        "The deputy was told:",
        "The named senior was told:",
    ):
        assert words in page, words
    assert "Next:" not in page


@pytest.mark.feature("C20")
def test_mail_that_waits_for_working_hours_says_when_it_goes(desk: Desk) -> None:
    case = desk.case()
    with transaction(desk.house.engine) as connection:
        connection.execute(text("UPDATE outbox SET hold_until = NULL"))
    manager = desk.sit(MANAGER)
    for path in (f"/cases/{case}", "/board"):
        assert "waits for working hours" not in manager.open(path).text
    monday = datetime(2031, 1, 6, 9, tzinfo=UTC)
    with transaction(desk.house.engine) as connection:
        connection.execute(text("UPDATE outbox SET hold_until = :at"), {"at": monday})
    for path in (f"/cases/{case}", "/board"):
        words = "Mail about it waits for working hours. It will be sent on Monday 6 January at 9am."
        assert words in manager.open(path).text, path


@pytest.mark.feature("C20", "C22")
def test_a_ladder_that_reached_nobody_stands_on_the_case_and_the_board_until_somebody_acts(desk: Desk) -> None:
    case = desk.case(days_ago=40)
    nobody_is(desk, "deputy_guardian", "on_call_authoriser")
    sweep(desk.house.engine, desk.house.casework.library)
    manager = desk.sit(MANAGER)
    for path in (f"/cases/{case}", "/board"):
        page = manager.open(path).text
        assert page.count("Nobody could be told on ") == 1, path
        assert "nobody has the role that this is passed up to. A manager must act." in page
    steps = manager.open(f"/cases/{case}").text
    assert "Nobody could be told, where the deputy should have been:" in steps
    assert "The manager was told:" in steps
    assert "The deputy was told:" not in steps
    theirs = desk.sit(REQUESTER).open(f"/cases/{case}").text
    assert "a manager of the organisation that holds the information must act." in theirs
    manager.open(f"/cases/{case}/chase")
    manager.submit({})
    for path in (f"/cases/{case}", "/board"):
        assert "Nobody could be told on " not in manager.open(path).text, path
    assert isinstance(verify(desk.house.engine), Whole)
    assert list(check_folds(desk.house.engine, desk.house.casework.library)) == []


@pytest.mark.feature("C20", "C11", "C22")
def test_away_and_not_covered_is_told_apart_from_a_role_that_nobody_has(desk: Desk) -> None:
    house = desk.house
    case = desk.case(upto="ig_advice", days_ago=0.01)
    now = house.casework.now()
    for who in (GUARDIAN, DEPUTY):
        away(desk, who, LEAD, start=now)
    house.give(Advise, LEAD, case, at=now, advice=AdviceType.SUPPORTS)
    for path in (f"/cases/{case}", "/board"):
        page = desk.sit(MANAGER).open(path).text
        assert "whoever has this is away and not covered. A manager must give this to somebody" in page, path
    theirs = desk.sit(REQUESTER).open(f"/cases/{case}").text
    assert "Nobody could be told on " in theirs
    assert "away" not in theirs
    nobody_is(desk, "consent_officer")
    desk.case(upto="consent_check", days_ago=0.01)
    assert "nobody has the role that this waits for." in desk.sit(MANAGER).open("/board").text


@pytest.mark.feature("C20", "C23")
def test_the_figures_define_both_causes(desk: Desk) -> None:
    page = desk.sit(MANAGER).open("/timeliness").text
    assert "Nobody could be told of it: nobody had the role" in page
    assert "Whoever had it was away, and not covered: nobody who could do it stood in" in page


@pytest.mark.feature("C5", "C11", "C20")
def test_silence_says_that_whoever_had_it_was_away_and_for_whom_she_had_asked(desk: Desk) -> None:
    now = desk.house.casework.now()
    away(desk, GUARDIAN, OFFICER, LEAD, start=now - timedelta(days=2))
    case = expired(desk)
    first, last = (long_date((now + timedelta(days=each)).astimezone(LONDON).date()) for each in (-2, 5))
    words = f"Dr Anne Whitcombe was away from {first} to {last}, deputies: Samir Haddad, then Lucy Brandt."
    assert words in desk.sit(MANAGER).open(f"/cases/{case}").text
    theirs = desk.sit(REQUESTER).open(f"/cases/{case}").text
    assert "Dr Anne Whitcombe had it." in theirs
    assert "was away from" not in theirs


def away(desk: Desk, who: str, *deputies: str, start: datetime) -> None:
    """Somebody is away from the holder for a week."""
    house = desk.house
    wanted = Wanted(
        organisation_id=house.organisation("harrowmere").id, person_id=house.person(who).id, start=start,
        until=start + timedelta(days=7), deputies=tuple(house.person(each).id for each in deputies),
    )  # fmt: skip
    service = Absences(house.engine, house.casework.library)
    service.record(house.person(MANAGER), wanted, absence_id=house.new_id(), now=house.casework.now())
