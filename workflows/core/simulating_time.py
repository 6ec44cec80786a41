"""The time of each stay at a stage, as recorded and as other rules would have counted it at the same instants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time

from workflows.core.calendars import CalendarHorizon, Length, WorkingCalendar
from workflows.core.case import WAITING_FOR_REQUESTER, Case
from workflows.core.clocks import Clock, Extension, Pause, due_instant, settled
from workflows.core.definition import ClockFrom, ClockRule, Definition, Side, Stage, Urgency
from workflows.core.extending import ClockExtended
from workflows.core.happening import ClockEnd, ClockStart, Event
from workflows.core.timeliness import due_that_counts


@dataclass(slots=True)
class Visit:
    """One stay at a stage, from coming to it until leaving it for good. A question on the way is a pause in it."""

    stage: str
    started_at: datetime
    urgency: Urgency
    recorded: ClockStart | None
    calendar: str
    compared: bool
    submitted_at: datetime | None = None
    ended_at: datetime | None = None
    due: datetime | None = None
    pauses: list[Pause] = field(default_factory=list)
    extensions: list[ClockExtended] = field(default_factory=list)


@dataclass(slots=True)
class Visits:
    """The stays of one request, in the order in which they began."""

    every: list[Visit] = field(default_factory=list)
    current: Visit | None = None
    held: Visit | None = None

    def moved(self, event: Event, before: Case | None, after: Case, *, compared: bool, stage: str) -> None:
        """A stage was left and another, ``stage``, come to. ``compared``: whether the version has it there as well."""
        move = event.move
        assert move is not None
        ends, calendar = _ends(event, before, after), after.calendar
        if move.pause and self.current is not None:
            self.current.pauses.append(Pause(event.at, None, WAITING_FOR_REQUESTER))
            self.current.compared = self.current.compared and compared
            self.held = self.current
        elif self.current is not None:
            _close(self.current, event, ends, calendar)
        if move.resume and self.held is not None:
            last = self.held.pauses[-1]
            self.held.pauses[-1] = replace(last, end=event.at)
            self.held.compared = self.held.compared and compared
            self.current, self.held = self.held, None
            return
        if self.held is not None and not move.pause:
            _close(self.held, event, ends, calendar)
            self.held = None
        self.current = Visit(stage, event.at, after.urgency, move.clock, after.calendar, compared, after.submitted_at)
        self.every.append(self.current)

    def extended(self, event: ClockExtended) -> None:
        """The stage was given more time."""
        assert self.current is not None
        self.current.extensions.append(event)

    def counted_by(self, calendar: str) -> None:
        """What still runs counts by other days from now on; what has ended keeps its own."""
        for visit in (self.current, self.held):
            if visit is not None:
                visit.calendar = calendar


def _ends(event: Event, before: Case | None, after: Case) -> dict[datetime, ClockEnd]:
    """What was written down of the clocks that this event stopped, by their start."""
    assert event.move is not None
    ends = {each.clock: each for each in event.move.ended}
    stopped = after.past_clocks[len(before.past_clocks) if before else 0 :]
    return {each.started_at: ends[each.number] for each in stopped if each.number in ends}


def _close(visit: Visit, event: Event, ends: dict[datetime, ClockEnd], calendar: str) -> None:
    visit.ended_at, visit.calendar = event.at, calendar
    end = ends.get(visit.started_at)
    if end is not None:
        # What the requester wrote may have been erased since: how urgent it was is told here as well.
        visit.due, visit.urgency = end.due, end.urgency


@dataclass(frozen=True, slots=True)
class Timed:
    """One stay, both ways. ``due_after`` and ``late_after`` are nothing where the version does not have it there.

    ``less``: more time was given that the version would not give.
    """

    visit: Visit
    title: str
    due_before: datetime | None
    late_before: bool
    due_after: datetime | None = None
    late_after: bool = False
    less: bool = False
    beyond: bool = False

    @property
    def differs(self) -> bool:
        """Whether it would have fallen due at another time."""
        return self.visit.compared and not self.beyond and self.due_before != self.due_after

    @property
    def shift(self) -> int:
        """By how many seconds it falls due later; zero where one of the two has no time limit."""
        if self.due_before is None or self.due_after is None:
            return 0
        return int((self.due_after - self.due_before).total_seconds())


Days = Callable[[str], WorkingCalendar]


def timed(
    visits: Visits, candidate: Definition, own: Callable[[str], Stage | None], days_of: Days, *, other: str,
    now: datetime,
) -> Iterator[Timed]:  # fmt: skip
    """Every stay that has a time limit by one of the two. ``other`` names the calendar that the version counts by.

    Empty: it counts by the days of the record. Only a holder is ever late: that whoever asked was late is no lateness
    of the request.
    """
    for visit in visits.every:
        stage, recorded = candidate.stages.get(visit.stage), own(visit.stage)
        rule = stage.clocks.get(visit.urgency) if stage else None
        if visit.recorded is None and rule is None:
            continue
        title = recorded.title if recorded else stage.title if stage else visit.stage
        try:
            counted, counts = days_of(visit.calendar), days_of(other or visit.calendar)
            before = _recorded_due(visit, counted)
            late = _late(visit, before, now=now) and _holds(recorded)
            if not visit.compared or stage is None:
                yield Timed(visit, title, before, late)
                continue
            more, less = _more(visit, rule) if rule else ((), False)
            since = visit.submitted_at if rule and rule.since is ClockFrom.SUBMISSION else None
            after = _due(_clock(visit, rule.length, rule.due_time, more, counts, since), counts) if rule else None
        except CalendarHorizon:
            yield Timed(visit, title, visit.due, _late(visit, visit.due, now=now) and _holds(recorded), beyond=True)
            continue
        yield Timed(visit, title, before, late, after, _late(visit, after, now=now) and _holds(stage), less)


def _holds(stage: Stage | None) -> bool:
    return stage is not None and stage.side is Side.HOLDER


def _late(visit: Visit, due: datetime | None, *, now: datetime) -> bool:
    """Whether time ran out before it ended, was paused, or (while it runs) now."""
    pause = _open_pause(visit)
    return due is not None and (visit.ended_at or (pause.start if pause else now)) > due


def _open_pause(visit: Visit) -> Pause | None:
    return visit.pauses[-1] if visit.pauses and visit.pauses[-1].end is None else None


def _recorded_due(visit: Visit, counted: WorkingCalendar) -> datetime | None:
    if visit.due is not None or visit.recorded is None:
        return visit.due
    more = tuple(_extension(each, each.more.amount) for each in visit.extensions)
    start = visit.recorded
    due_time = time.fromisoformat(start.due_time)
    return _due(_clock(visit, start.length, due_time, more, counted, start.counted_from), counted)


def _clock(
    visit: Visit, length: Length, due_time: time, more: tuple[Extension, ...], days: WorkingCalendar,
    since: datetime | None,
) -> Clock:  # fmt: skip
    return Clock(
        number=1, stage=visit.stage, started_at=visit.started_at, length=length, calendar=days.id, due_time=due_time,
        pauses=tuple(visit.pauses), stopped_at=visit.ended_at, extensions=more, counted_from=since,
    )  # fmt: skip


def _due(clock: Clock, days: WorkingCalendar) -> datetime | None:
    """The due instant that counts. Of a clock that is paused now: as it stood when the pause began."""
    if clock.stopped_at is not None:
        return due_that_counts(clock, days)
    pause = next((each for each in clock.pauses if each.end is None), None)
    return due_instant(settled(clock, now=pause.start) if pause else clock, days)


def _extension(event: ClockExtended, amount: int) -> Extension:
    return Extension(event.at, event.by, amount, "")


def _more(visit: Visit, rule: ClockRule) -> tuple[tuple[Extension, ...], bool]:
    """The extensions that the version would have allowed, and whether it would have cut any.

    More time is given in the unit of the clock: where the version counts in another, what was given says nothing there.
    """
    most = rule.extension.most if rule.extension else None
    left = most.amount if most and most.unit is rule.length.unit else 0
    kept, less = [], False
    for each in visit.extensions:
        fits = each.more.unit is rule.length.unit
        amount = min(each.more.amount, left) if fits else 0
        less = less or amount < each.more.amount
        left -= amount
        if amount:
            kept.append(_extension(each, amount))
    return tuple(kept), less
