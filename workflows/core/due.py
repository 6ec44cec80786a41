"""What falls due on a case, and when. Computed from the clock and the ladder; stored only as an index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workflows.core.calendars import WorkingCalendar
from workflows.core.case import Case
from workflows.core.clocks import Clock, due_at, fraction_instant, offset_instant
from workflows.core.definition import CommandType, Definition, RungAction, When
from workflows.core.followups import NO_CLOCK, FollowUpKind, waiting
from workflows.core.uses import UseState

COMMAND_FOR: dict[RungAction, CommandType] = {
    RungAction.REMIND: CommandType.REMIND,
    RungAction.OVERDUE: CommandType.MARK_OVERDUE,
    RungAction.ESCALATE: CommandType.ESCALATE,
}
"""The command of the clock that each kind of rung gives."""


@dataclass(frozen=True, slots=True)
class DueItem:
    """One rung that has not been reached yet: which clock, which rung, when (aware UTC), what then."""

    rung: str
    clock: int
    at: datetime
    command: CommandType


def due(case: Case, definition: Definition, calendar: WorkingCalendar) -> list[DueItem]:
    """Every rung and follow-up still to come, soonest first. No rung while the clock is paused, stopped or absent."""
    return sorted([*_rungs(case, definition, calendar), *_followups(case)], key=lambda item: (item.at, item.rung))


def _followups(case: Case) -> list[DueItem]:
    """A follow-up is reminded of once, on its day; one without a day was told of when it was opened."""
    reminders = [
        DueItem(each.rung, NO_CLOCK, each.due_at, CommandType.REMIND_FOLLOW_UP)
        for each in waiting(case)
        if each.due_at is not None and each.reminded_at is None
    ]
    return [*reminders, *_missed_reviews(case)]


def _missed_reviews(case: Case) -> list[DueItem]:
    """A continuing use that nobody has looked at by the end of the day is paused."""
    if case.use is not UseState.RUNNING:
        return []
    return [
        DueItem(each.missed_rung, NO_CLOCK, each.missed_at, CommandType.REMIND_FOLLOW_UP)
        for each in waiting(case, FollowUpKind.REVIEW_USE)
        if each.missed_at is not None
    ]


def _rungs(case: Case, definition: Definition, calendar: WorkingCalendar) -> list[DueItem]:
    clock = case.clock
    if case.closed or clock is None or due_at(clock, calendar) is None:
        return []
    return [
        DueItem(
            rung.key,
            clock.number,
            _instant(clock, calendar, rung.when[case.urgency]),
            COMMAND_FOR[rung.action],
        )
        for rung in definition.stage(case.stage).ladder
        if case.urgency in rung.when and rung.key not in clock.fired
    ]


def _instant(clock: Clock, calendar: WorkingCalendar, when: When) -> datetime:
    # The clock runs, so every pause has ended, and all of them count: look from after the last.
    now = max((pause.end for pause in clock.pauses if pause.end is not None), default=clock.started_at)
    if when.fraction is not None:
        return fraction_instant(clock, calendar, fraction=when.fraction, now=now)
    assert when.after_due is not None
    return offset_instant(clock, calendar, length=when.after_due, after_due=True, now=now)
