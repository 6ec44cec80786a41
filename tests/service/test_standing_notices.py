"""Whoever stands in is told when it begins and when it ends, once, by the sweep; also when it was changed meanwhile."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from tests.builders import House
from tests.service.test_absences import ANNE, FEMI, LUCY, SAMIR, absences, away, wanted
from workflows.core.notices import NoticeKind
from workflows.service.posting import Fate, Letter, Sending, drain
from workflows.service.standing_notices import tell_stand_ins
from workflows.service.sweeping import sweep
from workflows.service.unit_of_work import reading, transaction

pytestmark = pytest.mark.feature("C11")
BEGINS, ENDS = NoticeKind.STANDS_IN, NoticeKind.STANDS_IN_NO_MORE
MONDAY = datetime.fromisoformat("2026-12-07T10:00:00+00:00")
WEEK = timedelta(days=7)


def told(house: House) -> Counter[tuple[str, str]]:
    """How often who was told what about standing in."""
    with reading(house.engine) as connection:
        rows = connection.execute(
            text(
                """SELECT n.kind, split_part(p.email, '@', 1) FROM notices n JOIN people p ON p.id = n.person_id
                WHERE n.case_id IS NULL"""
            )
        )
        return Counter((row[0], row[1]) for row in rows)


def look(house: House, at: datetime) -> None:
    """A sweep comes by."""
    tell_stand_ins(house.engine, house.casework.library, now=at, most=10)


def test_deputies_are_told_when_it_begins_and_when_it_ends_and_only_once(house: House) -> None:
    away(house, ANNE, SAMIR, LUCY, start=MONDAY + WEEK)
    look(house, MONDAY)
    assert told(house) == {}
    for _ in range(3):
        look(house, MONDAY + WEEK)
    begun = {(BEGINS, SAMIR): 1, (BEGINS, LUCY): 1}
    assert told(house) == begun
    for _ in range(3):
        look(house, MONDAY + 9 * WEEK)
    assert told(house) == {**begun, (ENDS, SAMIR): 1, (ENDS, LUCY): 1}


def test_workers_side_by_side_tell_once(house: House) -> None:
    for who in (ANNE, FEMI):
        away(house, who, SAMIR, start=MONDAY)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: look(house, MONDAY), range(8)))
    assert told(house) == {(BEGINS, SAMIR): 2}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: look(house, MONDAY + 9 * WEEK), range(8)))
    assert told(house) == {(BEGINS, SAMIR): 2, (ENDS, SAMIR): 2}


def test_what_came_and_went_while_nothing_ran_is_not_told_of(house: House) -> None:
    away(house, ANNE, SAMIR, start=MONDAY)
    taken_back = away(house, FEMI, LUCY, start=MONDAY + WEEK)
    absences(house).end(house.person(FEMI), taken_back, command_id=house.new_id(), now=MONDAY)
    for _ in range(2):
        look(house, MONDAY + 9 * WEEK)
    assert told(house) == {}


def test_coming_back_early_is_told(house: House) -> None:
    one = away(house, ANNE, SAMIR, start=MONDAY)
    look(house, MONDAY)
    absences(house).end(house.person(ANNE), one, command_id=house.new_id(), now=MONDAY + timedelta(hours=2))
    look(house, MONDAY + timedelta(hours=3))
    assert told(house) == {(BEGINS, SAMIR): 1, (ENDS, SAMIR): 1}


@pytest.mark.parametrize("swept", [True, False], ids=["told before", "not told yet"])
def test_a_change_tells_who_is_new_and_who_is_not_any_more(house: House, swept: bool) -> None:
    one = away(house, ANNE, SAMIR, LUCY, start=MONDAY)
    if swept:
        look(house, MONDAY)
    later = MONDAY + timedelta(hours=1)
    asked = wanted(house, ANNE, LUCY, FEMI, start=later, until=later + WEEK)
    absences(house).change(house.person(ANNE), one, asked, new_id=house.new_id(), now=later)
    for _ in range(2):
        look(house, later)
    expected = {(BEGINS, SAMIR): 1, (BEGINS, LUCY): 1, (ENDS, SAMIR): 1, (BEGINS, FEMI): 1}
    assert told(house) == expected
    look(house, later + 2 * WEEK)
    assert told(house) == {**expected, (ENDS, LUCY): 1, (ENDS, FEMI): 1}


def test_one_that_is_moved_before_it_begins_is_told_of_when_it_does(house: House) -> None:
    one = away(house, ANNE, SAMIR, start=MONDAY + WEEK)
    asked = wanted(house, ANNE, SAMIR, start=MONDAY + 2 * WEEK, until=MONDAY + 3 * WEEK)
    absences(house).change(house.person(ANNE), one, asked, new_id=house.new_id(), now=MONDAY)
    look(house, MONDAY + WEEK)
    assert told(house) == {}
    look(house, MONDAY + 2 * WEEK)
    assert told(house) == {(BEGINS, SAMIR): 1}


def test_the_sweep_tells_and_the_mail_names_nobody(house: House) -> None:
    now = house.casework.now()
    away(house, ANNE, SAMIR, start=now)
    with transaction(house.engine) as connection:
        connection.execute(text("UPDATE product_clock SET ahead = interval '1 minute'"))
    sweep(house.engine, house.casework.library)
    letters: list[Letter] = []

    def send(letter: Letter) -> Sending:
        letters.append(letter)
        return Sending(Fate.SENT)

    drain(house.engine, house.casework.library, send)
    (letter,) = [each for each in letters if each.kind is BEGINS]
    assert letter.stage_title == "Standing in"
    assert not letter.case_id
