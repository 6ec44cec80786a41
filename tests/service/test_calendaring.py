"""Bank holidays and closure days in versions: loaded, looked at, put in force by another, and counted once."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.builders import BEGAN, House, build
from workflows.core.clocks import due_at
from workflows.core.definition import Role
from workflows.core.hours import OFFICE
from workflows.core.refusals import Refused
from workflows.definitions.calendars import seed_calendars
from workflows.service.calendaring import Calendars, found_sets
from workflows.service.library import Library
from workflows.service.registering import Whole, check_folds, verify
from workflows.service.sweeping import sweep
from workflows.service.unit_of_work import Engine, reading, transaction

pytestmark = pytest.mark.feature("C9")
NATION = "england-and-wales"
FIRST, SECOND = "peter.quayle", "amina.yusuf"
LAST = date(2032, 12, 31)
NOW = datetime.fromisoformat("2026-11-20T10:00+00:00")


@pytest.fixture
def house(engine: Engine) -> House:
    found = House.found(engine)
    found.holds(SECOND, Role.ADMINISTRATOR, "harrowmere")
    found_sets(engine, at=BEGAN)
    return found


@pytest.fixture
def desk(house: House) -> Calendars:
    return Calendars(house.engine, Library())


def days(*more: date, without: date | None = None) -> tuple[tuple[date, str], ...]:
    known = {day: name for day, name in seed_calendars()[NATION].holidays if day != without}
    return tuple(sorted({**known, **dict.fromkeys(more, "A day proclaimed late")}.items()))


def load(house: House, desk: Calendars, *more: date, by: str = FIRST, **other: Any) -> int:
    fields: dict[str, Any] = {
        "calendar": NATION, "source": "The official list of 1 November 2026", "days": days(*more), "horizon": LAST,
        "note": "Proclaimed on 1 November.", "command_id": str(uuid4()), "at": NOW,
    }  # fmt: skip
    return desk.load(house.person(by).id, **{**fields, **other})


def put_in_force(house: House, desk: Calendars, number: int, *, at: datetime, who: str = SECOND) -> None:
    desk.put_in_force(house.person(who).id, number, command_id=str(uuid4()), at=at)


def refused(act: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        act()
    return [each.code for each in caught.value.refusals]


def set_clock(engine: Engine, at: datetime) -> None:
    with transaction(engine) as connection:
        connection.execute(text("UPDATE product_clock SET ahead = :at - clock_timestamp()"), {"at": at})


def due_of(house: House, case_id: str) -> datetime:
    case = house.case(case_id)
    assert case.clock is not None
    found = due_at(case.clock, Library().bind(house.engine).calendar(case.calendar))
    assert found is not None
    return found


def test_a_late_holiday_moves_open_clocks_once_and_tells_the_desk_and_closed_ones_never(
    house: House, desk: Calendars
) -> None:
    open_one, ended = build(house, "S2", upto="adjudication"), build(house, "S2", upto=None)
    before, closed = due_of(house, open_one), house.case(ended)
    number = load(house, desk, before.date())
    seen = desk.preview(number, page=1, at=house.later(open_one))
    (row,) = [each for each in seen.rows if each.case_id == open_one]
    assert (row.before, row.after) == (before, before + timedelta(days=1 if before.weekday() < 4 else 3))
    assert desk.difference(number, at=house.later(open_one)).added == ((before.date(), "A day proclaimed late"),)

    at = house.later(open_one)
    put_in_force(house, desk, number, at=at)
    set_clock(house.engine, at + timedelta(minutes=1))
    library = Library()
    sweep(house.engine, library)
    case = house.case(open_one)
    assert case.calendar == f"{NATION}@{number}"
    assert due_of(house, open_one) == row.after
    assert house.case(ended) == closed
    with reading(house.engine) as connection:
        told = connection.execute(text("SELECT count(*) FROM notices WHERE kind = 'recounted'")).scalar_one()
    assert told > 0
    again = case.version
    set_clock(house.engine, at + timedelta(minutes=20))
    for _ in range(2):
        sweep(house.engine, library)
    assert house.case(open_one).version == again
    assert list(check_folds(house.engine, Library())) == []
    assert isinstance(verify(house.engine), Whole)


def test_a_new_request_counts_by_what_is_in_force(house: House, desk: Calendars) -> None:
    first = house.case(build(house, "S2", upto="submit")).calendar
    assert first.startswith(f"{NATION}@")
    number = load(house, desk, date(2027, 6, 4), at=BEGAN)
    put_in_force(house, desk, number, at=BEGAN)
    assert house.case(build(house, "S2", upto="submit")).calendar == f"{NATION}@{number}"
    assert first != f"{NATION}@{number}"


def test_days_of_an_organisation_close_it_alone_and_never_its_foi_clock(house: House, desk: Calendars) -> None:
    case_id = build(house, "S2", upto="adjudication")
    before, at = due_of(house, case_id), house.later(case_id)
    org = house.organisation("harrowmere").id
    house.holds(SECOND, Role.MANAGER, "harrowmere")
    number = desk.close(
        house.person(FIRST).id, org, days=((before.date(), "Staff day"),), hours=(OFFICE,) * 5 + ((), ()),
        note="We are closed for training.", command_id=str(uuid4()), at=at,
    )  # fmt: skip
    assert [row.case_id for row in desk.preview(number, page=1, at=at).rows] == [case_id]
    put_in_force(house, desk, number, at=at)
    set_clock(house.engine, at + timedelta(minutes=1))
    library = Library()
    sweep(house.engine, library)
    assert house.case(case_id).calendar.endswith(f"+{number}")
    assert due_of(house, case_id) > before
    calendar = library.calendar(house.case(case_id).calendar)
    assert calendar.holiday_name(before.date()) == "closed: Staff day"
    with reading(house.engine) as connection:
        foi = library.counts_by(connection, "foi", organisation=org, at=at)
    assert "+" not in foi
    assert library.calendar(foi).is_working_day(before.date())


def test_what_cannot_be_right_is_refused_and_nothing_is_kept(house: House, desk: Calendars) -> None:
    count = len(desk.shelf(at=NOW))
    past = date(2025, 12, 25)
    for code, fields in {
        "no_days": {"days": ()},
        "horizon_early": {"horizon": date(2030, 1, 1)},
        "horizon_nearer": {"days": days()[:-30], "horizon": date(2031, 6, 30)},
        "horizon_past": {"days": tuple(each for each in days() if each[0].year < 2026), "horizon": date(2026, 1, 2)},
        "past_missing": {"days": days(without=past)},
        "nation_missing": {"calendar": "narnia"},
        "words_missing": {"note": " "},
        "source_missing": {"source": ""},
    }.items():
        assert code in refused(lambda fields=fields: load(house, desk, **fields)), code
    assert refused(lambda: load(house, desk, by="lucy.brandt")) == ["not_yours"]
    bad = (((time(9), time(8)),), *((OFFICE,) * 6))
    org = house.organisation("harrowmere").id
    assert refused(lambda: desk.close(
        house.person(FIRST).id, org, days=(), hours=bad, note="x", command_id=str(uuid4()), at=NOW)
    ) == ["hours_wrong"]  # fmt: skip
    assert len(desk.shelf(at=NOW)) == count


def test_a_second_person_answers_and_only_once(house: House, desk: Calendars) -> None:
    at = NOW
    number = load(house, desk, date(2027, 6, 4))
    assert refused(lambda: load(house, desk, date(2027, 6, 3))) == ["set_waits"]
    assert refused(lambda: put_in_force(house, desk, number, at=at, who=FIRST)) == ["second_person"]
    assert refused(lambda: put_in_force(house, desk, 999, at=at)) == ["not_found"]
    assert refused(lambda: desk.turn_down(house.person(SECOND).id, number, why="", command_id=str(uuid4()), at=at)) == [
        "words_missing"
    ]
    used = str(uuid4())
    desk.turn_down(house.person(SECOND).id, number, why="It is a draft.", command_id=used, at=at)
    assert refused(lambda: put_in_force(house, desk, number, at=at)) == ["set_answered"]
    line = next(each for each in desk.shelf(at=at) if each.found.number == number)
    assert (line.since, line.found.why, line.found.answerer) == (None, "It is a draft.", house.person(SECOND).name)


def test_days_are_laid_out_once_with_the_product_and_the_horizon_warns(house: House, desk: Calendars) -> None:
    assert found_sets(house.engine, at=NOW) == ()
    assert len(desk.shelf(at=NOW)) == 3
    assert all(not warn for _, _, warn in desk.horizons(at=NOW))
    assert all(warn for _, _, warn in desk.horizons(at=datetime.fromisoformat("2032-11-01T09:00+00:00")))
    with reading(house.engine) as connection:
        rows = connection.execute(text("SELECT facts FROM events WHERE type = 'CalendarInForce'")).scalars().all()
    assert {json.loads(json.dumps(row))["calendar"] for row in rows} == {NATION, "scotland", "northern-ireland"}


def test_days_of_one_nation_move_nothing_that_counts_by_anothers(house: House, desk: Calendars) -> None:
    case_id = build(house, "S2", upto="adjudication")
    before, at = due_of(house, case_id), house.later(case_id)
    known = dict(seed_calendars()["scotland"].holidays) | {before.date(): "A day proclaimed late"}
    number = load(house, desk, calendar="scotland", days=tuple(sorted(known.items())), at=at)
    seen = desk.preview(number, page=1, at=at)
    assert (seen.total, seen.moved, seen.rows, seen.whole) == (0, 0, (), True)
    put_in_force(house, desk, number, at=at)
    set_clock(house.engine, at + timedelta(minutes=1))
    sweep(house.engine, Library())
    assert due_of(house, case_id) == before
    assert house.case(case_id).calendar.startswith(f"{NATION}@")
