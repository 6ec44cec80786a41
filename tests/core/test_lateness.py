"""The reason for lateness: whom a request waits for, since when, and what was done about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from workflows.core.calendars import Length, Unit
from workflows.core.clocks import Clock, Pause
from workflows.core.lateness import OpenQuestion, Push, Wait, lateness
from workflows.definitions.calendars import seed_calendars
from workflows.service.waiting import sentences

ENGLAND = seed_calendars()["england-and-wales"]
MONDAY = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
CLOCK = Clock(2, "advice", MONDAY, Length(5, Unit.WORKING_DAYS), "england-and-wales")
WAIT = Wait("the information governance lead", MONDAY, CLOCK, None)


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


@pytest.mark.feature("C22")
def test_days_of_waiting_are_working_days() -> None:
    assert lateness(WAIT, (), ENGLAND, now=at(2, 23)).working_days == 0
    assert lateness(WAIT, (), ENGLAND, now=at(6)).working_days == 4
    assert lateness(WAIT, (), ENGLAND, now=at(8)).working_days == 4
    assert lateness(WAIT, (), ENGLAND, now=at(9)).working_days == 5
    assert lateness(WAIT, (), ENGLAND, now=at(1)).working_days == 0


@pytest.mark.feature("C22")
def test_only_what_was_done_about_this_wait_is_told() -> None:
    pushes = [
        Push(at(6), by="Martin Shaw"),
        Push(at(1), by="Martin Shaw"),
        Push(at(5), told="the manager", clock=2),
        Push(at(1), told="the deputy", clock=1),
        Push(at(4), by="Ada Mann"),
        Push(at(20), by="Later"),
    ]
    found = lateness(WAIT, pushes, ENGLAND, now=at(9))
    assert [push.by for push in found.chased] == ["Ada Mann", "Martin Shaw"]
    assert [push.told for push in found.escalated] == ["the manager"]
    assert sentences(found) == (
        "Waiting for the information governance lead for 5 working days, since Mon 2 Nov.",
        "Escalated to the manager on Thu 5 Nov at 12:00.",
        "Chased twice, last on Fri 6 Nov at 12:00 by Martin Shaw.",
    )


@pytest.mark.feature("C22")
def test_a_pause_says_since_when_and_where_the_question_was_asked_and_never_its_words() -> None:
    held = replace(CLOCK, pauses=(Pause(at(4), None, "waiting for the requester"),))
    wait = Wait("Priya Anand (requester)", at(4), None, held, OpenQuestion("Advice", 2))
    found = lateness(wait, [Push(at(3), by="Ada Mann")], ENGLAND, now=at(9))
    assert sentences(found) == (
        "Waiting for Priya Anand (requester) for 3 working days, since Wed 4 Nov.",
        "The clock is paused since Wed 4 Nov (3 working days): a question about 2 items was asked at “Advice”.",
        "Chased once on Tue 3 Nov at 12:00 by Ada Mann.",
    )
    plain = lateness(replace(wait, question=None), (), ENGLAND, now=at(4, 13))
    assert sentences(plain)[1] == (
        "The clock is paused since Wed 4 Nov (less than a working day): waiting for the requester."
    )


@pytest.mark.feature("C22")
def test_without_a_clock_the_wait_itself_says_since_when() -> None:
    wait = Wait("the manager", at(3), None, None)
    found = lateness(wait, [Push(at(2), by="Before"), Push(at(3, 13), by="After")], ENGLAND, now=at(5))
    assert [push.by for push in found.chased] == ["After"]
    assert len(found.chased) == 1
    assert found.paused_since is None
