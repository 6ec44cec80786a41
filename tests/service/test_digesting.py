"""Digests: one for a person and a period whatever happens, only what is still true, and never what is urgent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.workers.house import DAY, MONDAY, House, make_house
from workers.letters import compose_digest
from workflows.core.commands import Chase
from workflows.core.definition import Urgency
from workflows.core.digests import Choice, Grouping, Rhythm, choice_of, last_period
from workflows.core.refusals import Refused
from workflows.service.digesting import Choices, Digest, drain_digests
from workflows.service.posting import Fate, Posted, Sending, drain, undeliverable
from workflows.service.unit_of_work import reading
from workflows.store import cases
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C24")

DAILY = Choice(frozenset(Grouping), Rhythm.DAILY, 8)
TUESDAY_8 = datetime(2026, 12, 8, 8, 0, tzinfo=UTC)


@dataclass
class Box:
    """Takes digests, after the prepared answers."""

    answers: list[Sending] = field(default_factory=list)
    got: list[Digest] = field(default_factory=list)

    def __call__(self, digest: Digest) -> Sending:
        self.got.append(digest)
        return self.answers.pop(0) if self.answers else Sending(Fate.SENT)


@pytest.fixture
def house(engine: Engine) -> House:
    house = make_house(engine)
    house.time_is(MONDAY)
    choose(house, "colin")
    return house


def choose(house: House, who: str, choice: Choice = DAILY) -> None:
    with reading(house.engine) as connection:
        person = cases.principal(connection, house.people[who])
    assert person is not None
    Choices(house.engine).choose(person, choice, command_id=str(uuid4()), now=MONDAY)


def post(house: House, box: Box) -> Posted:
    return drain_digests(house.engine, house.library, box)


def mails(house: House) -> Posted:
    """What goes by itself now."""
    return drain(house.engine, house.library, lambda _letter: Sending(Fate.SENT))


def hurry(house: House) -> None:
    house.sql("UPDATE digests SET next_at = clock_timestamp() - interval '1 s', lease_until = NULL")


def test_what_waits_comes_in_one_mail_at_the_hour_and_only_once(house: House) -> None:
    first, second = house.request(), house.request()
    box = Box()
    assert mails(house) == post(house, box) == Posted()
    house.time_is(TUESDAY_8 - timedelta(minutes=1))
    assert post(house, box) == Posted()
    house.time_is(TUESDAY_8)
    assert post(house, box) == Posted(sent=1)
    assert post(house, box) == Posted()
    (digest,) = box.got
    assert digest.address == "colin@holder.example"
    assert {line.case_id for line in digest.lines} == {first, second}
    assert house.sql("SELECT DISTINCT state FROM outbox") == [("sent",)]


def test_many_workers_and_a_restart_make_one_digest(house: House) -> None:
    house.request()
    house.time_is(TUESDAY_8 + timedelta(minutes=1))
    box = Box()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: post(house, box), range(4)))
    assert len(box.got) == 1
    assert house.sql("SELECT count(*) FROM digests") == [(1,)]


def test_after_an_outage_of_days_there_is_one_digest(house: House) -> None:
    house.request()
    house.request(at=MONDAY + DAY)
    house.time_is(MONDAY + 3 * DAY)
    box = Box()
    assert post(house, box) == Posted(sent=1)
    assert len(box.got[0].lines) == 2


def test_what_is_no_longer_true_is_left_out_and_an_empty_digest_is_not_sent(house: House) -> None:
    done, left = house.request(), house.request()
    house.check_consent(done)
    house.time_is(TUESDAY_8)
    box = Box()
    assert post(house, box).sent == 1
    assert [line.case_id for line in box.got[0].lines] == [left]
    again = house.request(at=TUESDAY_8)
    house.check_consent(again, at=TUESDAY_8)
    house.time_is(TUESDAY_8 + DAY)
    assert post(house, box) == Posted(superseded=1)
    assert len(box.got) == 1


def test_what_is_urgent_comes_at_once(house: House) -> None:
    case = house.request()
    house.do(Chase(id=str(uuid4()), actor=house.actor("max"), at=MONDAY, case_id=case))
    assert mails(house) == Posted(sent=1)
    with reading(house.engine) as connection:
        assert connection is not None
    house.sql("UPDATE outbox SET state = 'sent'")
    house.request(urgency=Urgency.EMERGENCY)
    assert house.sql("SELECT DISTINCT channel FROM outbox WHERE state = 'waiting'") == [("mail",)]


def test_who_chooses_otherwise_gets_what_waited_at_once(house: House) -> None:
    house.request()
    choose(house, "colin", Choice())
    assert mails(house) == Posted(sent=1)
    assert house.sql("SELECT count(*) FROM events WHERE type = 'MailChosen'") == [(2,)]


def test_a_digest_is_tried_again_as_the_same_mail_and_visibly_dead_when_refused(house: House) -> None:
    house.request()
    house.time_is(TUESDAY_8)
    box = Box([Sending(Fate.UNREACHABLE, "ConnectionRefusedError"), Sending(Fate.NEVER, "550 refused")])
    assert post(house, box) == Posted(later=1)
    hurry(house)
    assert post(house, box) == Posted(dead=1)
    assert box.got[0].message_id == box.got[1].message_id
    assert undeliverable(house.engine) == 1


def test_no_canary_is_in_a_digest(house: House) -> None:
    house.sql("UPDATE people SET name = 'Canary9 ' || name")
    house.request(canary="Canary9")
    house.time_is(TUESDAY_8)
    box = Box()
    post(house, box)
    mail = compose_digest(box.got[0], base_url="https://g.example", sender="g@g.example")
    assert "canary" not in mail.as_string().lower()
    assert box.got[0].lines[0].reference in mail.get_content()


@pytest.mark.parametrize(
    ("rhythm", "now", "period"),
    [
        (Rhythm.DAILY, "2026-12-08T07:59:59", "2026-12-07T08:00:00"),
        (Rhythm.DAILY, "2026-12-08T08:00:00", "2026-12-08T08:00:00"),
        (Rhythm.TWICE, "2026-12-08T13:59:00", "2026-12-08T08:00:00"),
        (Rhythm.TWICE, "2026-12-08T14:00:00", "2026-12-08T14:00:00"),
        (Rhythm.TWICE, "2026-12-09T07:00:00", "2026-12-08T14:00:00"),
        (Rhythm.DAILY, "2027-03-28T06:59:00", "2027-03-27T08:00:00"),  # the clocks go forward
        (Rhythm.DAILY, "2027-03-28T07:00:00", "2027-03-28T07:00:00"),
        (Rhythm.DAILY, "2026-10-25T07:30:00", "2026-10-24T07:00:00"),  # the clocks go back
        (Rhythm.DAILY, "2026-10-25T08:00:00", "2026-10-25T08:00:00"),
    ],
)
def test_periods_end_by_the_clock_in_london(rhythm: Rhythm, now: str, period: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert last_period(Choice(frozenset(), rhythm, 8), at) == datetime.fromisoformat(period).replace(tzinfo=UTC)


def test_a_choice_that_cannot_be_is_refused_with_each_fault() -> None:
    with pytest.raises(Refused) as refused:
        choice_of(frozenset({"urgent"}), "hourly", "23")
    assert [each.code for each in refused.value.refusals] == ["unknown_group", "unknown_rhythm", "unknown_hour"]
    assert choice_of(frozenset({"work"}), "twice", "13") == Choice(frozenset({Grouping.WORK}), Rhythm.TWICE, 13)
