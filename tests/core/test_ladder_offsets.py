"""Steps of a ladder as offsets before and after the end of the clock, against dates that were made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.core.play import STANDARD
from workflows.core.calendars import Length, Unit
from workflows.core.case import Case
from workflows.core.clocks import Clock, Pause
from workflows.core.definition import RungAction, StageKind
from workflows.core.due import due
from workflows.definitions.calendars import seed_calendars
from workflows.definitions.loader import load, read_builtin

pytestmark = pytest.mark.feature("C20")
LONDON = ZoneInfo("Europe/London")
NAME = "england-and-wales"
ENGLAND = seed_calendars()[NAME]
HALF = "when: {routine: 50%, priority: 50%, emergency: 50%}"


def london(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=LONDON)


def falls(when: str, started: str, days: int, *pauses: tuple[str, str]) -> datetime:
    """When the first step of the ladder falls, were it written so, on a clock of so many working days."""
    definition = load(read_builtin("standard").replace(HALF, f"when: {{routine: {when}}}", 1))
    start = london(started).astimezone(UTC)
    away = tuple(Pause(london(begin), london(end), "a question") for begin, end in pauses)
    clock = Clock(1, "consent_check", start, Length(days, Unit.WORKING_DAYS), NAME, pauses=away)
    case = Case(
        id="c", reference="SR-1", definition=definition.ref, packs=(), version=9, stage="consent_check",
        kind=StageKind.CHECK, requester="rita", requester_org="asker", holder_org="holder", calendar=NAME,
        created_at=start, stage_since=start, submitted_at=start, clock=clock,
    )  # fmt: skip
    return next(item.at for item in due(case, definition, ENGLAND) if item.rung == "half")


FIVE_DAYS = ("2026-11-05T10:00", 5)
"""From a Thursday: the time is out on Thursday 12 November at 17:00."""
AUTUMN = ("2026-10-22T10:00", 2)
"""From the Thursday before the clocks go back: the time is out on Monday 26 October at 17:00."""
SPRING = ("2027-03-25T10:00", 2)
"""From the Thursday before an Easter on which the clocks go forward: out on Wednesday 31 March at 17:00."""


@pytest.mark.parametrize(
    ("clock", "when", "at"),
    [
        (FIVE_DAYS, "1 working_days before", "2026-11-11T17:00"),
        (FIVE_DAYS, "4 working_days before", "2026-11-06T17:00"),
        (FIVE_DAYS, "6 calendar_days before", "2026-11-06T17:00"),
        (FIVE_DAYS, "4 hours before", "2026-11-12T13:00"),
        (FIVE_DAYS, "12 working_hours before", "2026-11-11T13:00"),
        (FIVE_DAYS, "30 working_hours before", "2026-11-09T11:00"),
        (FIVE_DAYS, "due", "2026-11-12T17:00"),
        (FIVE_DAYS, "4 working_hours", "2026-11-13T13:00"),
        (FIVE_DAYS, "12 working_hours", "2026-11-16T13:00"),
        (FIVE_DAYS, "2 working_days", "2026-11-16T17:00"),
        (FIVE_DAYS, "2 calendar_days", "2026-11-14T17:00"),
        (AUTUMN, "1 working_days before", "2026-10-23T17:00"),
        (AUTUMN, "9 working_hours before", "2026-10-23T16:00"),
        (AUTUMN, "48 hours before", "2026-10-24T18:00"),
        (SPRING, "1 working_days before", "2027-03-30T17:00"),
        (SPRING, "2 working_days before", "2027-03-25T17:00"),
        (SPRING, "12 working_hours before", "2027-03-30T13:00"),
        (SPRING, "80 hours before", "2027-03-28T09:00"),
        (SPRING, "96 hours before", "2027-03-27T16:00"),
    ],
)
def test_a_step_falls_where_a_person_would_count_it(clock: tuple[str, int], when: str, at: str) -> None:
    assert falls(when, *clock) == london(at)


def test_what_would_fall_before_the_clock_began_falls_when_it_begins() -> None:
    assert falls("10 working_hours before", "2026-11-06T16:30", 1) == london("2026-11-06T16:30")


def test_a_pause_moves_a_step_before_the_end_with_the_end() -> None:
    paused = ("2026-11-09T09:00", "2026-11-11T09:00")
    assert falls("1 working_days before", *FIVE_DAYS, paused) == london("2026-11-13T17:00")


def test_the_shipped_ladders_say_when_in_the_ways_there_are() -> None:
    for stage in STANDARD.stages.values():
        for rung in stage.ladder:
            for when in rung.when.values():
                said = [when.fraction, when.after_due, when.before_due]
                assert sum(each is not None for each in said) == 1
            assert rung.action is not RungAction.ESCALATE or rung.tell
