"""The index of times: written with the change, equal to the record, and made anew from it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from tests.builders import BEGAN, House, build, play
from tests.counting import statements
from workflows.core.calendars import WorkingCalendar
from workflows.core.definition import Role
from workflows.core.timeliness import WHOLE, Spell
from workflows.definitions.calendars import seed_calendars
from workflows.definitions.loader import read_builtin
from workflows.service.calendaring import Calendars, found_sets
from workflows.service.library import Library
from workflows.service.publishing import publish
from workflows.service.registering import check_folds
from workflows.service.sweeping import sweep
from workflows.service.timekeeping import rebuild
from workflows.service.unit_of_work import reading
from workflows.store import spells

pytestmark = pytest.mark.feature("C23")


def kept(house: House, *case_ids: str) -> list[Spell]:
    with reading(house.engine) as connection:
        found = spells.of_cases(connection, list(case_ids))
    return [each for case_id in case_ids for each in found.get(case_id, [])]


def spoil(house: House, statement: str) -> None:
    with house.engine.begin() as connection:
        connection.execute(text(statement))


def test_a_clock_that_stops_is_kept_with_the_change_and_a_request_when_it_closes(house: House) -> None:
    case_id = build(house, "S2", upto="adjudication")
    assert [each.clock for each in kept(house, case_id)] == [1, 2]
    whole = play(house, "S4")
    found = kept(house, whole)
    # This request was declined, reopened, and decided once more.
    assert [each.turn for each in found if each.clock == WHOLE] == [1, 2]
    assert {each.holder_org for each in found} == {house.case(whole).holder_org}


def test_the_index_is_made_anew_as_it_was(house: House) -> None:
    ids = [build(house, "S2"), play(house, "S4"), build(house, "S7", upto="information_needed"), play(house, "S11")]
    before = kept(house, *ids)
    spoil(house, "UPDATE spells SET ran = ran + 1 WHERE clock = 1")
    spoil(house, "DELETE FROM spells WHERE clock = 2")
    assert len(list(check_folds(house.engine, house.casework.library))) == len(ids)
    spoil(house, "UPDATE cases SET known_to = NULL")
    heard: list[int] = []
    assert rebuild(house.engine, house.casework.library, told=heard.append) == len(before)
    with reading(house.engine) as connection:
        assert not connection.execute(text("SELECT count(*) FROM cases WHERE known_to IS NULL")).scalar_one()
    assert heard == [len(ids)]
    assert kept(house, *ids) == before
    assert list(check_folds(house.engine, house.casework.library)) == []


def test_a_calendar_that_is_redefined_changes_no_figure(house: House) -> None:
    ids = [play(house, "S4"), build(house, "S2")]
    before = kept(house, *ids)
    first = min(each.started for each in before).date()
    days = {first + timedelta(days=n): "Announced later" for n in range(30)}

    class Later(Library):
        def calendar(self, name: str) -> WorkingCalendar:
            found = super().calendar(name)
            holidays = tuple(sorted({**days, **dict(found.holidays)}.items()))
            return replace(found, holidays=holidays, version="later", horizon=max(found.horizon, date(2030, 1, 1)))

    rebuild(house.engine, Later())
    assert kept(house, *ids) == before


def test_no_statement_is_added_where_a_clock_stops(house: House) -> None:
    with statements(house.engine) as sent:
        play(house, "S4")
    assert not [each for each in sent if "spells" in each and "cases" not in each]


def test_a_workflow_that_is_published_later_with_other_lengths_changes_no_figure(house: House) -> None:
    ids = [play(house, "S4"), build(house, "S2")]
    before = kept(house, *ids)
    source = read_builtin("standard")
    shorter = source.replace("length: 5 working_days", "length: 1 working_days").replace("Consent check", "First look")
    shorter = re.sub(r"(?m)^version: \d+", "version: 99", shorter)
    assert shorter != source
    publish(house.engine, shorter, source="standard.yaml", by="", at=house.casework.now())
    rebuild(house.engine, Library())
    assert kept(house, *ids) == before


def test_counting_open_requests_again_changes_no_figure(house: House) -> None:
    house.holds("amina.yusuf", Role.ADMINISTRATOR, "harrowmere")
    found_sets(house.engine, at=BEGAN)
    ids = [play(house, "S4"), build(house, "S2"), build(house, "S2", upto="information_needed")]
    before, open_one = kept(house, *ids), ids[1]
    clock = house.case(open_one).clock
    assert clock is not None
    desk, at = Calendars(house.engine, Library()), house.later(open_one)
    days = {clock.started_at.date() + timedelta(days=n): "Announced later" for n in range(20)}
    number = desk.load(
        house.person("peter.quayle").id, calendar="england-and-wales", source="The official list", note="Late.",
        days=tuple(sorted({**dict(seed_calendars()["england-and-wales"].holidays), **days}.items())),
        horizon=date(2032, 12, 31), command_id=house.new_id(), at=at,
    )  # fmt: skip
    desk.put_in_force(house.person("amina.yusuf").id, number, command_id=house.new_id(), at=at)
    with house.engine.begin() as connection:
        ahead = text("UPDATE product_clock SET ahead = :at - clock_timestamp()")
        connection.execute(ahead, {"at": at + timedelta(minutes=1)})
    sweep(house.engine, Library())
    assert house.case(open_one).calendar.endswith(f"@{number}")
    assert kept(house, *ids) == before
    rebuild(house.engine, Library())
    assert kept(house, *ids) == before
