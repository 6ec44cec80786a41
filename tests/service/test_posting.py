"""The post: at least once, under one Message-ID, only while it is true, and visibly dead when it cannot be."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.workers.house import DAY, MONDAY, House, make_house
from workflows.service import posting
from workflows.service.posting import Fate, Letter, Posted, Sending, drain, undeliverable
from workflows.service.sweeping import sweep
from workflows.store.engine import Engine

TAKEN = Sending(Fate.SENT)


@pytest.fixture
def house(engine: Engine) -> House:
    return make_house(engine)


class PostBox:
    """A sender that gives prepared answers, then takes everything."""

    def __init__(self, *answers: Sending | Exception) -> None:
        self.answers = list(answers)
        self.got: list[Letter] = []

    def __call__(self, letter: Letter) -> Sending:
        self.got.append(letter)
        answer = self.answers.pop(0) if self.answers else TAKEN
        if isinstance(answer, Exception):
            raise answer
        return answer


def hurry(house: House) -> None:
    """Let every wait and lease be over."""
    house.sql(
        """UPDATE outbox SET next_at = clock_timestamp() - interval '1 second',
        lease_until = lease_until - interval '1 hour'"""
    )


@pytest.mark.feature("I7", "C21")
def test_each_notice_becomes_one_mail_to_the_one_person(house: House) -> None:
    case = house.request()
    box = PostBox()
    assert drain(house.engine, house.library, box) == Posted(sent=1)
    assert drain(house.engine, house.library, box) == Posted()
    (letter,) = box.got
    assert (letter.address, letter.kind, letter.case_id) == ("colin@holder.example", "your_turn", case)
    assert letter.stage_title == "Consent check"
    assert letter.reference == f"SR-{case[:8]}"
    assert letter.due_at is not None
    assert house.sql("SELECT state, sent_at IS NOT NULL, lease_until FROM outbox") == [("sent", True, None)]


@pytest.mark.feature("I7", "F01")
def test_a_sender_killed_after_sending_sends_the_same_mail_again(house: House) -> None:
    house.request()
    first = posting.claim(house.engine, house.library).letters
    box = PostBox()
    assert drain(house.engine, house.library, box) == Posted()
    hurry(house)
    assert drain(house.engine, house.library, box) == Posted(sent=1)
    assert box.got[0].message_id == first[0].message_id
    assert box.got[0].attempts == 2


@pytest.mark.feature("I7", "F17")
def test_many_senders_side_by_side_send_each_mail_once(house: House) -> None:
    for _ in range(12):
        house.request()
    box = PostBox()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: drain(house.engine, house.library, box, most=2), range(4)))
    assert len(box.got) == 12
    assert len({letter.message_id for letter in box.got}) == 12


@pytest.mark.feature("F22")
def test_a_refusal_for_now_is_tried_again_after_a_longer_and_longer_wait(house: House) -> None:
    house.request()
    waits = []
    for _ in range(8):
        drain(house.engine, house.library, PostBox(Sending(Fate.LATER, "450 refused")))
        waits.append(house.sql("SELECT extract(epoch FROM next_at - clock_timestamp()) FROM outbox")[0][0])
        assert house.sql("SELECT state, last_error FROM outbox") == [("waiting", "450 refused")]
        hurry(house)
    assert [round(float(str(wait))) for wait in waits] == [5, 10, 20, 40, 80, 160, 300, 300]
    assert drain(house.engine, house.library, PostBox()) == Posted(sent=1)


@pytest.mark.feature("F22")
def test_a_refusal_for_good_is_dead_at_once_and_counted(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.request()
    box = PostBox(Sending(Fate.NEVER, "550 the address was refused"))
    assert drain(house.engine, house.library, box) == Posted(dead=1)
    assert undeliverable(house.engine) == 1
    hurry(house)
    assert drain(house.engine, house.library, box) == Posted()
    assert "given up" in caplog.text
    assert "colin" not in caplog.text


@pytest.mark.feature("F22", "I7")
def test_a_mail_is_given_up_when_its_time_is_over_but_not_because_of_an_outage(house: House) -> None:
    house.request()
    house.sql("UPDATE outbox SET give_up_at = clock_timestamp() - interval '1 day'")
    for attempt in range(1, posting.FEWEST_TRIES + 1):
        posted = drain(house.engine, house.library, PostBox(Sending(Fate.LATER, "421 refused")))
        assert (posted.later, posted.dead) == ((1, 0) if attempt < posting.FEWEST_TRIES else (0, 1))
        hurry(house)
    assert undeliverable(house.engine) == 1


@pytest.mark.feature("F22")
def test_when_nobody_answers_the_rest_of_the_round_is_put_back_untried(house: House) -> None:
    for _ in range(3):
        house.request()
    box = PostBox(Sending(Fate.UNREACHABLE, "ConnectionRefusedError"))
    assert drain(house.engine, house.library, box) == Posted(later=1)
    assert len(box.got) == 1
    assert house.sql("SELECT attempts FROM outbox ORDER BY attempts") == [(0,), (0,), (1,)]
    assert drain(house.engine, house.library, box) == Posted(sent=2)


def test_a_letter_that_cannot_be_written_holds_nobody_up(house: House) -> None:
    house.request()
    house.request()
    assert drain(house.engine, house.library, PostBox(ValueError("colin@holder.example"))) == Posted(sent=1, later=1)
    assert house.sql("SELECT last_error FROM outbox WHERE state = 'waiting'") == [("ValueError",)]


def test_a_row_that_cannot_be_understood_holds_nobody_up(house: House) -> None:
    strange, good = house.request(), house.request()
    house.sql("UPDATE notices SET kind = 'no_such_kind' WHERE case_id = cast(:id AS uuid)", id=strange)
    box = PostBox()
    assert drain(house.engine, house.library, box) == Posted(sent=1)
    assert box.got[0].case_id == good


def test_no_letter_is_begun_when_the_round_is_over(house: House) -> None:
    house.request()
    assert drain(house.engine, house.library, PostBox(), seconds=0) == Posted()
    assert house.mails("waiting") == 1


@pytest.mark.feature("C20", "F12")
def test_a_call_to_act_is_not_sent_when_somebody_has_acted(house: House) -> None:
    case = house.request()
    house.check_consent(case)
    box = PostBox()
    assert drain(house.engine, house.library, box) == Posted(sent=2, superseded=1)
    assert sorted((letter.kind, letter.address) for letter in box.got) == [
        ("progress", "rita@asker.example"), ("your_turn", "ivy@holder.example"),
    ]  # fmt: skip
    assert house.mails("superseded") == 1
    assert undeliverable(house.engine) == 0


@pytest.mark.feature("C20")
def test_reminders_and_escalations_die_with_the_pause_or_the_end_of_the_case(house: House) -> None:
    case = house.request()
    drain(house.engine, house.library, PostBox())
    house.time_is(MONDAY + 30 * DAY)
    sweep(house.engine, house.library)
    assert house.mails("waiting") == 6
    house.ask(case, at=MONDAY + 30 * DAY)
    box = PostBox()
    assert drain(house.engine, house.library, box) == Posted(sent=2, superseded=5)
    # That nothing was shared by default is still to be looked at, whatever becomes of the clock.
    assert sorted(letter.kind for letter in box.got) == ["follow_up", "question"]


@pytest.mark.feature("C20")
def test_who_has_lost_the_role_or_left_is_not_written_to(house: House) -> None:
    house.request()
    drain(house.engine, house.library, PostBox())
    house.time_is(MONDAY + 30 * DAY)
    sweep(house.engine, house.library)
    house.sql("UPDATE people SET disabled_at = now() WHERE name = 'Dora'")
    house.sql("DELETE FROM memberships WHERE role IN ('manager', 'consent_officer')")
    box = PostBox()
    assert drain(house.engine, house.library, box) == Posted(sent=1, superseded=5)
    assert box.got[0].address == "nell@holder.example"


def test_no_row_is_locked_while_a_mail_is_on_its_way(house: House) -> None:
    house.request()

    def looks(letter: Letter) -> Sending:
        house.sql("SET lock_timeout = '100ms'; UPDATE outbox SET lease_until = lease_until")
        return TAKEN

    assert drain(house.engine, house.library, looks) == Posted(sent=1)


def test_the_lease_outlives_a_round() -> None:
    assert timedelta(seconds=posting.SENDING) * 1.5 < posting.LEASE
