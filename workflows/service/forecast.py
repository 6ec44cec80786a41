"""What will be late within the next five working days if nothing is done: by stage, by who has it, and by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from workflows.core.beyond import reach_ahead
from workflows.core.calendars import WorkingCalendar
from workflows.core.definition import Side
from workflows.core.permissions import role_words
from workflows.service.library import Library
from workflows.service.unit_of_work import Connection
from workflows.store import boards

LONDON = ZoneInfo("Europe/London")
WORKING_DAYS = 5
MOST_ROWS = 40
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """Requests of one stage with one person, or with nobody by name: how many fall due on each day.

    ``stage`` and ``holder`` (a person's id, or "nobody") are the board's filters that leave them; empty for the rest.
    """

    stage: str
    stage_title: str
    holder: str
    who: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """How many on all days."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Open requests whose time ends between now and the end of ``until``. ``days``: the columns of each row.

    Days that nobody works are columns only where something falls due on them.
    """

    until: date
    days: tuple[date, ...]
    rows: tuple[ForecastRow, ...]
    short: bool = False
    """Whether it ends sooner, because bank holidays are not known for the days after."""

    @property
    def totals(self) -> tuple[int, ...]:
        """How many fall due on each day."""
        return tuple(sum(row.counts[place] for row in self.rows) for place in range(len(self.days)))

    @property
    def total(self) -> int:
        """How many on all days."""
        return sum(self.totals)


def last_day(calendar: WorkingCalendar, *, now: datetime) -> date:
    """The day with which the forecast ends, by the organisation's calendar; no later than that is known."""
    return reach_ahead(calendar, now.astimezone(LONDON).date(), WORKING_DAYS)


def end_of(day: date) -> datetime:
    """The instant at which a day has ended in London."""
    return datetime.combine(day + ONE_DAY, time(0), LONDON)


def forecast(
    connection: Connection, library: Library, calendar: WorkingCalendar, found: Sequence[Any], *, now: datetime
) -> Forecast:
    """The forecast of what was counted: paused requests are not among that, for their time stands still."""
    today, until = now.astimezone(LONDON).date(), last_day(calendar, now=now)
    filled = {row.day for row in found}
    span = (today + ONE_DAY * number for number in range((until - today).days + 1))
    days = tuple(day for day in span if day in filled or (day > today and calendar.is_working_day(day)))
    return Forecast(until, days, _rows(connection, library, found, days), short=until >= calendar.horizon)


def _rows(
    connection: Connection, library: Library, found: Sequence[Any], days: tuple[date, ...]
) -> tuple[ForecastRow, ...]:
    counts: dict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0] * len(days))
    place = {day: number for number, day in enumerate(days)}
    for row in found:
        stage = library.version(connection, row.workflow, row.definition_version).stage(row.stage)
        if row.name:
            who = f"{row.name} (requester)" if stage.side is Side.REQUESTER else row.name
        else:
            who = role_words(stage.roles).removeprefix("the ")
        counts[row.stage, stage.title, row.person or boards.NOBODY, who][place[row.day]] += row.open
    rows = sorted(
        (ForecastRow(*key, tuple(each)) for key, each in counts.items()),
        key=lambda row: (-row.total, row.stage_title, row.who),
    )
    if len(rows) <= MOST_ROWS:
        return tuple(rows)
    rest = [sum(each) for each in zip(*(row.counts for row in rows[MOST_ROWS:]), strict=True)]
    return (*rows[:MOST_ROWS], ForecastRow("", "Other stages", "", "everybody else", tuple(rest)))
