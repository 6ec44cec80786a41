"""What falls due on a case, and when. Computed from the clock and the ladder; stored only as an index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workflows.core.calendars import CalendarHorizon, WorkingCalendar
from workflows.core.case import Case
from workflows.core.clocks import Clock, Extension, due_at, fraction_instant, offset_instant
from workflows.core.definition import CommandType, Definition, RungAction, When
from workflows.core.extending import Extend, faults, with_more
from workflows.core.followups import NO_CLOCK, FollowUpKind, waiting
from workflows.core.uses import UseState

COMMAND_FOR: dict[RungAction, CommandType] = {
    RungAction.REMIND: CommandType.REMIND,
    RungAction.OVERDUE: CommandType.MARK_OVERDUE,
    RungAction.ESCALATE: CommandType.ESCALATE,
    RungAction.GIVE_BACK: CommandType.GIVE_BACK,
}
"""The command of the clock that each kind of rung gives."""


@dataclass(frozen=True, slots=True)
class DueItem:
    """One rung that has not been reached yet: which clock, which rung, when (aware UTC), what then."""

    rung: str
    clock: int
    at: datetime
    command: CommandType
    version: int = 0
    """Which version of the clock: how many times it had been extended."""


def due(case: Case, definition: Definition, calendar: WorkingCalendar) -> list[DueItem]:
    """Every rung and follow-up still to come, soonest first. No rung while the clock is paused, stopped or absent.

    Raises CalendarHorizon where one of them cannot be worked out.
    """
    return sorted([*_rungs(case, definition, calendar), *_followups(case)], key=lambda item: (item.at, item.rung))


def known_due_items(case: Case, definition: Definition, calendar: WorkingCalendar) -> list[DueItem]:
    """The same, without rungs while they cannot be worked out: for what must never be refused for that.

    They come with newer bank holidays, for those give every open request its due work anew.
    """
    try:
        return due(case, definition, calendar)
    except CalendarHorizon:
        return sorted(_followups(case), key=lambda item: (item.at, item.rung))


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
            clock.version,
        )
        for rung in definition.stage(case.stage).ladder
        if case.urgency in rung.when and rung.key not in clock.fired
    ]


def put_off(case: Case, command: Extend, definition: Definition, calendar: WorkingCalendar) -> tuple[str, ...]:
    """The rungs that spoke of a lateness which this extension puts off: they are to fall again. Reminders are not."""
    clock = case.clock
    if clock is None or any(faults(case, command, definition)):
        return ()
    more = Extension(command.at, command.actor.person_id, command.amount, "")
    longer = with_more(clock, more)
    return tuple(
        rung.key
        for rung in definition.stage(case.stage).ladder
        if rung.key in clock.fired
        and rung.action is not RungAction.REMIND
        and case.urgency in rung.when
        and _instant(longer, calendar, rung.when[case.urgency]) > command.at
    )


def _instant(clock: Clock, calendar: WorkingCalendar, when: When) -> datetime:
    # The clock runs, so every pause has ended, and all of them and of the extensions count: look from after the last.
    ends = [pause.end for pause in clock.pauses if pause.end is not None]
    now = max([clock.started_at, *ends, *(each.at for each in clock.extensions)])
    if when.fraction is not None:
        return fraction_instant(clock, calendar, fraction=when.fraction, now=now)
    if when.before_due is not None:
        # Counted back it could come before the clock began: over a weekend, say. Then it falls at once.
        early = offset_instant(clock, calendar, length=when.before_due, after_due=False, now=now)
        return max(early, clock.started_at)
    assert when.after_due is not None
    return offset_instant(clock, calendar, length=when.after_due, after_due=True, now=now)
