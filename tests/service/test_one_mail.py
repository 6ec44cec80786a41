"""After an outage a person gets one mail about the highest step of a case, and the time for trying is a fresh one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.workers.house import DAY, HOUR, House, make_house
from workflows.core.telling import LADDER
from workflows.service import posting
from workflows.service.posting import Fate, Letter, Posted, Sending, drain
from workflows.service.sweeping import sweep
from workflows.store.engine import Engine

pytestmark = pytest.mark.feature("C20", "C24")
DUE = datetime(2026, 12, 9, 17, 0, tzinfo=UTC)
"""Two working days after the house's Monday, at five."""


@pytest.fixture
def house(engine: Engine) -> House:
    return make_house(engine)


class Box:
    """Takes every letter, or gives this answer."""

    def __init__(self, answer: Sending | None = None) -> None:
        self.answer = answer or Sending(Fate.SENT)
        self.got: list[Letter] = []

    def __call__(self, letter: Letter) -> Sending:
        self.got.append(letter)
        return self.answer

    @property
    def told(self) -> list[tuple[str, str]]:
        """Who got which letter of the ladder, sorted."""
        mine = [letter for letter in self.got if letter.kind in LADDER]
        return sorted((letter.kind.value, letter.address.partition("@")[0]) for letter in mine)


def test_what_came_together_is_one_mail_to_each_person_and_every_notice_is_there(house: House) -> None:
    case = house.request()
    drain(house.engine, house.library, Box())
    house.time_is(DUE + 3 * DAY)
    sweep(house.engine, house.library)
    box = Box()
    assert drain(house.engine, house.library, box).superseded == 1
    assert box.told == [("escalation", "dora"), ("escalation", "max"), ("overdue", "colin")]
    assert house.sql("SELECT last_error FROM outbox WHERE state = 'superseded'") == [("another mail says more",)]
    assert house.told(case, "reminder", "overdue") == [("overdue", "colin"), ("reminder", "colin")]
    assert drain(house.engine, house.library, Box()) == Posted()


def test_steps_that_come_in_their_time_are_each_a_mail(house: House) -> None:
    house.request()
    drain(house.engine, house.library, Box())
    box = Box()
    for at in (DUE - DAY, DUE, DUE + 4 * HOUR):
        house.time_is(at)
        sweep(house.engine, house.library)
        drain(house.engine, house.library, box)
    assert box.told == [("escalation", "dora"), ("overdue", "colin"), ("reminder", "colin")]


def test_a_reminder_that_could_not_be_sent_is_not_sent_after_the_word_that_it_is_late(house: House) -> None:
    house.request()
    drain(house.engine, house.library, Box())
    house.time_is(DUE - DAY)
    sweep(house.engine, house.library)
    assert drain(house.engine, house.library, Box(Sending(Fate.LATER, "450"))).later == 1
    house.time_is(DUE)
    sweep(house.engine, house.library)
    box = Box()
    assert drain(house.engine, house.library, box).superseded == 0
    assert box.told == [("overdue", "colin")]
    house.sql("UPDATE outbox SET next_at = clock_timestamp() WHERE state = 'waiting'")
    assert drain(house.engine, house.library, box) == Posted(superseded=1)


def test_two_cases_of_one_person_are_two_mails(house: House) -> None:
    cases = {house.request(), house.request()}
    drain(house.engine, house.library, Box())
    house.time_is(DUE)
    sweep(house.engine, house.library)
    box = Box()
    assert drain(house.engine, house.library, box).superseded == 2
    assert box.told == [("overdue", "colin")] * 2
    assert {letter.case_id for letter in box.got} == cases


def test_a_mail_that_waited_a_weekend_is_tried_as_long_as_any_other(house: House) -> None:
    """Its time for trying begins with the first try: else a short fault of the mail server on Monday would end it."""
    house.request()
    house.sql(
        """UPDATE outbox SET created_at = created_at - interval '60 hours',
        give_up_at = give_up_at - interval '60 hours', hold_until = clock_timestamp()"""
    )
    for _ in range(posting.FEWEST_TRIES + 1):
        posted = drain(house.engine, house.library, Box(Sending(Fate.LATER, "450")))
        assert (posted.later, posted.dead) == (1, 0)
        house.sql("UPDATE outbox SET next_at = clock_timestamp()")
    assert drain(house.engine, house.library, Box()) == Posted(sent=1)
