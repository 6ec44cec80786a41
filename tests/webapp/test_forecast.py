"""What will be late within five working days: counted as a list made by hand counts it, paused ones apart."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from tests.builders import House
from tests.page import words
from tests.webapp.holder import LEAD, MANAGER, Desk
from workflows.core.commands import Reassign
from workflows.core.definition import Role
from workflows.definitions.calendars import seed_calendars
from workflows.service.boards import board
from workflows.service.calendaring import Calendars
from workflows.service.filling import copies
from workflows.service.forecast import LONDON, MOST_ROWS, Forecast
from workflows.service.library import Library
from workflows.service.views import BoardFilters
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C22")
FRIDAY = datetime(2026, 12, 18, 12, tzinfo=UTC)
"""Before Christmas: five working days from here end on Tuesday the 29th."""


@pytest.fixture
def house(engine: Engine) -> House:
    return House.found(engine)


def told(house: House, *, now: datetime = FRIDAY) -> Forecast:
    """The forecast on Martin's board."""
    org, filters = house.organisation("harrowmere").id, BoardFilters()
    martin, library = house.person(MANAGER), house.casework.library
    found = board(house.engine, library, martin, org, filters=filters, page=1, now=now).forecast
    assert found is not None
    return found


def fall_due(house: House, *instants: str) -> None:
    """Let the cases fall due at these instants (London), in the order in which they were made."""
    with house.engine.begin() as connection:
        ids = connection.execute(text("SELECT id FROM cases ORDER BY created_at, id")).scalars().all()
        for case, at in zip(ids, instants, strict=True):
            values = {"id": case, "at": f"{at} Europe/London"}
            connection.execute(text("UPDATE cases SET due_at = cast(:at AS timestamptz) WHERE id = :id"), values)


def test_days_are_the_organisations_and_edges_are_exact(house: House) -> None:
    desk = Desk(house, Flask("none"))
    for number in range(7):
        desk.case(days_ago=30 - number)
    fall_due(
        house, "2026-12-18 11:59", "2026-12-18 17:00", "2026-12-20 10:00", "2026-12-21 00:00", "2026-12-29 23:59",
        "2026-12-30 00:00", "2027-01-04 17:00",
    )  # fmt: skip
    found = told(house)
    assert found.until == date(2026, 12, 29)
    assert found.until == seed_calendars()["england-and-wales"].add_working_days(FRIDAY.date(), 5)
    december = [18, 20, 21, 22, 23, 24, 29]
    assert [day.day for day in found.days] == december
    assert dict(zip(december, found.totals, strict=True)) == {18: 1, 20: 1, 21: 1, 22: 0, 23: 0, 24: 0, 29: 1}
    assert found.total == 4
    assert told(house, now=FRIDAY - timedelta(hours=1)).total == 5


def test_rows_are_stages_and_people_and_sum_to_a_count_by_hand(house: House) -> None:
    desk = Desk(house, Flask("none"))
    lucy = house.person(LEAD).id
    given = desk.case(upto="ig_advice", days_ago=3)
    house.give(Reassign, MANAGER, given, to_person=lucy, to_eligible=True, reason="Hers.")
    for upto, number in (("ig_advice", 2), ("adjudication", 3), ("information_needed", 2)):
        for _ in range(number):
            desk.case(upto=upto, days_ago=0.1)
    now = datetime.now(UTC)
    found = told(house, now=now)
    end = datetime.combine(found.until + timedelta(days=1), datetime.min.time(), LONDON)
    by_hand: Counter[tuple[str, str]] = Counter()
    with house.engine.connect() as connection:
        for row in connection.execute(text("SELECT stage, assignee, due_at, overdue, paused FROM cases")):
            if row.due_at and not row.overdue and not row.paused and now < row.due_at < end:
                by_hand[row.stage, str(row.assignee or "nobody")] += 1
    assert {(row.stage, row.holder): row.total for row in found.rows} == dict(by_hand)
    assert sum(by_hand.values()) == found.total
    assert not [row for row in found.rows if row.stage == "information_needed"]


def test_the_page_says_it_draws_it_and_tells_paused_ones_apart(house: House, app: Flask) -> None:
    desk = Desk(house, app)
    desk.case(upto="adjudication", days_ago=0.1)
    desk.case(upto="information_needed", days_ago=0.1)
    client = desk.sit(MANAGER)
    page = client.open("/board?urgency=emergency")
    assert "Late within five working days if nothing is done" in [words(each) for each in page.all("h2")]
    assert "1 request falls due by the end of " in page.text
    assert "1 request is paused: its time stands still, so it is not counted here." in page.text
    assert page.html.count('role="img"') == 1
    assert "Requests that fall due, by day" in page.text
    link = page.links()["Adjudication"]
    assert link.endswith("?stage=adjudication&holder=nobody")
    assert "None fits" not in client.open(link).text
    desk.sit("anne.whitcombe").open("/board", status=404)


def test_with_nothing_due_it_says_so_without_a_drawing(house: House, app: Flask) -> None:
    page = Desk(house, app).sit(MANAGER).open("/board")
    assert "0 requests fall due by the end of " in page.text
    assert 'role="img"' not in page.html


def test_many_people_are_summed_up(house: House, engine: Engine) -> None:
    case = Desk(house, Flask("none")).case(days_ago=0.01)
    copies(engine, house.casework.library, case, MOST_ROWS + 5)
    with engine.begin() as connection:
        connection.execute(text("UPDATE cases SET assignee = gen_random_uuid(), due_at = '2026-12-21 12:00+00'"))
    found = told(house)
    assert len(found.rows) == MOST_ROWS + 1
    assert found.rows[-1].who == "everybody else"
    assert found.rows[-1].total == 6
    assert found.total == MOST_ROWS + 6


def test_a_day_on_which_the_organisation_is_closed_is_none_of_the_five(house: House, engine: Engine) -> None:
    desk, at, org = Calendars(engine, Library()), FRIDAY - timedelta(days=1), house.organisation("harrowmere").id
    for who in ("peter.quayle", "amina.yusuf"):
        house.holds(who, Role.MANAGER, "harrowmere")
    number = desk.close(
        house.person("peter.quayle").id, org, days=((date(2026, 12, 21), "Staff day"),), hours=None,
        note="We are closed for training.", command_id=house.new_id(), at=at,
    )  # fmt: skip
    assert told(house).until == date(2026, 12, 29)
    desk.put_in_force(house.person("amina.yusuf").id, number, command_id=house.new_id(), at=at)
    found = told(house)
    assert found.until == date(2026, 12, 30)
    assert date(2026, 12, 21) not in found.days
