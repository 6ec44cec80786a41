"""Outages of the real processes: what falls due happens once, each mail is one mail, and the pages go on."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import redis
from sqlalchemy import text

from tests.launch.starting import wait_for
from tests.processes.ground import Ground
from tests.processes.parts import Caller, Parts, parts_of
from tests.processes.product import own_database
from tests.processes.record import Record, every_mail_is_one_mail, ids_once
from workflows.service.library import Library
from workflows.service.unit_of_work import transaction

pytestmark = [
    pytest.mark.processes,
    pytest.mark.timeout(240),
    # One product for all of them: starting one costs more than the tests do.
    pytest.mark.xdist_group("outage"),
]

LONDON = ZoneInfo("Europe/London")
PATIENCE = 90.0
"""Each wait ends as soon as it has what it waits for; a machine that does much else takes a while."""
AT_A_LOCK = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND application_name = 'gatehouse worker' AND wait_event_type = 'Lock'"""
LADDER = {"half", "overdue", "deputy", "manager"}
"""The rungs of a priority request at its consent check that are due on the evening of the next working day."""


def at(day: date, hour: int) -> datetime:
    """This hour of a day, in London."""
    return datetime.combine(day, time(hour), LONDON)


def afternoon_before(ground: Ground, stretch: str) -> datetime:
    """Move the clock to three on the last working day before a weekend, or before one in which the clocks change.

    Gives ten in the evening of the next working day.
    """
    calendar = Library().calendar("england-and-wales")
    day = ground.now.astimezone(LONDON).date() + timedelta(days=1)
    while True:
        back = calendar.on_or_after(day + timedelta(days=1))
        changes = at(day, 15).utcoffset() != at(back, 15).utcoffset()
        if calendar.is_working_day(day) and back - day > timedelta(days=2) and (changes or stretch == "weekend"):
            ground.office.move_clock(at(day, 15) - ground.now)
            return at(back, 22)
        day += timedelta(days=1)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """The parts of a product with the demo laid out, all running. A test leaves them so."""
    with pytest.MonkeyPatch.context() as patch, own_database("gatehouse_parts") as database:
        patch.delenv("GATEHOUSE_REDIS_URL", raising=False)
        patch.setenv("GATEHOUSE_DATABASE_URL", database)
        with parts_of(tmp_path_factory.mktemp("parts") / "home", database=database) as parts:
            parts.start("mail", "web", "worker", "beat")
            yield parts


@pytest.mark.feature("C20", "C21", "I7", "I8", "I11", "F04", "F17")
def test_a_day_without_worker_beat_and_queue_loses_and_repeats_nothing(parts: Parts) -> None:
    """People go on working meanwhile; afterwards every rung that fell due is there once, and so is every mail."""
    product = parts.product
    with contextlib.closing(Ground.over(product)) as ground:
        record, caller = Record(ground), Caller(product)
        ground.two_working_days_begin()
        wait_for(lambda: caller.get("/health/ready")[0] == 200, seconds=PATIENCE, what="readiness")
        left = ground.brought("S2", upto="consent_check")
        worked = ground.brought("S2", upto="consent_check")
        wait_for(record.is_quiet, seconds=PATIENCE, what="quiet before the outage")
        before = record.rungs()

        parts.kill("worker", "beat", "valkey")
        caller.sign_in("samir.haddad@harrowmere.example")
        page = caller.send(f"/cases/{worked}/consent", finding="not_a_bar", note="Refused, and not a bar")
        assert "The consent check was recorded." in page
        ground.office.move_clock(timedelta(hours=36))
        fell_due, waited = record.due(), record.waiting()
        assert {rung for case, _clock, rung in fell_due if case == left} == LADDER
        assert waited > 0
        wait_for(lambda: caller.get("/health/ready")[0] == 503, seconds=PATIENCE, what="the truth about the worker")
        assert caller.get("/health/live")[0] == 200

        parts.start("valkey", "worker", "beat")
        wait_for(record.is_quiet, seconds=PATIENCE, what="quiet after the outage")
        wait_for(lambda: caller.get("/health/ready")[0] == 200, seconds=PATIENCE, what="readiness again")
        assert record.rungs() - before == Counter(fell_due)
        every_mail_is_one_mail(product, record)

        notices, rungs = record.notices(), record.rungs()
        for _ in range(3):
            last = record.beats()
            wait_for(lambda last=last: record.beats() != last, seconds=PATIENCE, what="another beat")  # type: ignore[misc]
        assert (record.notices(), record.rungs()) == (notices, rungs)
        assert ids_once(product)
        assert product.tool("register", "verify")


