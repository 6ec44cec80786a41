"""Not shared by default: on the timeline, the board and the decision record, with who had it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from tests.builders import House
from tests.webapp.holder import GUARDIAN, MANAGER, Desk, choices, confirm
from workflows.core.commands import CLOCK, MarkOverdue, Reassign


@pytest.fixture
def desk(house: House, app: Flask) -> Desk:
    """People at their desks."""
    return Desk(house, app)


def expired(desk: Desk) -> str:
    """A case at the Guardian's desk, given to her, whose time has run out and been looked at."""
    case = desk.case(days_ago=40)
    anne = desk.house.person(GUARDIAN).id
    desk.house.give(Reassign, MANAGER, case, to_person=anne, to_eligible=True, reason="Her field.")
    clock = desk.house.case(case).clock
    assert clock is not None
    desk.house.casework.execute(
        MarkOverdue(
            id=desk.house.new_id(), actor=CLOCK, at=datetime.now(UTC), case_id=case, rung="overdue", clock=clock.number
        )
    )
    return case


@pytest.mark.feature("C5")
def test_who_had_it_is_named_on_the_timeline_and_on_the_record(desk: Desk) -> None:
    case = expired(desk)
    silence = desk.house.case(case).silences[0]
    assert (silence.holder, silence.who) == (desk.house.person(GUARDIAN).id, "Dr Anne Whitcombe")
    client = desk.sit(GUARDIAN)
    page = client.open(f"/cases/{case}")
    assert "Not shared by default" in page.text
    assert "counts as a decision not to share until somebody decides. Dr Anne Whitcombe had it." in page.text
    client.open(f"/cases/{case}/decide")
    client.submit(confirm(client.submit(choices())))
    record = client.open(f"/cases/{case}/record").text
    assert "Not shared in time" in record
    assert "not shared by default. Adjudication, with Dr Anne Whitcombe." in record


@pytest.mark.feature("C5")
def test_the_managers_have_a_task_and_the_board_counts_silence_beside_what_was_shared(desk: Desk) -> None:
    case = expired(desk)
    desk.case(upto=None)
    client = desk.sit(MANAGER)
    assert "Find out why nothing was decided in time" in client.open(f"/cases/{case}").text
    board = client.open("/board").text
    assert "0 shared, 1 partly shared, 0 declined" in board
    assert "in 1 open ones that is so now" in board
    assert "Ended since" not in client.open("/board?side=asked").text
