"""Mail that is not urgent waits for the morning; what reaches nobody is an alert; each rung falls once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from tests.builders import House, build
from workflows.core.commands import Withdraw
from workflows.core.definition import Role
from workflows.service.posting import Fate, Letter, Sending, drain, held
from workflows.service.sweeping import sweep
from workflows.service.unit_of_work import Engine, reading, transaction

pytestmark = pytest.mark.feature("C20")
FRIDAY_EVENING = datetime.fromisoformat("2026-11-20T19:30:00+00:00")
MONDAY_NINE = datetime.fromisoformat("2026-11-23T09:00:00+00:00")


class Box:
    """Takes every letter."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def __call__(self, letter: Letter) -> Sending:
        self.letters.append(letter)
        return Sending(Fate.SENT)


@pytest.fixture
def house(engine: Engine) -> House:
    return House.found(engine)


def time_is(house: House, at: datetime) -> None:
    with transaction(house.engine) as connection:
        connection.execute(text("UPDATE product_clock SET ahead = :at - clock_timestamp()"), {"at": at})


def post(house: House, box: Box) -> list[str]:
    """What goes now, in hours, by kind."""
    before = len(box.letters)
    drain(house.engine, house.casework.library, box, in_hours=True)
    return sorted(letter.kind.value for letter in box.letters[before:])


def clear(house: House) -> None:
    drain(house.engine, house.casework.library, Box())


def kinds(house: House, case_id: str) -> dict[str, int]:
    with reading(house.engine) as connection:
        rows = connection.execute(
            text("SELECT kind, count(DISTINCT created_at) FROM notices WHERE case_id = :id GROUP BY kind"),
            {"id": case_id},
        )
        return {row[0]: row[1] for row in rows}


def test_what_is_not_urgent_waits_until_the_service_opens_and_can_be_read_at_once(house: House) -> None:
    case_id = build(house, "S9", upto="consent_check", submitted=FRIDAY_EVENING)
    time_is(house, FRIDAY_EVENING + timedelta(minutes=1))
    box = Box()
    assert post(house, box) == []
    many, first = held(house.engine)
    assert (many > 0, first) == (True, MONDAY_NINE)
    assert kinds(house, case_id)["your_turn"] == 1
    time_is(house, MONDAY_NINE - timedelta(seconds=30))
    assert post(house, box) == []
    time_is(house, MONDAY_NINE + timedelta(seconds=1))
    assert post(house, box) == ["your_turn"] * many
    assert held(house.engine) == (0, None)


def test_what_is_urgent_goes_at_night_too(house: House) -> None:
    build(house, "S3", upto="emergency_release", submitted=FRIDAY_EVENING)
    time_is(house, FRIDAY_EVENING + timedelta(minutes=1))
    assert post(house, Box())


def test_what_is_not_so_any_more_in_the_morning_is_never_sent(house: House) -> None:
    case_id = build(house, "S9", upto="consent_check", submitted=FRIDAY_EVENING)
    owner = next(
        each.email.partition("@")[0] for each in house.cast.people.values() if each.id == house.case(case_id).requester
    )
    house.give(Withdraw, owner, case_id, at=FRIDAY_EVENING + timedelta(hours=1), reason="Not needed any more.")
    time_is(house, MONDAY_NINE + timedelta(seconds=1))
    assert "your_turn" not in post(house, Box())


def test_work_that_reaches_nobody_is_an_alert_to_those_who_can_see_to_it(house: House) -> None:
    org = house.organisation("harrowmere").id
    with transaction(house.engine) as connection:
        connection.execute(
            text("DELETE FROM memberships WHERE organisation_id = cast(:org AS uuid) AND role = 'consent_officer'"),
            {"org": org},
        )
    case_id = build(house, "S2", upto="consent_check")
    with reading(house.engine) as connection:
        told = connection.execute(
            text(
                """SELECT DISTINCT m.role FROM notices n JOIN memberships m ON m.person_id = n.person_id
                WHERE n.case_id = :id AND n.kind = 'nobody_told' AND m.organisation_id = cast(:org AS uuid)"""
            ),
            {"id": case_id, "org": org},
        ).scalars()
        assert {Role.MANAGER.value, Role.ADMINISTRATOR.value} <= set(told)


def test_a_rung_that_reaches_nobody_is_an_alert_and_the_next_one_still_comes(house: House) -> None:
    org = house.organisation("harrowmere").id
    case_id = build(house, "S2", upto="adjudication")
    with transaction(house.engine) as connection:
        connection.execute(
            text(
                """DELETE FROM memberships WHERE organisation_id = cast(:org AS uuid)
                AND role IN ('deputy_guardian', 'on_call_authoriser')"""
            ),
            {"org": org},
        )
    time_is(house, house.later(case_id) + timedelta(days=10))
    sweep(house.engine, house.casework.library)
    found = kinds(house, case_id)
    assert found["nobody_told"] == 1
    case = house.case(case_id)
    assert case.clock is not None
    assert {"half", "overdue", "deputy", "manager", "named_senior"} == set(case.clock.fired)


def test_each_rung_once_after_three_days_with_nothing_running_however_many_sweep(house: House) -> None:
    open_one, withdrawn = build(house, "S2", upto="adjudication"), build(house, "S2", upto="adjudication")
    house.give(Withdraw, "priya.anand", withdrawn, reason="Not needed any more.")
    clear(house)
    ended = house.case(withdrawn).version
    time_is(house, house.later(open_one) + timedelta(days=3))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: sweep(house.engine, house.casework.library, most=3), range(8)))
    sweep(house.engine, house.casework.library)
    case = house.case(open_one)
    assert case.clock is not None
    with reading(house.engine) as connection:
        rows = connection.execute(
            text(
                """SELECT facts ->> 'rung' AS rung, count(*) AS times FROM events
                WHERE stream = :id AND facts ? 'rung' GROUP BY 1"""
            ),
            {"id": open_one},
        )
        assert {row.rung: row.times for row in rows} == dict.fromkeys(case.clock.fired, 1)
    assert house.case(withdrawn).version == ended
