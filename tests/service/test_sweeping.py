"""The sweep: what is due happens once, whoever sweeps, however late, however often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from sqlalchemy import event

from tests.workers.house import DAY, HOUR, MONDAY, House, make_house
from workflows.core.definition import CommandType, Urgency
from workflows.service import sweeping
from workflows.service.registering import Whole, check_folds, verify
from workflows.service.sweeping import Swept, sweep
from workflows.store.engine import Busy, Engine, Unavailable

LADDER = ["half", "overdue", "deputy", "manager", "named_senior"]
DUE = datetime(2026, 12, 9, 17, 0, tzinfo=UTC)
"""Two working days after MONDAY, at five."""


@pytest.fixture
def house(engine: Engine) -> House:
    return make_house(engine)


def test_nothing_is_due_before_its_time(house: House) -> None:
    case = house.request()
    assert sweep(house.engine, house.library) == Swept()
    assert house.rungs(case) == []


@pytest.mark.feature("C20", "I8")
def test_each_rung_comes_in_its_time_and_tells_its_own_people(house: House) -> None:
    case = house.request()
    seen = []
    for at in (DUE - DAY, DUE, DUE + 4 * HOUR, DUE + DAY, DUE + 5 * DAY):
        house.time_is(at)
        assert sweep(house.engine, house.library).done == 1
        seen.append(house.rungs(case)[-1])
    assert seen == LADDER
    assert house.told(case, "reminder", "overdue", "escalation") == [
        ("escalation", "dora"), ("escalation", "max"), ("escalation", "nell"),
        ("overdue", "colin"), ("reminder", "colin"),
    ]  # fmt: skip
    assert house.sql("SELECT overdue FROM cases") == [(True,)]


@pytest.mark.feature("C20", "C21", "F16")
def test_after_three_days_without_a_sweep_every_missed_rung_comes_once(house: House) -> None:
    case = house.request()
    house.time_is(DUE + 3 * DAY)
    assert sweep(house.engine, house.library).done == 4
    assert sweep(house.engine, house.library) == Swept()
    assert house.rungs(case) == LADDER[:4]
    assert house.told(case, "escalation") == [("escalation", "dora"), ("escalation", "max")]


@pytest.mark.feature("C20", "F17")
def test_sweepers_side_by_side_do_everything_once(house: House) -> None:
    cases = [house.request() for _ in range(6)]
    house.time_is(DUE + 10 * DAY)
    start = Barrier(4)

    def one(_: int) -> Swept:
        start.wait()
        return sweep(house.engine, house.library, most=3)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(one, range(4)))
    assert sum(result.done for result in results) == 6 * len(LADDER)
    assert sum(result.failed for result in results) == 0
    for case in cases:
        assert sorted(house.rungs(case)) == sorted(LADDER)
        assert len(house.told(case, "escalation")) == 3
    assert isinstance(verify(house.engine), Whole)
    assert list(check_folds(house.engine, house.library)) == []


@pytest.mark.feature("C20")
def test_a_paused_clock_reaches_no_rung_and_runs_on_with_the_time_it_had(house: House) -> None:
    case = house.request()
    house.time_is(DUE - DAY)
    sweep(house.engine, house.library)
    house.ask(case, at=DUE - DAY + HOUR)
    house.time_is(DUE + 60 * DAY)
    house.sql("DELETE FROM due_items WHERE clock <> 1")  # leave out the requester's own clock
    assert sweep(house.engine, house.library) == Swept()
    house.answer(case, at=DUE + 60 * DAY)
    assert sweep(house.engine, house.library) == Swept()
    assert house.rungs(case) == LADDER[:1]
    house.time_is(DUE + 61 * DAY)
    assert sweep(house.engine, house.library).done == 1
    house.time_is(DUE + 80 * DAY)
    sweep(house.engine, house.library)
    assert house.rungs(case) == LADDER
    assert house.told(case, "reminder") == [("reminder", "colin")]


@pytest.mark.feature("C20")
def test_no_rung_for_a_closed_case(house: House) -> None:
    case = house.request()
    house.check_consent(case)
    house.advise(case)
    house.decline(case)
    house.time_is(MONDAY + 90 * DAY)
    assert sweep(house.engine, house.library) == Swept()
    assert house.rungs(case) == []


@pytest.mark.feature("C21", "F01")
def test_an_item_whose_sweeper_was_killed_is_taken_up_after_the_lease(house: House) -> None:
    case = house.request()
    house.time_is(DUE)
    with house.engine.begin() as connection:
        taken = sweeping.due_items.claim(connection, now=DUE, most=10, lease=sweeping.LEASE)
    assert len(taken) == 2
    assert sweep(house.engine, house.library) == Swept()
    house.sql("UPDATE due_items SET lease_until = clock_timestamp() WHERE lease_until IS NOT NULL")
    assert sweep(house.engine, house.library).done == 2
    assert house.rungs(case) == LADDER[:2]


@pytest.mark.feature("I8", "F12")
def test_a_late_sweeper_neither_repeats_nor_loses_a_rung_that_moved(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its claim and its command the case is paused and resumed: the rung is now due another day."""
    case = house.request()
    house.time_is(DUE)
    real = sweeping.execute

    def slow(*args: object) -> object:
        monkeypatch.setattr(sweeping, "execute", real)
        house.ask(case, at=MONDAY + HOUR)
        house.answer(case, at=MONDAY + 8 * DAY)
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(sweeping, "execute", slow)
    assert sweep(house.engine, house.library).dropped == 2
    assert house.rungs(case) == []
    assert house.sql("SELECT count(*) FROM due_items WHERE rung = 'half'") == [(1,)]
    house.time_is(DUE + 30 * DAY)
    sweep(house.engine, house.library)
    assert house.rungs(case) == LADDER


