"""A second way of counting time, for tests: as a patient person would, a minute or a day at a time.

Nothing here comes from the product but the data it is asked about. What an instant is in London, zoneinfo says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
A_DAY = timedelta(days=1)
MINUTES = 1_440
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOLIDAYS: dict[str, frozenset[date]] = {}
"""Bank holidays by calendar: given by the test, from what the calendars were made of."""
WEEKS: dict[str, tuple[tuple[tuple[time, time], ...], ...]] = {
    "office": (((time(9), time(17)),),) * 5 + ((), ()),
    "split": (
        ((time(8), time(12)), (time(13), time(0))),
        (),
        ((time(0), time(1)), (time(2), time(6)), (time(22, 30), time(0))),
        ((time(9), time(9, 1)),),
        ((time(9), time(17)),),
        ((time(8, 15), time(12)),),
        ((time(2), time(3)),),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """A clock in plain parts. Instants are whole minutes since 1970; ``more`` are its extensions."""

    calendar: str
    week: str
    unit: str
    amount: int
    start: int
    due_time: time
    pauses: tuple[tuple[int, int], ...]
    more: tuple[int, ...]

    @property
    def total(self) -> int:
        """The length with every extension."""
        return self.amount + sum(self.more)


def minute(at: datetime) -> int:
    """Minutes since 1970."""
    return int((at - EPOCH).total_seconds()) // 60


def moment(minutes: int) -> datetime:
    """The instant, in UTC."""
    return EPOCH + timedelta(minutes=minutes)


def working(day: date, calendar: str) -> bool:
    """Neither at a weekend nor a bank holiday."""
    return day.weekday() not in (5, 6) and day not in HOLIDAYS[calendar]


def paused(example: Example, at: int) -> bool:
    """Whether this minute lies in a pause."""
    return any(start <= at < end for start, end in example.pauses)


def due(example: Example) -> tuple[int, list[date]]:
    """The minute at which it falls due, and every day that counted (once each)."""
    if example.unit in ("hours", "working_hours"):
        return _by_minutes(example)
    return _by_days(example)


def _by_minutes(example: Example) -> tuple[int, list[date]]:
    """Tick. Where the last minute has been counted, an instant in a pause waits for the pause, and for opening."""
    always = example.unit == "hours"
    at, left, waited = example.start, example.total * 60, False
    days: list[date] = []
    while True:
        block, place = divmod(at, MINUTES)
        opened = b"" if always else _open(block, example.calendar, example.week)
        local, stands = _local(block), _stands(block, example.pauses)
        for index in range(place, MINUTES):
            still = stands[index]
            counts = always or opened[index]
            if left == 0 and not still and (not waited or counts):
                return at, days
            if still:
                waited = waited or left == 0
            elif left and counts:
                left -= 1
                if not days or days[-1] != local[index][0]:
                    days.append(local[index][0])
            at += 1


def _stands(block: int, pauses: tuple[tuple[int, int], ...]) -> bytearray:
    """For each minute of one UTC day, whether it lies in a pause."""
    found, first = bytearray(MINUTES), block * MINUTES
    for start, end in pauses:
        for index in range(max(start - first, 0), min(end - first, MINUTES)):
            found[index] = 1
    return found


@cache
def _local(block: int) -> tuple[tuple[date, int], ...]:
    """The day and the minute of the day that clocks in London show, for each minute of one UTC day."""
    found = []
    for offset in range(MINUTES):
        shown = datetime.fromtimestamp((block * MINUTES + offset) * 60, LONDON)
        found.append((shown.date(), shown.hour * 60 + shown.minute))
    return tuple(found)


@cache
def _hours(week: str) -> tuple[bytes, ...]:
    """For each day of the week, which of its minutes on the clock are service hours."""
    days = []
    for hours in WEEKS[week]:
        day = bytearray(MINUTES)
        for start, end in hours:
            last = (end.hour * 60 + end.minute) or MINUTES
            for shown in range(start.hour * 60 + start.minute, last):
                day[shown] = 1
        days.append(bytes(day))
    return tuple(days)


@cache
def _open(block: int, calendar: str, week: str) -> bytes:
    """For each minute of one UTC day, whether the service is open in it."""
    hours, closed = _hours(week), HOLIDAYS[calendar]
    return bytes(hours[day.weekday()][shown] and day not in closed for day, shown in _local(block))


def _by_days(example: Example) -> tuple[int, list[date]]:
    first = moment(example.start).astimezone(LONDON).date()
    months = example.unit == "calendar_months"
    left = (_month_end(first, example) - first).days if months else example.total
    counted: list[date] = []
    day = first
    while True:
        day += A_DAY
        at = minute(datetime.combine(day, example.due_time, LONDON).astimezone(UTC))
        if paused(example, at):
            continue
        if left and (example.unit != "working_days" or working(day, example.calendar)):
            left -= 1
            counted.append(day)
        if not left and (not months or working(day, example.calendar)):
            return at, counted


def _month_end(first: date, example: Example) -> date:
    """The same day so many months on; where there is none, the last; where that is no working day, the next."""
    year, month, number = first.year, first.month, first.day
    for _ in range(example.total):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    while True:
        try:
            day = date(year, month, number)
            break
        except ValueError:
            number -= 1
    while not working(day, example.calendar):
        day += A_DAY
    return day


CHANGES = tuple(
    minute(datetime(*day, 1, tzinfo=UTC))
    for day in ((2026, 3, 29), (2026, 10, 25), (2027, 3, 28), (2027, 10, 31), (2028, 3, 26), (2028, 10, 29))
)
"""When clocks are changed."""
FEASTS = tuple(
    minute(datetime(*day, 12, tzinfo=UTC)) for day in ((2026, 4, 2), (2026, 12, 23), (2027, 12, 23), (2028, 4, 13))
)
LONGEST = {"hours": 30, "working_hours": 9, "working_days": 25, "calendar_days": 40, "calendar_months": 3}
"""The longest length of each unit, without extensions: of minutes as few as will do."""
SPAN = (minute(datetime(2026, 1, 5, tzinfo=UTC)), minute(datetime(2028, 9, 1, tzinfo=UTC)))


def examples(seed: int, count: int, *, near: tuple[int, ...] = ()) -> Iterator[Example]:
    """Clocks by chance, many of them over a change of the hour or a feast. ``near``: all of them around these."""
    chance = Random(seed)
    for _ in range(count):
        anchor = near or (CHANGES if chance.random() < 0.3 else FEASTS if chance.random() < 0.2 else ())
        start = chance.choice(anchor) + chance.randint(-5 * MINUTES, MINUTES) if anchor else chance.randint(*SPAN)
        unit = chance.choice(tuple(LONGEST))
        quick = unit in ("hours", "working_hours")
        pauses = []
        for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
            began = start + chance.randint(-MINUTES, (3 if quick else 30) * MINUTES)
            longest = chance.choice((90, 600, MINUTES)) if quick else chance.choice((600, 2 * MINUTES, 9 * MINUTES))
            pauses.append((began, began + chance.randint(-60, longest)))
        yield Example(
            calendar=chance.choice(("england-and-wales", "scotland", "northern-ireland", "foi")),
            week=chance.choice(tuple(WEEKS)),
            unit=unit,
            amount=chance.randint(1, LONGEST[unit]),
            start=start,
            due_time=chance.choice((time(17), time(9), time(0), time(23, 45), time(2), time(12, 30))),
            pauses=tuple(pauses),
            more=tuple(chance.randint(1, 3) for _ in range(chance.choice((0, 0, 0, 1, 2)))),
        )