@pytest.mark.feature("C20", "C21", "I7", "I8", "F01", "F04", "F17")
@pytest.mark.parametrize(
    ("stretch", "dead"),
    [
        ("weekend", ("worker",)),
        ("weekend", ("beat",)),
        ("weekend", ("valkey",)),
        ("weekend", ("worker", "beat", "valkey")),
        ("change of the clocks", ("worker", "beat", "valkey")),
    ],
    ids=["weekend-worker", "weekend-beat", "weekend-queue", "weekend-all", "clocks-change-all"],
)
def test_a_weekend_or_a_change_of_the_clocks_without_a_part(parts: Parts, stretch: str, dead: tuple[str, ...]) -> None:
    """What fell due meanwhile happens once, at the hour that the clock on the wall says, and each mail is one mail."""
    product = parts.product
    with contextlib.closing(Ground.over(product)) as ground:
        record = Record(ground)
        evening = afternoon_before(ground, stretch)
        left = ground.brought("S2", upto="consent_check")
        wait_for(record.is_quiet, seconds=PATIENCE, what="quiet before the outage")
        before = record.rungs()
        ((due_at,),) = record.rows(f"SELECT due_at FROM due_items WHERE case_id = '{left}' AND rung = 'overdue'")
        assert datetime.fromisoformat(due_at) == evening.replace(hour=17)

        parts.kill(*dead)
        ground.office.move_clock(evening - ground.now)
        parts.start(*reversed(dead))
        wait_for(lambda: of_case(record, left) >= LADDER, seconds=PATIENCE, what="the ladder")
        wait_for(record.is_quiet, seconds=PATIENCE, what="quiet after the outage")
        happened = record.rungs() - before
        assert of_case(record, left) == LADDER
        assert set(happened.values()) == {1}
        every_mail_is_one_mail(product, record)


def of_case(record: Record, case_id: str) -> set[str]:
    """The rungs of a case that were carried out."""
    return {rung for case, _clock, rung in record.rungs() if case == case_id}


@pytest.mark.feature("C21", "F04", "F22")
def test_the_queue_dies_under_a_working_worker(parts: Parts) -> None:
    """The worker finds the queue again by itself, though both its hands were full; what was asked for is done once."""
    product = parts.product
    with contextlib.closing(Ground.over(product)) as ground:
        record = Record(ground)
        wait_for(lambda: bool(record.rows("SELECT 1 FROM heartbeats")), seconds=PATIENCE, what="a first beat")
        with transaction(ground.house.engine) as connection:
            connection.execute(text("LOCK TABLE heartbeats IN ACCESS EXCLUSIVE MODE"))
            wait_for(lambda: record.count(AT_A_LOCK) == 2, seconds=PATIENCE, what="both hands at a lock")
            parts.kill("valkey")
        case_id = ground.brought("S2", upto="consent_check")
        parts.start("valkey")
        wait_for(lambda: bool(product.mails(case_id)), seconds=PATIENCE, what="the mail")
        wait_for(record.is_quiet, seconds=PATIENCE, what="quiet")
        assert [mail.seen[0] for mail in product.mails(case_id)] == ["samir.haddad"]
        every_mail_is_one_mail(product, record)


@pytest.mark.feature("C20", "C21", "I7", "I8", "F01", "F04")
def test_killed_again_and_again_in_the_middle_of_escalations(parts: Parts) -> None:
    """Worker, beat and queue are killed, and the queue flushed, while rungs are climbed and mails go out."""
    product = parts.product
    with contextlib.closing(Ground.over(product)) as ground:
        record = Record(ground)
        ground.two_working_days_begin()
        cases = [ground.brought("S2", upto="consent_check") for _ in range(8)]
        wait_for(record.is_quiet, seconds=PATIENCE, what="quiet at the start")
        before = record.rungs()
        # All at once: what the sweep has not taken yet is what is counted here as due.
        parts.kill("beat")
        ground.office.move_clock(timedelta(hours=36))
        due = record.due() | set(record.rungs() - before)
        parts.start("beat")
        for victim in ("worker", "valkey", "worker"):
            done = record.rungs().total()
            with contextlib.suppress(AssertionError):  # it may be done by now, or down: kill all the same
                wait_for(lambda done=done: record.rungs().total() > done, seconds=4)  # type: ignore[misc]
            with (
                contextlib.suppress(redis.RedisError),
                redis.Redis.from_url(product.settings["GATEHOUSE_REDIS_URL"], socket_connect_timeout=1) as queue,
            ):
                queue.flushall()
            parts.kill(victim)
            record.end_leases()
            parts.start(victim)
        wait_for(record.is_quiet, seconds=PATIENCE, what="quiet after the kills")
        assert record.rungs() - before == Counter(due)
        for case in cases:
            assert {rung for stream, _clock, rung in record.rungs() if stream == case} == LADDER
        every_mail_is_one_mail(product, record)
        assert product.tool("register", "verify")