@pytest.mark.feature("I8")
def test_a_row_that_is_wrong_is_put_right_and_fires_nothing(house: House) -> None:
    case = house.request()
    house.sql("UPDATE due_items SET due_at = due_at - interval '9 days'")
    assert sweep(house.engine, house.library) == Swept(dropped=5)
    assert house.rungs(case) == []
    assert list(check_folds(house.engine, house.library)) == []


@pytest.mark.feature("C21")
def test_one_case_that_fails_does_not_stop_the_others(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = house.request(urgency=Urgency.PRIORITY), house.request()
    house.time_is(DUE)
    real = sweeping.execute
    faults = iter([Busy("55P03"), RuntimeError("Anna Example is 7"), *[ValueError("x")] * 3])

    def fails(engine: Engine, library: object, command: object) -> object:
        if getattr(command, "case_id", "") == bad:
            raise next(faults)
        return real(engine, library, command)  # type: ignore[arg-type]

    monkeypatch.setattr(sweeping, "execute", fails)
    swept = sweep(house.engine, house.library)
    assert (swept.done, swept.failed) == (2, 5)
    assert house.rungs(good) == LADDER[:2]
    notes = {row[0] for row in house.sql("SELECT last_error FROM due_items WHERE last_error <> ''")}
    assert notes == {"busy", "RuntimeError", "ValueError"}


@pytest.mark.feature("F08")
def test_without_a_database_the_sweep_stops_and_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    case = house.request()
    house.time_is(DUE)

    def gone(*_: object) -> object:
        raise Unavailable("57P01")

    with monkeypatch.context() as patched:
        patched.setattr(sweeping, "execute", gone)
        with pytest.raises(Unavailable):
            sweep(house.engine, house.library)
    house.sql("UPDATE due_items SET lease_until = clock_timestamp() WHERE lease_until IS NOT NULL")
    assert sweep(house.engine, house.library, seconds=0) == Swept()
    assert sweep(house.engine, house.library).done == 2
    assert house.rungs(case) == LADDER[:2]


def test_the_same_rung_always_has_the_same_command_id(house: House) -> None:
    case = house.request()
    house.time_is(DUE)
    sweep(house.engine, house.library)
    items = house.sql("SELECT command_id::text FROM events WHERE type = 'Reminded'")
    claimed = sweeping.Claimed(case, 1, "half", CommandType.REMIND, DUE)
    assert items == [(sweeping.command_id(claimed),)]


@pytest.mark.feature("I8")
def test_what_is_not_due_costs_nothing(house: House) -> None:
    """The claim reads by index: rows that are not due are not looked at, however many there are."""
    case = house.request()
    house.sql(
        """INSERT INTO due_items (case_id, clock, rung, command, due_at)
        SELECT cast(:id AS uuid), n, 'half', 'remind', now() + interval '1 year' * (1 + n % 5)
        FROM generate_series(2, 50000) n""",
        id=case,
    )
    house.sql("ANALYZE due_items")
    house.time_is(DUE)
    with house.engine.begin() as connection:
        statements: list[str] = []
        event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
        sweeping.due_items.claim(connection, now=DUE, most=100, lease=sweeping.LEASE)
    plan = "\n".join(
        str(row[0])
        for row in house.sql(
            """EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) SELECT case_id FROM due_items
            WHERE due_at <= :now AND (lease_until IS NULL OR lease_until < clock_timestamp())
            ORDER BY due_at, case_id, rung LIMIT 100 FOR UPDATE SKIP LOCKED""",
            now=DUE,
        )
    )
    assert "Seq Scan" not in plan
    assert "ix_due_items_due_at" in plan
    assert len(statements) == 1
