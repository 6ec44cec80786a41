"""Service hours, and clocks that count only while a service is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from workflows.core.calendars import CalendarHorizon, Length, Unit, WorkingCalendar
from workflows.core.clocks import Clock, Pause, TimeState, due_at, fraction_instant, offset_instant, time_left
from workflows.core.explaining import CountedDay, why_this_date
from workflows.core.hours import OFFICE, Hours, ServiceHours, next_open, open_time
from workflows.definitions.calendars import seed_calendars

pytestmark = pytest.mark.feature("C8")
LONDON = ZoneInfo("Europe/London")
ENGLAND = seed_calendars()["england-and-wales"]
MORNING: Hours = ((time(8), time(12)),)
SPLIT: Hours = ((time(8), time(12)), (time(13), time(0)))
MASH = replace(ENGLAND, hours=ServiceHours((OFFICE, OFFICE, (), SPLIT, OFFICE, MORNING, ())))


def london(month: int, day: int, hour: int = 10, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=LONDON).astimezone(UTC)


def make(start: datetime, amount: int, *pauses: Pause) -> Clock:
    return Clock(1, "advice", start, Length(amount, Unit.WORKING_HOURS), ENGLAND.id, pauses=pauses)


def pause(start: datetime, end: datetime | None) -> Pause:
    return Pause(start, end, "waiting for the requester")


@pytest.mark.parametrize(
    ("start", "amount", "calendar", "due"),
    [
        (london(11, 2, 10), 4, ENGLAND, london(11, 2, 14)),
        (london(11, 2, 15), 4, ENGLAND, london(11, 3, 11)),
        (london(11, 2, 9), 8, ENGLAND, london(11, 2, 17)),
        (london(11, 6, 22), 1, ENGLAND, london(11, 9, 10)),
        (london(12, 24, 16), 2, ENGLAND, london(12, 29, 10)),
        (london(10, 23, 16), 2, ENGLAND, london(10, 26, 10)),
        (london(3, 26, 16, year=2027), 2, ENGLAND, london(3, 30, 11, year=2027)),
        (london(11, 3, 16), 2, MASH, london(11, 5, 9)),
        (london(11, 5, 11), 10, MASH, london(11, 5, 22)),
        (london(11, 5, 20), 5, MASH, london(11, 6, 10)),
        (london(11, 6, 16), 5, MASH, london(11, 7, 12)),
    ],
)
def test_working_hours_pass_only_while_the_service_is_open(
    start: datetime, amount: int, calendar: WorkingCalendar, due: datetime
) -> None:
    assert due_at(make(start, amount), calendar) == due


def test_a_pause_is_cut_out_exactly_and_outside_service_hours_takes_nothing() -> None:
    start = london(11, 2, 10)
    cut = make(
        start, 4, pause(london(11, 2, 11), london(11, 2, 11, 20)), pause(london(11, 2, 11, 10), london(11, 2, 12))
    )
    assert due_at(cut, ENGLAND) == london(11, 2, 15)
    assert due_at(make(start, 8, pause(london(11, 2, 18), london(11, 3, 8))), ENGLAND) == london(11, 3, 10)
    assert due_at(make(start, 8, pause(london(11, 2, 18), None)), ENGLAND) is None
    over_the_due_instant = make(start, 7, pause(london(11, 2, 17), london(11, 2, 17, 15)))
    assert due_at(over_the_due_instant, ENGLAND) == london(11, 3, 9), "it falls due in service hours"


def test_each_day_tells_what_was_counted_and_why_not() -> None:
    clock = make(london(12, 24, 15, 30), 4, pause(london(12, 29, 9), london(12, 29, 10, 30)))
    assert due_at(clock, ENGLAND) == london(12, 29, 13)
    assert why_this_date(clock, ENGLAND, now=london(12, 31)) == (
        CountedDay(date(2026, 12, 24), True, "1 hour 30 minutes counted"),
        CountedDay(date(2026, 12, 25), False, "Christmas Day (bank holiday)"),
        CountedDay(date(2026, 12, 26), False, "Saturday"),
        CountedDay(date(2026, 12, 27), False, "Sunday"),
        CountedDay(date(2026, 12, 28), False, "Boxing Day, substitute day (bank holiday)"),
        CountedDay(date(2026, 12, 29), True, "2 hours 30 minutes counted, paused: waiting for the requester"),
    )
    evening = why_this_date(make(london(11, 3, 18), 1), MASH, now=london(11, 30))
    assert [line.why for line in evening] == [
        "outside service hours",
        "no service hours on this day",
        "1 hour counted",
    ]
    paused = make(london(11, 2, 16), 2, pause(london(11, 3, 8), london(11, 4, 8)))
    assert [line.counted for line in why_this_date(paused, ENGLAND, now=london(11, 30))] == [True, False, True]
    seconds = make(london(11, 2, 16, 59) + timedelta(seconds=45), 1)
    assert why_this_date(seconds, ENGLAND, now=london(11, 30))[0].why == "less than a minute"


@pytest.mark.parametrize(
    ("now", "state", "words"),
    [
        (london(11, 2, 15), TimeState.ON_TIME, "4 working hours left"),
        (london(11, 2, 22), TimeState.ON_TIME, "2 working hours left"),
        (london(11, 3, 10, 20), TimeState.DUE_SOON, "40 working minutes left"),
        (london(11, 3, 11), TimeState.OVERDUE, "Overdue by less than a minute"),
        (london(11, 3, 12, 30), TimeState.OVERDUE, "Overdue by 1 working hour"),
        (london(11, 4, 8), TimeState.OVERDUE, "Overdue by 6 working hours"),
    ],
)
def test_what_is_left_is_told_in_working_hours(now: datetime, state: TimeState, words: str) -> None:
    left = time_left(make(london(11, 2, 15), 4), ENGLAND, now=now)
    assert (left.state, left.words) == (state, words)


def test_lateness_that_no_service_hour_has_seen_is_told_in_plain_hours() -> None:
    left = time_left(make(london(11, 2, 16), 1), ENGLAND, now=london(11, 2, 20))
    assert left.words == "Overdue by 3 hours"
    assert time_left(make(london(11, 2), 1), ENGLAND, now=london(11, 1)).fraction_used == 0


def test_rungs_can_hang_by_working_hours() -> None:
    clock = make(london(11, 2, 15), 4)
    now = london(11, 2, 15)
    assert fraction_instant(clock, ENGLAND, fraction=0.5, now=now) == london(11, 2, 17)
    assert fraction_instant(clock, ENGLAND, fraction=0.75, now=now) == london(11, 3, 10)
    four = Length(4, Unit.WORKING_HOURS)
    assert offset_instant(clock, ENGLAND, length=four, after_due=True, now=now) == london(11, 3, 15)
    assert offset_instant(clock, ENGLAND, length=four, after_due=False, now=now) == london(11, 2, 15)
    days = replace(clock, length=Length(1, Unit.WORKING_DAYS))
    assert offset_instant(days, ENGLAND, length=four, after_due=True, now=now) == london(11, 4, 13)


def test_next_open_is_now_or_the_next_opening() -> None:
    assert next_open(london(11, 2, 9), ENGLAND) == london(11, 2, 9)
    assert next_open(london(11, 2, 16, 59), ENGLAND) == london(11, 2, 16, 59)
    assert next_open(london(11, 2, 17), ENGLAND) == london(11, 3, 9)
    assert next_open(london(10, 24, 12), ENGLAND) == london(10, 26, 9), "over a change of the hour"
    assert next_open(london(12, 24, 18), ENGLAND) == london(12, 29, 9)
    with pytest.raises(CalendarHorizon):
        next_open(london(12, 31, 18, year=2032), ENGLAND)


def test_open_time_is_never_negative() -> None:
    assert open_time(london(11, 3), london(11, 2), ENGLAND) == timedelta()
    assert open_time(london(11, 2, 16), london(11, 3, 10), ENGLAND) == timedelta(hours=2)


@pytest.mark.parametrize(
    ("hours", "say"),
    [
        (((time(9), time(9)),), "ends before it begins"),
        (((time(17), time(9)),), "ends before it begins"),
        (((time(0), time(1, 30)),), "touches the hour"),
        (((time(1, 30), time(9)),), "touches the hour"),
        (((time(0), time(0)),), "touches the hour"),
        (((time(0), time(6)),), "touches the hour"),
        (((time(9), time(12)), (time(11), time(17))), "overlap"),
        (((time(13), time(17)), (time(9), time(12))), "overlap"),
        (((time(13), time(0)), (time(14), time(17))), "overlap"),
        (((time(9, tzinfo=UTC), time(17)),), "carry no zone"),
    ],
)
def test_service_hours_that_cannot_be_kept_are_refused(hours: Hours, say: str) -> None:
    with pytest.raises(ValueError, match=say):
        ServiceHours((hours, (), (), (), (), (), ()))


def test_a_week_has_seven_days_and_some_hours() -> None:
    with pytest.raises(ValueError, match="at least once a week"):
        ServiceHours(((),) * 7)
    with pytest.raises(ValueError, match="seven days"):
        ServiceHours((OFFICE,))
    assert ServiceHours(((), (), (), (), (), (), ((time(0), time(1)), (time(2), time(0)))))
