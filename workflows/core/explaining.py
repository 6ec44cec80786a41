"""Why a clock falls due when it does: every day from its start on, counted or not, and the reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from workflows.core.calendars import Length, Unit, WorkingCalendar, due_date
from workflows.core.clocks import MINUTE, Clock, due_instant, pause_spans, settled, time_words
from workflows.core.hours import WEEKDAYS, open_on, open_time
from workflows.core.spans import MIDNIGHT, ONE_DAY, instant, local_day


@dataclass(frozen=True, slots=True)
class CountedDay:
    """One line of "why this date?": a day in Europe/London, whether it counted, and why."""

    day: date
    counted: bool
    why: str


def why_this_date(clock: Clock, calendar: WorkingCalendar, *, now: datetime) -> tuple[CountedDay, ...]:
    """Every day from the start to the due day, with whether it counted and why.

    The counted ones of a day clock sum to its length; those of a month clock to the days of its months (with
    the days to the next working day). The lines of an hour clock and of a
    working-hour clock tell the time counted on each day, which
    sums to its length to the minute. An open pause is read as if it ended ``now``. Raises as ``due_at`` does.
    """
    ledger = settled(clock, now=now)
    due = due_instant(ledger, calendar)
    if ledger.length.unit is Unit.HOURS:
        return tuple(_hours_by_day(ledger, due))
    if ledger.length.unit is Unit.WORKING_HOURS:
        return tuple(_open_by_day(ledger, due, calendar))
    return tuple(_explained(ledger, calendar, last=local_day(due)))


def _explained(clock: Clock, calendar: WorkingCalendar, *, last: date) -> Iterator[CountedDay]:
    start = local_day(clock.begins)
    left, given = _days(clock, clock.whole, calendar), _days(clock, clock.length, calendar)
    kind = "working day" if clock.length.unit is Unit.WORKING_DAYS else "calendar day"
    yield CountedDay(start, False, "day of receipt")
    day, counted = start, 0
    while day < last:
        day += ONE_DAY
        off = _why_not_working(day, calendar)
        why_not = _pause_at(clock, instant(day, clock.due_time))
        if clock.length.unit is Unit.WORKING_DAYS:
            why_not = off or why_not
        elif why_not is None and counted == left:
            why_not = off or "next working day"
        counted += why_not is None
        why = f"{kind}, of the extension" if counted > given else kind
        yield CountedDay(day, why_not is None, why_not or why)


def _days(clock: Clock, length: Length, calendar: WorkingCalendar) -> int:
    """How many days of its unit a length from this clock's start has; months have those of the calendar."""
    if length.unit is not Unit.CALENDAR_MONTHS:
        return length.amount
    start = local_day(clock.begins)
    return (due_date(start, length, calendar) - start).days


def _why_not_working(day: date, calendar: WorkingCalendar) -> str | None:
    if calendar.is_working_day(day):
        return None
    name = calendar.holiday_name(day)
    if name is None:
        return WEEKDAYS[day.weekday()]
    return name if "bank holiday" in name else f"{name} (bank holiday)"


def _pause_at(clock: Clock, at: datetime) -> str | None:
    """Why a ledger without open pauses does not count this instant; None when it does."""
    for pause in clock.pauses:
        if pause.end is not None and pause.start <= at < pause.end:
            return f"paused: {pause.reason}"
    return None


def _hours_by_day(clock: Clock, due: datetime) -> Iterator[CountedDay]:
    """Each local day's counted time."""
    spans = pause_spans(clock)
    day, told = local_day(clock.begins), _Minutes()
    start = clock.begins.astimezone(UTC)
    while start < due:
        end = min(due, instant(day + ONE_DAY, MIDNIGHT))
        lost = sum((max(min(end, s.end) - max(start, s.start), timedelta()) for s in spans), timedelta())
        reason = _pause_overlapping(clock, start, end) if lost else ""
        yield told.line(day, end - start - lost, reason, none="less than a minute")
        day, start = day + ONE_DAY, end


def _open_by_day(clock: Clock, due: datetime, calendar: WorkingCalendar) -> Iterator[CountedDay]:
    """Each local day's counted time inside the service hours."""
    pauses = pause_spans(clock)
    day, told = local_day(clock.begins), _Minutes()
    start = clock.begins.astimezone(UTC)
    while start < due:
        end = min(due, instant(day + ONE_DAY, MIDNIGHT))
        opened = open_time(start, end, calendar)
        counted = open_time(start, end, calendar, pauses=pauses)
        reason = _pause_overlapping(clock, start, end) if counted < opened else ""
        yield told.line(day, counted, reason, none=_why_closed(day, calendar, opened))
        day, start = day + ONE_DAY, end


class _Minutes:
    """Counted time in whole minutes, taken from the running total so that they sum to the length."""

    def __init__(self) -> None:
        self.run, self.told = timedelta(), 0

    def line(self, day: date, counted: timedelta, reason: str, *, none: str) -> CountedDay:
        """The day's line: the minutes counted, or else ``reason``, or else ``none``."""
        self.run += counted
        minutes = round(self.run / MINUTE) - self.told
        self.told += minutes
        if not minutes:
            return CountedDay(day, False, reason or none)
        words = f"{time_words(minutes * MINUTE)} counted"
        return CountedDay(day, True, f"{words}, {reason}" if reason else words)


def _why_closed(day: date, calendar: WorkingCalendar, opened: timedelta) -> str:
    if opened:
        return "less than a minute"
    if open_on(day, calendar):
        return "outside service hours"
    return _why_not_working(day, calendar) or "no service hours on this day"


def _pause_overlapping(clock: Clock, start: datetime, end: datetime) -> str:
    reasons = (p.reason for p in clock.pauses if p.end is not None and p.start < end and p.end > start)
    return f"paused: {' and '.join(dict.fromkeys(reasons))}"
