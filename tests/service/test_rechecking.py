"""A newer version of a pack: open requests are to be checked again, once each, and no request changes by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.builders import House
from tests.service.test_pinned import BEFORE, CHANGED, LATER, NEXT, at_decision, change
from workflows.core.commands import CLOCK, Command, RaiseRecheck, Withdraw
from workflows.core.followups import NO_CLOCK, FollowUpKind
from workflows.core.refusals import Refused
from workflows.service import packing, rechecking
from workflows.service.execute import Done, execute
from workflows.service.library import Library
from workflows.service.rechecking import recheck
from workflows.service.registering import Whole, check_folds, verify
from workflows.service.unit_of_work import Busy, Engine, Unavailable, reading
from workflows.store import notices

pytestmark = pytest.mark.feature("C4")
HOUR = timedelta(hours=1)


@pytest.fixture
def house(house: House) -> House:
    """The demo's people, and what comes with the product in force."""
    packing.found(house.engine, at=BEFORE)
    return house


def asked(house: House, case_id: str) -> list[str]:
    return [each.about for each in house.case(case_id).followups if each.kind is FollowUpKind.RECHECK_PACK]


def look_again(house: House, *, at: object = LATER, most: int = 100) -> tuple[int, int, int]:
    return recheck(house.engine, house.casework.library, now=at, most=most, until=float("inf"))  # type: ignore[arg-type]


def test_open_requests_are_to_be_checked_again_once_and_keep_their_version(house: House) -> None:
    cases = [at_decision(house) for _ in range(3)]
    pinned = house.case(cases[0]).packs
    assert look_again(house) == (0, 0, 0)
    change(house)
    assert look_again(house, most=2) == (3, 0, 0)
    assert look_again(house) == (0, 0, 0)
    for case_id in cases:
        assert asked(house, case_id) == [str(NEXT)]
        assert house.case(case_id).packs == pinned
    assert isinstance(verify(house.engine), Whole)
    assert list(check_folds(house.engine, house.casework.library)) == []


def test_whoever_decides_is_told_and_the_page_says_what_to_look_at(house: House) -> None:
    case_id = at_decision(house)
    change(house)
    look_again(house)
    guardian = house.person("anne.whitcombe")
    with reading(house.engine) as connection:
        titles = [
            row.kind for row in notices.of_person(connection, guardian.id, most=5, skip=0) if row.case_id == case_id
        ]
    assert "follow_up" in titles
    page = house.casework.case(guardian, case_id, now=LATER)
    task = next(each for each in page.follow_ups if each.kind is FollowUpKind.RECHECK_PACK)
    assert task.mine
    assert "reason-codes/2026-12 is in force now. This request keeps reason-codes/2026-11" in task.note


def test_drafts_ended_requests_and_those_sent_since_are_left_alone(house: House) -> None:
    ended, draft = at_decision(house), at_decision(house)
    for case_id in (ended, draft):
        house.give(Withdraw, "priya.anand", case_id, reason="Not needed any more.")
    change(house)
    since = at_decision(house, LATER)
    assert look_again(house, at=LATER + timedelta(days=1)) == (0, 0, 0)
    assert [asked(house, case_id) for case_id in (ended, draft, since)] == [[], [], []]


def test_a_version_that_is_not_in_force_yet_asks_for_nothing(house: House) -> None:
    case_id = at_decision(house)
    change(house)
    assert look_again(house, at=CHANGED - HOUR) == (0, 0, 0)
    assert asked(house, case_id) == []


def test_the_door_refuses_a_check_of_what_is_not_in_force_or_is_pinned_or_was_asked(house: House) -> None:
    case_id = at_decision(house)
    change(house)
    look_again(house)
    before = house.case(case_id)
    for name in (str(NEXT), "caldicott/2013", "caldicott/2020-12"):
        command = RaiseRecheck(
            id=house.new_id(), actor=CLOCK, at=LATER, case_id=case_id, rung=name, clock=NO_CLOCK
        )  # fmt: skip
        with pytest.raises(Refused) as refused:
            house.casework.execute(command)
        assert refused.value.code == "no_longer_due"
    assert house.case(case_id) == before


def test_one_request_that_cannot_be_served_does_not_stop_the_others_and_comes_next_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, free = at_decision(house), at_decision(house)
    change(house)

    def door(engine: Engine, library: Library, command: Command) -> Done:
        if command.case_id == held:
            raise Busy("55P03")
        return execute(engine, library, command)

    monkeypatch.setattr(rechecking, "execute", door)
    assert look_again(house) == (1, 0, 1)
    assert [asked(house, case_id) for case_id in (held, free)] == [[], [str(NEXT)]]
    monkeypatch.undo()
    assert look_again(house) == (1, 0, 0)
    assert asked(house, held) == [str(NEXT)]


def test_a_request_that_ended_meanwhile_is_dropped_and_a_lost_database_ends_the_round(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = at_decision(house)
    change(house)

    def lost(engine: Engine, library: Library, command: Command) -> Done:
        raise Unavailable("no connection")

    monkeypatch.setattr(rechecking, "execute", lost)
    with pytest.raises(Unavailable):
        look_again(house)

    def overtaken(engine: Engine, library: Library, command: Command) -> Done:
        house.give(Withdraw, "priya.anand", case_id, at=LATER, reason="Not needed any more.")
        return execute(engine, library, command)

    monkeypatch.setattr(rechecking, "execute", overtaken)
    assert look_again(house) == (0, 1, 0)
    assert asked(house, case_id) == []


def test_when_time_is_up_nothing_more_is_asked_for_and_nothing_is_noted_as_done(house: House) -> None:
    case_id = at_decision(house)
    change(house)
    assert recheck(house.engine, house.casework.library, now=LATER, most=100, until=0.0) == (0, 0, 0)
    assert look_again(house) == (1, 0, 0)
    assert asked(house, case_id) == [str(NEXT)]
