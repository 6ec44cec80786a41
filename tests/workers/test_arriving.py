"""What GOV.UK Notify says later of a mail that it took: one that failed is shown like every other undelivered mail."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.workers.house import House, make_house
from tests.workers.notify_service import KEY, TEMPLATE, NotifyService, open_notify
from workers.notify import NotifySender
from workflows.core.digests import Choice, Grouping, Rhythm
from workflows.service.arriving import Arrival, Asked, Heard, ask
from workflows.service.digesting import Choices, drain_digests
from workflows.service.posting import Posted, drain, undeliverable
from workflows.service.undelivered import Undeliverable
from workflows.service.unit_of_work import reading
from workflows.store import cases
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C24")

FAILURES = ("permanent-failure", "temporary-failure", "technical-failure")


@pytest.fixture
def service() -> Iterator[NotifyService]:
    with open_notify() as service:
        yield service


@pytest.fixture
def house(engine: Engine) -> House:
    return make_house(engine)


def sender(service: NotifyService) -> NotifySender:
    return NotifySender(service.url, KEY, TEMPLATE, "https://g.example", timeout=2)


def sent(house: House, service: NotifyService) -> str:
    """One mail that Notify has taken: what it calls it."""
    house.request()
    assert drain(house.engine, house.library, sender(service).send) == Posted(sent=1)
    (receipt,) = service.statuses
    return receipt


def later(house: House, ago: str = "1 hour") -> None:
    """It was sent so long ago, and it is time to ask."""
    house.sql(
        f"""UPDATE outbox SET sent_at = clock_timestamp() - interval '{ago}', ask_at = clock_timestamp()
        WHERE ask_at IS NOT NULL"""
    )


@pytest.mark.parametrize("status", FAILURES)
def test_a_mail_that_failed_after_it_was_taken_is_undelivered_and_can_be_tried_again(
    house: House, service: NotifyService, status: str
) -> None:
    receipt = sent(house, service)
    look = sender(service).look
    assert ask(house.engine, look) == Asked(), "not at once"
    later(house)
    assert ask(house.engine, look) == Asked(waiting=1)
    later(house)
    service.statuses[receipt] = status
    assert ask(house.engine, look) == Asked(failed=1)
    assert undeliverable(house.engine) == 1
    with reading(house.engine) as connection:
        manager = cases.principal(connection, house.people["max"])
    assert manager is not None
    place = house.organisations["holder"]
    ((found,), count) = Undeliverable(house.engine).of(manager, place)
    assert (count, found.why, found.person) == (1, status, "Colin")
    assert ask(house.engine, look) == Asked()
    Undeliverable(house.engine).retry(manager, place, found.id, command_id=str(uuid4()), now=found.since)
    assert drain(house.engine, house.library, sender(service).send) == Posted(sent=1)
    assert len(service.got) == 2
    assert undeliverable(house.engine) == 0


def test_a_mail_that_arrived_or_that_nobody_knows_any_more_is_asked_about_no_more(
    house: House, service: NotifyService
) -> None:
    receipt = sent(house, service)
    later(house)
    service.statuses[receipt] = "delivered"
    assert ask(house.engine, sender(service).look) == Asked(arrived=1)
    assert house.sql("SELECT state, ask_at FROM outbox") == [("sent", None)]
    house.sql("UPDATE outbox SET ask_at = clock_timestamp()")
    service.statuses.clear()
    assert ask(house.engine, sender(service).look) == Asked()
    assert house.sql("SELECT state, ask_at FROM outbox") == [("sent", None)]


def test_what_is_asked_is_less_and_less_and_has_an_end(house: House, service: NotifyService) -> None:
    sent(house, service)
    waits = []
    for ago in ("10 seconds", "10 minutes", "2 hours", "50 hours"):
        later(house, ago)
        assert ask(house.engine, sender(service).look) == Asked(waiting=1)
        waits.append(
            round(float(str(house.sql("SELECT extract(epoch FROM ask_at - clock_timestamp()) FROM outbox")[0][0])))
        )
    assert [round(wait, -1) for wait in waits] == [60, 600, 7200, 21600]
    later(house, "97 hours")
    assert ask(house.engine, sender(service).look) == Asked(waiting=1)
    assert house.sql("SELECT ask_at FROM outbox") == [(None,)]


def test_a_round_is_bounded_and_stops_when_nobody_answers(house: House, service: NotifyService) -> None:
    for _ in range(4):
        house.request()
    drain(house.engine, house.library, sender(service).send)
    later(house)
    assert ask(house.engine, sender(service).look, most=3) == Asked(waiting=3)
    later(house)
    asked: list[str] = []

    def gone(receipt: str) -> Heard:
        asked.append(receipt)
        return Heard(Arrival.UNREACHABLE)

    assert ask(house.engine, gone) == Asked()
    assert len(asked) == 1
    assert undeliverable(house.engine) == 0
    assert ask(house.engine, gone, seconds=0) == Asked()
    service.error = (503, "Exception", "no")
    assert sender(service).look(next(iter(service.statuses))).arrival is Arrival.UNREACHABLE
    assert NotifySender("http://127.0.0.1:9", KEY, TEMPLATE, "x").look("y").arrival is Arrival.UNREACHABLE


def test_a_digest_that_failed_makes_everything_in_it_undelivered(house: House, service: NotifyService) -> None:
    with reading(house.engine) as connection:
        colin = cases.principal(connection, house.people["colin"])
    assert colin is not None
    chosen = Choice(frozenset(Grouping), Rhythm.DAILY, 8)
    now = house.sql("SELECT clock_timestamp() + ahead FROM product_clock")[0][0]
    Choices(house.engine).choose(colin, chosen, command_id=str(uuid4()), now=now)  # type: ignore[arg-type]
    house.request()
    house.request()
    house.sql("UPDATE product_clock SET ahead = ahead + interval '1 day'")
    assert drain_digests(house.engine, house.library, sender(service).send_digest) == Posted(sent=1)
    (receipt,) = service.statuses
    later(house)
    service.statuses[receipt] = "permanent-failure"
    assert ask(house.engine, sender(service).look) == Asked(failed=2)
    assert undeliverable(house.engine) == 2


def test_by_smtp_nothing_is_asked(house: House) -> None:
    from workflows.service.posting import Fate, Sending

    house.request()
    drain(house.engine, house.library, lambda _letter: Sending(Fate.SENT))
    assert house.sql("SELECT receipt, ask_at FROM outbox") == [(None, None)]
