"""Follow-ups through the door: opened by a release, reminded of once, done by whoever they are for, also at the end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.builders import House, build, play
from tests.service.fights import overturned
from workflows.core.commands import CLOCK, FinishFollowUp, RemindFollowUp, ReviewUse
from workflows.core.followups import FollowUpKind, waiting
from workflows.core.refusals import Refused
from workflows.core.uses import UseOutcome
from workflows.service.registering import Whole, check_folds, verify
from workflows.service.sweeping import Swept, sweep
from workflows.service.unit_of_work import reading, transaction

pytestmark = pytest.mark.feature("C27")

GUARDIAN, LEAD, ASKER = "moira.keane", "ali.rashid", "amy.castell"
REVIEW = date(2027, 5, 4)
REVIEW_AT = datetime(2027, 5, 4, 8, tzinfo=UTC)
"""Nine in London, which is on summer time by then."""


@pytest.fixture
def released(house: House) -> str:
    """S7, shared until its review."""
    return build(house, "S7", upto="review")


@pytest.fixture
def learning(house: House) -> str:
    """S2, overturned after a challenge: there is something to learn."""
    return overturned(house)


def set_time(house: House, at: datetime) -> None:
    with transaction(house.engine) as connection:
        connection.execute(
            text("UPDATE product_clock SET ahead = cast(:at AS timestamptz) - clock_timestamp()"), {"at": at}
        )


def told(house: House, case_id: str, *, kind: str = "follow_up") -> list[tuple[str, str]]:
    sql = """SELECT split_part(p.email, '@', 1), n.stage_title FROM notices n JOIN people p ON p.id = n.person_id
        WHERE n.case_id = cast(:id AS uuid) AND n.kind = :kind ORDER BY 1"""
    with reading(house.engine) as connection:
        return [tuple(row) for row in connection.execute(text(sql), {"id": case_id, "kind": kind})]


def whole(house: House) -> None:
    assert isinstance(verify(house.engine), Whole)
    assert list(check_folds(house.engine, house.casework.library)) == []


def test_what_is_released_until_a_review_is_to_be_looked_at_again_on_its_day(house: House, released: str) -> None:
    task = house.case(released).followups[0]
    assert (task.kind, task.due, task.due_at) == (FollowUpKind.REVIEW_USE, REVIEW, REVIEW_AT)
    assert house.case(released).closed
    assert told(house, released) == []
    whole(house)


def test_when_the_day_comes_those_it_is_for_are_reminded_exactly_once(house: House, released: str) -> None:
    remind = RemindFollowUp(
        id=house.new_id(), actor=CLOCK, at=REVIEW_AT - timedelta(minutes=1), case_id=released, rung="follow-up-1",
        clock=0,
    )  # fmt: skip
    with pytest.raises(Refused, match="no_longer_due"):
        house.casework.execute(remind)
    set_time(house, REVIEW_AT + timedelta(minutes=1))
    assert sweep(house.engine, house.casework.library) == Swept(done=1)
    assert sweep(house.engine, house.casework.library) == Swept()
    assert told(house, released) == [("moira.keane", "Review a use that continues")]
    assert waiting(house.case(released))
    whole(house)


def test_it_is_finished_by_one_it_is_for_with_a_sentence(house: House, learning: str) -> None:
    at = house.later(learning)
    number = waiting(house.case(learning), FollowUpKind.LEARNING)[0].number
    with pytest.raises(Refused, match="not_yours"):
        house.give(FinishFollowUp, "lucy.brandt", learning, at=at, number=number, note="Learned.")
    with pytest.raises(Refused, match="not_yours"):
        house.give(FinishFollowUp, "priya.anand", learning, at=at, number=number, note="Learned.")
    with pytest.raises(Refused, match="missing"):
        house.give(FinishFollowUp, "anne.whitcombe", learning, at=at, number=number, note=" ")
    with pytest.raises(Refused, match="follow_up_done"):
        house.give(FinishFollowUp, "anne.whitcombe", learning, at=at, number=99, note="Learned.")
    house.give(FinishFollowUp, "anne.whitcombe", learning, at=at, number=number, note="Read the plan first.")
    task = house.case(learning).followups[number - 1]
    assert (task.done_at, task.done_note) == (at, "Read the plan first.")
    with pytest.raises(Refused):
        house.give(FinishFollowUp, "anne.whitcombe", learning, at=at, number=number, note="Again.")
    whole(house)


def test_a_review_is_not_written_off_but_done(house: House, released: str) -> None:
    with pytest.raises(Refused, match="review_instead"):
        house.give(FinishFollowUp, GUARDIAN, released, at=REVIEW_AT, number=1, note="Still needed.")


def test_it_stands_in_the_work_of_whoever_it_is_for(house: House, released: str) -> None:
    def work(who: str) -> list[str]:
        found = house.casework.worklist(house.person(who), tab="mine", page=1, now=REVIEW_AT)
        return [f"{row.case_id} {row.title} {row.late}" for row in found.follow_ups]

    assert work(GUARDIAN) == [f"{released} Review a use that continues False"]
    assert work(LEAD) == []
    assert work(ASKER) == []
    house.give(ReviewUse, GUARDIAN, released, at=REVIEW_AT, outcome=UseOutcome.END, why="Done.")
    assert work(GUARDIAN) == []


def test_the_history_tells_it_to_its_own_side(house: House, released: str) -> None:
    house.give(ReviewUse, GUARDIAN, released, at=REVIEW_AT, outcome=UseOutcome.END, why="No longer.")

    def history(who: str) -> list[tuple[str, str]]:
        page = house.casework.case(house.person(who), released, now=REVIEW_AT)
        return [(entry.title, entry.text) for entry in page.timeline if "ollow" in entry.title]

    assert history(GUARDIAN) == [
        ("Followed up: review a use that continues", "No longer."),
        ("To follow up by 4 May 2027: review a use that continues", ""),
    ]
    assert history(ASKER) == []


def test_what_is_redirected_leaves_nothing_to_follow_up(house: House) -> None:
    assert house.case(play(house, "S11")).followups == ()
