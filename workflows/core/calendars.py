"""Working days: which days count in each nation, and the date on which a length of time ends.

All days are civil dates in the United Kingdom. The day of receipt is never counted. A calendar carries the hours
in which its organisation is open, but what they mean for a clock is the question of ``hours``.
"""

from __future__ import annotations

import calendar as months
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from workflows.core.hours import OFFICE_HOURS, ServiceHours

WORKING_WEEK = 5
DAYS_OF_WEEK = 7


class Unit(StrEnum):
    """What a length of time is counted in."""

    HOURS = "hours"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    CALENDAR_MONTHS = "calendar_months"


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time: a whole number of units, zero or more. Raises ValueError when negative."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ValueError(f"a length of time cannot be negative: {self.amount} {self.unit}")


class CalendarHorizon(ValueError):
    """A day was asked for that lies after the last date the calendar covers."""

    def __init__(self, calendar_id: str, *, day: date, horizon: date) -> None:
        super().__init__(
            f"the calendar {calendar_id} is known up to {horizon.isoformat()}, so {day.isoformat()} "
            "cannot be worked out; load newer bank holidays"
        )
        self.calendar_id = calendar_id
        self.day = day
        self.horizon = horizon


@dataclass(frozen=True)
class WorkingCalendar:
    """One version of one nation's bank holidays, and the service hours that working hours are counted in.

    ``holidays`` is sorted by day, each day once, with the name shown to people. ``horizon`` is the last date
    covered: a question about a later day raises CalendarHorizon. Days before the first listed holiday are
    taken to have none. ``hours`` give a weekend some only where a service is open then. Raises ValueError when
    the holidays are not in order.
    """

    id: str
    version: str
    holidays: tuple[tuple[date, str], ...]
    horizon: date
    hours: ServiceHours = OFFICE_HOURS
    _days: tuple[date, ...] = field(init=False, repr=False, compare=False)
    _weekday_numbers: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _ranks: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        days = tuple(day for day, _ in self.holidays)
        if any(later <= earlier for earlier, later in pairwise(days)):
            raise ValueError(f"the holidays of calendar {self.id} are not in order, each day once")
        # Number every weekday since the year 1. The j-th holiday's number, less the j holidays before it, is
        # the rank of the working day that follows it: one bisect finds the day that has a given rank.
        numbers = tuple(_weekdays_to(day.toordinal()) for day in days if day.weekday() < WORKING_WEEK)
        object.__setattr__(self, "_days", days)
        object.__setattr__(self, "_weekday_numbers", numbers)
        object.__setattr__(self, "_ranks", tuple(number - j for j, number in enumerate(numbers)))

    def is_working_day(self, day: date) -> bool:
        """Whether ``day`` is neither at a weekend nor a bank holiday. Raises CalendarHorizon."""
        return self.holiday_name(day) is None and day.weekday() < WORKING_WEEK

    def holiday_name(self, day: date) -> str | None:
        """The name of the bank holiday on ``day``, or None. Raises CalendarHorizon."""
        self._check(day)
        place = bisect_left(self._days, day)
        if place < len(self._days) and self._days[place] == day:
            return self.holidays[place][1]
        return None

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after ``day`` (before it, when n is negative); ``day`` itself when n is 0.

        ``day`` may be any day and is never counted. Raises CalendarHorizon when ``day`` or the answer lies
        past it.
        """
        self._check(day)
        if n == 0:
            return day
        ordinal = day.toordinal()
        rank = self._rank(ordinal) + n if n > 0 else self._rank(ordinal - 1) + 1 + n
        weekday = rank + bisect_right(self._ranks, rank)
        weeks, place = divmod(weekday - 1, WORKING_WEEK)
        answer = date.fromordinal(min(weeks * DAYS_OF_WEEK + place + 1, date.max.toordinal()))
        self._check(answer)
        return answer

    def on_or_after(self, day: date) -> date:
        """``day`` when it is a working day, else the next one. Raises CalendarHorizon."""
        return day if self.is_working_day(day) else self.add_working_days(day, 1)

    def working_days_between(self, a: date, b: date) -> int:
        """How many working days lie after ``a``, up to and with ``b``; negative when ``b`` is earlier.

        Raises CalendarHorizon.
        """
        self._check(max(a, b))
        return self._rank(b.toordinal()) - self._rank(a.toordinal())

    def _rank(self, ordinal: int) -> int:
        """How many working days there have been up to and with this day, since the year 1."""
        number = _weekdays_to(ordinal)
        return number - bisect_right(self._weekday_numbers, number)

    def _check(self, day: date) -> None:
        if day > self.horizon:
            raise CalendarHorizon(self.id, day=day, horizon=self.horizon)


def due_date(received: date, length: Length, calendar: WorkingCalendar) -> date:
    """The date on which ``length`` ends, when it starts on ``received`` (never counted itself).

    Calendar days are not moved. A calendar month ends on the same day of a later month, or that month's last
    day when there is no such day, and then on the next working day when it is not one. Raises
    CalendarHorizon, and ValueError for hours, which end at an instant and not on a date.
    """
    match length.unit:
        case Unit.WORKING_DAYS:
            return calendar.add_working_days(received, length.amount)
        case Unit.CALENDAR_DAYS:
            return received + timedelta(days=length.amount)
        case Unit.CALENDAR_MONTHS:
            return calendar.on_or_after(add_months(received, length.amount))
        case _:
            raise ValueError("hours end at an instant, not on a date")


def add_months(day: date, n: int) -> date:
    """The same day n months later (earlier, when negative), or that month's last when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    last = months.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _weekdays_to(ordinal: int) -> int:
    """How many Mondays to Fridays there have been up to and with this day. Day 1 was a Monday."""
    weeks, place = divmod(ordinal - 1, DAYS_OF_WEEK)
    return weeks * WORKING_WEEK + min(place + 1, WORKING_WEEK)
