"""Extensions through the door and the sweep: each step once per version of the clock, and no lateness in silence."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tests.workers.house import DAY, HOUR, MONDAY, House, make_house
from workflows.core.commands import Extend
from workflows.definitions.loader import read_builtin
from workflows.service.registering import Whole, check_folds, verify
from workflows.service.sweeping import Swept, sweep
from workflows.store.engine import Engine

pytestmark = [pytest.mark.feature("C8"), pytest.mark.feature("C20")]
DUE = datetime(2026, 12, 9, 17, 0, tzinfo=UTC)
"""When the consent check of the house falls due."""


@pytest.fixture
def house(engine: Engine) -> House:
    return make_house(engine)


def extend(house: House, case: str, *, at: datetime, amount: int = 1) -> None:
    """Max, the manager, gives more time."""
    house.do(Extend(id=str(uuid4()), actor=house.actor("max"), at=at, case_id=case, amount=amount, reason="Illness."))


def test_rungs_that_have_not_fallen_move_and_none_falls_twice(house: House) -> None:
    case = house.request()
    house.time_is(DUE - DAY)
    assert sweep(house.engine, house.library).done == 1
    extend(house, case, at=DUE - HOUR)
    house.time_is(DUE)
    assert sweep(house.engine, house.library) == Swept()
    assert house.sql("SELECT DISTINCT version FROM due_items") == [(1,)]
    house.time_is(DUE + DAY)
    assert sweep(house.engine, house.library).done == 1
    assert house.rungs(case) == ["half", "overdue"]
    assert house.told(case, "extended") == [("extended", "colin"), ("extended", "rita")]
    assert house.sql("SELECT due_at FROM cases") == [(DUE + DAY,)]


def test_a_lateness_after_an_extension_is_told_once_more_and_only_once(house: House) -> None:
    case = house.request()
    house.time_is(DUE + 5 * HOUR)
    assert sweep(house.engine, house.library).done == 3
    extend(house, case, at=DUE + 6 * HOUR)
    assert house.sql("SELECT overdue FROM cases") == [(False,)]
    house.time_is(DUE + DAY + HOUR)
    assert sweep(house.engine, house.library).done == 1
    assert sweep(house.engine, house.library) == Swept()
    assert house.rungs(case) == ["half", "overdue", "deputy", "overdue"]
    facts = house.sql("SELECT facts->>'version' FROM events WHERE type = 'BecameOverdue' ORDER BY seq")
    assert facts == [("0",), ("1",)]
    assert isinstance(verify(house.engine), Whole)
    assert list(check_folds(house.engine, house.library)) == []


def test_an_unanswered_question_goes_back_by_itself_and_the_pause_ends_then(house: House) -> None:
    case = house.request()
    house.ask(case)
    house.time_is(DUE + 30 * DAY)
    sweep(house.engine, house.library)
    assert house.sql("SELECT stage, paused FROM cases") == [("consent_check", False)]
    assert house.told(case, "unanswered") == [("unanswered", "colin"), ("unanswered", "rita")]
    assert sweep(house.engine, house.library) == Swept()
    given = house.sql("SELECT count(*) FROM events WHERE type = 'QuestionGivenBack'")
    assert given == [(1,)]
    assert isinstance(verify(house.engine), Whole)
    assert list(check_folds(house.engine, house.library)) == []


def test_a_clock_in_working_hours_falls_due_and_is_escalated_only_while_the_service_is_open(engine: Engine) -> None:
    text = read_builtin("standard")
    for old, new in (
        ("routine: {length: 2 working_days,", "routine: {length: 8 working_hours,"),
        ("extension: {most: 2 working_days,", "extension: {most: 3 working_hours,"),
        ("when: {routine: 4 hours, priority: 2 hours", "when: {routine: 4 working_hours, priority: 2 hours"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    house = make_house(engine, text)
    case = house.request()
    extend(house, case, at=MONDAY, amount=2)
    tuesday = MONDAY.replace(hour=0) + DAY
    seen = []
    for at in (tuesday + 11 * HOUR, tuesday + 12 * HOUR, tuesday + 15 * HOUR, tuesday + 16 * HOUR):
        house.time_is(at)
        sweep(house.engine, house.library)
        seen.append(house.rungs(case)[1:])
    assert seen == [[], ["overdue"], ["overdue"], ["overdue", "deputy"]]
