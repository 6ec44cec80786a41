"""Service hours: when a service is open, and time that is counted only while it is.

A day has service hours when the week's pattern gives its weekday some and it is neither a bank holiday nor a
day of closure. Times are those of Europe/London, answers are in UTC. No service hours touch the hour that is
missing on one day of each spring and comes twice on one day of each autumn, so each lasts as long as it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from workflows.core.spans import MIDNIGHT, ONE_DAY, Span, instant, local_day

if TYPE_CHECKING:
    from workflows.core.calendars import WorkingCalendar

Hours = tuple[tuple[time, time], ...]
"""The service hours of one day: from when until when, in order. An end of 00:00 is the end of the day."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CHANGING = (time(1), time(2))
"""The hour in which clocks are changed."""
OFFICE: Hours = ((time(9), time(17)),)
OFFICE_WEEK: tuple[Hours, ...] = (OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, (), ())


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """The pattern of a week: the service hours of Monday, Tuesday and so on to Sunday.

    Raises ValueError, with a sentence for people, when a span is backwards, overlaps another, touches the hour
    in which clocks change or carries a zone, or when the week has no service hours at all.
    """

    week: tuple[Hours, ...] = OFFICE_WEEK

    def __post_init__(self) -> None:
        if len(self.week) != len(WEEKDAYS):
            raise ValueError("Give the service hours of seven days, Monday first.")
        if not any(self.week):
            raise ValueError("A service must be open at least once a week. Give it some hours.")
        for name, hours in zip(WEEKDAYS, self.week, strict=True):
            _check_day(name, hours)

    def on(self, day: date) -> Hours:
        """The service hours that the pattern gives this day of the week."""
        return self.week[day.weekday()]


def _check_day(name: str, hours: Hours) -> None:
    for start, end in hours:
        if start.tzinfo or end.tzinfo:
            raise ValueError(f"{name}: service hours are local times and carry no zone.")
        if end <= start and end != MIDNIGHT:
            raise ValueError(f"{name}: {start:%H:%M} to {end:%H:%M} ends before it begins. Turn it round.")
        if start < CHANGING[1] and (end > CHANGING[0] or end == MIDNIGHT):
            raise ValueError(
                f"{name}: {start:%H:%M} to {end:%H:%M} touches the hour from 01:00 to 02:00, "
                "which is missing on one day a year. Leave that hour out."
            )
    for (_, end), (start, _) in pairwise(hours):
        if end == MIDNIGHT or start < end:
            raise ValueError(f"{name}: the service hours overlap, or are not in order. Mend them.")


OFFICE_HOURS = ServiceHours()
"""Monday to Friday, 9 to 5: where an organisation has not said when it is open."""


def open_on(day: date, calendar: WorkingCalendar) -> tuple[Span, ...]:
    """The stretches of this day in which the service is open. Raises CalendarHorizon."""
    hours = calendar.hours.on(day)
    if not hours or calendar.holiday_name(day) is not None:
        return ()
    return tuple(
        Span(instant(day, start), instant(day if end != MIDNIGHT else day + ONE_DAY, end)) for start, end in hours
    )


def next_open(at: datetime, calendar: WorkingCalendar) -> datetime:
    """``at`` itself, in UTC, when the service is open then, else when it opens next. Raises CalendarHorizon."""
    return next(span.start for span in _open_from(at, calendar))


def reach(start: datetime, length: timedelta, calendar: WorkingCalendar, *, pauses: tuple[Span, ...] = ()) -> datetime:
    """When ``length`` of open time has passed since ``start``, without the (merged) pauses.

    An instant that lies in a pause is moved to the first open one after it. Raises CalendarHorizon.
    """
    for span in _open_from(start, calendar):
        for piece in _without(span, pauses):
            if piece.end - piece.start >= length:
                return _after_pauses(piece.start + length, calendar, pauses)
            length -= piece.end - piece.start
    raise AssertionError("days have no end")


def reach_back(end: datetime, length: timedelta, calendar: WorkingCalendar) -> datetime:
    """The instant from which ``length`` of open time passes until ``end``. Raises CalendarHorizon."""
    day = local_day(end)
    while True:
        for span in reversed(open_on(day, calendar)):
            until = min(span.end, end.astimezone(UTC))
            if until - span.start >= length:
                return until - length
            length -= max(until - span.start, timedelta())
        day -= ONE_DAY


def open_time(start: datetime, end: datetime, calendar: WorkingCalendar, *, pauses: tuple[Span, ...] = ()) -> timedelta:
    """How long the service is open from ``start`` to ``end``, without the (merged) pauses; never negative.

    Raises CalendarHorizon.
    """
    total, day = timedelta(), local_day(start)
    while instant(day, MIDNIGHT) < end:
        for span in open_on(day, calendar):
            total += _length(_without(_within(span, start, end), pauses))
        day += ONE_DAY
    return total


def _open_from(at: datetime, calendar: WorkingCalendar) -> Iterator[Span]:
    """Every stretch of open time from ``at`` on; the first begins at ``at`` when the service is open then."""
    day = local_day(at)
    while True:
        for span in open_on(day, calendar):
            if span.end > at:
                yield Span(max(span.start, at.astimezone(UTC)), span.end)
        day += ONE_DAY


def _within(span: Span, start: datetime, end: datetime) -> Span:
    return Span(max(span.start, start.astimezone(UTC)), min(span.end, end.astimezone(UTC)))


def _without(span: Span, pauses: tuple[Span, ...]) -> Iterator[Span]:
    """What the pauses leave of the span, in order."""
    start = span.start
    for pause in pauses:
        if pause.end <= start or pause.start >= span.end:
            continue
        if pause.start > start:
            yield Span(start, pause.start)
        start = pause.end
    if start < span.end:
        yield Span(start, span.end)


def _length(spans: Iterable[Span]) -> timedelta:
    return sum((span.end - span.start for span in spans), timedelta())


def _after_pauses(at: datetime, calendar: WorkingCalendar, pauses: tuple[Span, ...]) -> datetime:
    for pause in pauses:
        if pause.start <= at < pause.end:
            at = next_open(pause.end, calendar)
    return at
