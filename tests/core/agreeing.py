"""The product's clocks held against counting by hand: where the two disagree."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from holidays import country_holidays

from tests.core import clocks_by_hand
from tests.core.clocks_by_hand import WEEKS, Example, examples, moment
from workflows.core.calendars import Length, Unit, WorkingCalendar
from workflows.core.clocks import Clock, Extension, Pause, due_at, fraction_instant, time_left
from workflows.core.explaining import why_this_date
from workflows.core.hours import ServiceHours
from workflows.definitions.calendars import seed_calendars

LONDON = ZoneInfo("Europe/London")
PARTS = {
    "england-and-wales": ("ENG",),
    "scotland": ("SCT",),
    "northern-ireland": ("NIR",),
    "foi": ("ENG", "SCT", "NIR"),
}
YEARS = range(2025, 2031)
clocks_by_hand.HOLIDAYS.update(
    {
        name: frozenset(
            day for part in parts for day in country_holidays("GB", subdiv=part, years=YEARS) if day.weekday() < 5
        )
        for name, parts in PARTS.items()
    }
)
CALENDARS: dict[tuple[str, str], WorkingCalendar] = {
    (name, week): replace(calendar, hours=ServiceHours(pattern))
    for name, calendar in seed_calendars().items()
    for week, pattern in WEEKS.items()
}


def clock_of(example: Example) -> Clock:
    """The product's clock of an example. The extensions came one after another, on the way."""
    start = moment(example.start)
    return Clock(
        1, "advice", start, Length(example.amount, Unit(example.unit)), example.calendar, example.due_time,
        pauses=tuple(Pause(moment(began), moment(ended), "a question") for began, ended in example.pauses),
        extensions=tuple(
            Extension(start + timedelta(minutes=n), "somebody", amount, "illness")
            for n, amount in enumerate(example.more)
        ),
    )  # fmt: skip


def disagreements(seed: int, count: int, *, near: tuple[int, ...] = (), explain: int = 1) -> list[str]:
    """What the product says otherwise than counting by hand does. Every ``explain``-th clock has to explain itself."""
    wrong = []
    for number, example in enumerate(examples(seed, count, near=near)):
        clock, calendar = clock_of(example), CALENDARS[example.calendar, example.week]
        minutes, days = clocks_by_hand.due(example)
        if due_at(clock, calendar) != moment(minutes):
            wrong.append(f"{example}: due {due_at(clock, calendar)}, by hand {moment(minutes)}")
        elif number % explain == 0:
            wrong += [f"{example}: {fault}" for fault in explained(clock, calendar, minutes, days)]
    return wrong


def explained(clock: Clock, calendar: WorkingCalendar, minutes: int, days: list[date]) -> list[str]:
    """What does not fit between the due instant, its explanation, the time left and the share of the way."""
    due = moment(minutes)
    far = max([due, *(pause.end for pause in clock.pauses if pause.end)]) + timedelta(days=1)
    faults = []
    lines = why_this_date(clock, calendar, now=far)
    if [line.day for line in lines if line.counted] != days:
        faults.append(f"counted {[line.day for line in lines if line.counted]}, by hand {days}")
    if lines[0].day != clock.started_at.astimezone(LONDON).date():
        faults.append("the explanation does not begin at the start")
    if fraction_instant(clock, calendar, fraction=1, now=far) > due:
        faults.append("the whole of the way ends after the due instant")
    if time_left(clock, calendar, now=far).due_at != due:
        faults.append("the time left has another due instant")
    return faults
