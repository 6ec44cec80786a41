"""Periods of a report: months and quarters of the year, and the last twelve months. Days are those of London."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from workflows.core.calendars import add_months

LONDON = ZoneInfo("Europe/London")
ONE_DAY = timedelta(days=1)
YEAR = "year"
"""The key of the last twelve months, this one included."""
MONTHS_BACK = 24
MONTHS = 12
QUARTER = 3
NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day of a month up to, not with, the first day of another."""

    key: str
    title: str
    first: date
    end: date

    @property
    def since(self) -> datetime:
        """The instant at which it begins."""
        return _midnight(self.first)

    @property
    def until(self) -> datetime:
        """The instant at which it has ended."""
        return _midnight(self.end)

    @property
    def trend_since(self) -> datetime:
        """Where a trend up to its end begins: twelve months before, or where the period begins."""
        return _midnight(min(self.first, add_months(self.end, -MONTHS)))

    @property
    def trend_months(self) -> tuple[str, ...]:
        """The months of the trend as YYYY-MM."""
        first = min(self.first, add_months(self.end, -MONTHS))
        return tuple(f"{each:%Y-%m}" for each in _months(first, self.end))

    @property
    def months(self) -> tuple[str, ...]:
        """Its own months as YYYY-MM."""
        return tuple(f"{each:%Y-%m}" for each in _months(self.first, self.end))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), LONDON)


def _months(first: date, end: date) -> list[date]:
    found = [first]
    while (following := add_months(found[-1], 1)) < end:
        found.append(following)
    return found


def month_title(key: str) -> str:
    """A month written YYYY-MM in words: October 2026."""
    year, month = key.split("-")
    return f"{NAMES[int(month) - 1]} {year}"


def periods(now: datetime) -> tuple[Period, ...]:
    """Every period that a report may be asked for: the last twelve months, quarters, months, the latest first."""
    this = now.astimezone(LONDON).date().replace(day=1)
    after = add_months(this, 1)
    months = [add_months(this, -n) for n in range(MONTHS_BACK)]
    starts = [each for each in months if (each.month - 1) % QUARTER == 0]
    return (
        Period(YEAR, "The last 12 months", add_months(after, -MONTHS), after),
        *(Period(_quarter(each), _quarter_title(each), each, add_months(each, QUARTER)) for each in starts),
        *(Period(f"{each:%Y-%m}", month_title(f"{each:%Y-%m}"), each, add_months(each, 1)) for each in months),
    )


def _quarter(first: date) -> str:
    return f"{first.year}-q{(first.month - 1) // QUARTER + 1}"


def _quarter_title(first: date) -> str:
    return f"{NAMES[first.month - 1]} to {NAMES[first.month + 1]} {first.year}"
