"""Working days and due dates, against dates worked out elsewhere and a slow second way of counting."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.core.calendars import (
    CalendarHorizon,
    Length,
    Unit,
    WorkingCalendar,
    add_months,
    due_date,
)
from workflows.definitions.calendars import seed_calendars

# The rows were worked out independently of this code, from the GOV.UK lists of bank holidays. The day of
# receipt is never counted; foi is the union of the three calendars; a month without such a day ends on its last
# day, and one that ends on a day that is not a working day ends on the next; calendar days are not moved.
DEADLINES = Path(__file__).parent.parent / "data" / "deadlines.csv"
ROWS = list(csv.DictReader(DEADLINES.read_text(encoding="utf-8").splitlines()))
CALENDARS = seed_calendars()
HOLIDAYS = {name: {day for day, _ in calendar.holidays} for name, calendar in CALENDARS.items()}
ONE_DAY = timedelta(days=1)
modest = settings(max_examples=30, deadline=None, database=None)
days = st.dates(date(2015, 1, 1), date(2031, 12, 31))
calendars = st.sampled_from(sorted(CALENDARS.values(), key=lambda calendar: calendar.id))


def naive_is_working_day(calendar: WorkingCalendar, day: date) -> bool:
    return day.weekday() not in (5, 6) and day not in HOLIDAYS[calendar.id]


def naive_step(calendar: WorkingCalendar, day: date, n: int) -> date:
    step = ONE_DAY if n > 0 else -ONE_DAY
    left = abs(n)
    while left:
        day += step
        left -= naive_is_working_day(calendar, day)
    return day


@pytest.mark.feature("C8")
def test_every_independently_worked_out_deadline_agrees() -> None:
    wrong = []
    for row in ROWS:
        length = Length(int(row["length"]), Unit(row["unit"]))
        due = due_date(date.fromisoformat(row["received"]), length, CALENDARS[row["calendar"]])
        if due.isoformat() != row["due"]:
            wrong.append((row, due))
    assert wrong == []
    assert len(ROWS) == 143


@pytest.mark.feature("C8")
@pytest.mark.parametrize(
    ("received", "england", "foi"),
    [
        (date(2026, 12, 10), date(2027, 1, 12), date(2027, 1, 13)),
        (date(2026, 11, 23), date(2026, 12, 21), date(2026, 12, 22)),
        (date(2027, 3, 10), date(2027, 4, 9), date(2027, 4, 12)),
    ],
)
def test_freedom_of_information_counts_no_holiday_of_any_nation(received: date, england: date, foi: date) -> None:
    twenty = Length(20, Unit.WORKING_DAYS)
    assert due_date(received, twenty, CALENDARS["england-and-wales"]) == england
    assert due_date(received, twenty, CALENDARS["foi"]) == foi


def test_christmas_2026_in_england() -> None:
    england = CALENDARS["england-and-wales"]
    assert england.add_working_days(date(2026, 12, 24), 1) == date(2026, 12, 29)
    assert england.holiday_name(date(2026, 12, 28)) == "Boxing Day, substitute day"
    assert england.holiday_name(date(2026, 12, 26)) is None, "the weekend's own day is a Saturday like any other"
    assert not england.is_working_day(date(2026, 12, 26))
    assert england.is_working_day(date(2026, 12, 29))


def test_foi_differs_from_england_in_2026_by_the_days_that_the_law_adds() -> None:
    england, foi = CALENDARS["england-and-wales"], CALENDARS["foi"]
    extra = {day for day, _ in foi.holidays} - {day for day, _ in england.holidays}
    assert sorted((d.month, d.day) for d in extra if d.year == 2026) == [
        (1, 2),
        (3, 17),
        (6, 15),
        (7, 13),
        (8, 3),
        (11, 30),
    ]
    assert foi.holiday_name(date(2026, 11, 30)) == "St Andrew's Day, Scotland"
    assert foi.holiday_name(date(2026, 12, 25)) == "Christmas Day"
    assert {day for c in CALENDARS.values() for day, _ in c.holidays} == {day for day, _ in foi.holidays}


def test_one_off_days_and_two_holidays_on_one_day_are_known() -> None:
    assert CALENDARS["scotland"].holiday_name(date(2022, 9, 19)) == "State Funeral of Queen Elizabeth II"
    assert CALENDARS["northern-ireland"].holiday_name(date(2023, 5, 8)) == "Coronation of Charles III"
    both = "2nd January and New Year's Day, substitute day"
    assert CALENDARS["scotland"].holiday_name(date(2023, 1, 2)) == both


def test_wales_keeps_englands_holidays() -> None:
    from holidays import country_holidays

    years = range(2015, 2033)
    wales = country_holidays("GB", subdiv="WLS", years=years)
    england = country_holidays("GB", subdiv="ENG", years=years)
    assert set(wales) == set(england)


def test_each_calendar_has_its_own_stable_version_and_one_horizon() -> None:
    again = seed_calendars()
    again.clear()
    assert set(seed_calendars()) == {"england-and-wales", "scotland", "northern-ireland", "foi"}
    versions = [calendar.version for calendar in CALENDARS.values()]
    assert len(set(versions)) == len(versions)
    assert all(version.startswith("holidays-") for version in versions)
    assert {calendar.horizon for calendar in CALENDARS.values()} == {date(2032, 12, 31)}
    assert all(name == calendar.id for name, calendar in CALENDARS.items())


@given(calendar=calendars, day=days, n=st.integers(-60, 60))
@modest
def test_adding_working_days_agrees_with_walking(calendar: WorkingCalendar, day: date, n: int) -> None:
    answer = calendar.add_working_days(day, n)
    assert answer == naive_step(calendar, day, n)
    if n > 0:
        assert calendar.working_days_between(day, answer) == n
        assert calendar.working_days_between(answer, day) == -n


@given(calendar=calendars, day=days)
@modest
def test_the_next_working_day_is_the_day_itself_or_the_first_after(calendar: WorkingCalendar, day: date) -> None:
    assert calendar.is_working_day(day) == naive_is_working_day(calendar, day)
    expected = day if naive_is_working_day(calendar, day) else naive_step(calendar, day, 1)
    assert calendar.on_or_after(day) == expected


def test_a_holiday_listed_on_a_weekend_takes_no_working_day_away() -> None:
    saturday = date(2026, 12, 26)
    calendar = WorkingCalendar("test", "1", ((saturday, "Boxing Day"),), date(2027, 1, 31))
    assert calendar.holiday_name(saturday) == "Boxing Day"
    assert calendar.add_working_days(date(2026, 12, 25), 1) == date(2026, 12, 28)
    assert calendar.working_days_between(date(2026, 12, 21), date(2026, 12, 28)) == 5


def test_a_year_of_days_and_a_thousand_working_days_cost_one_search() -> None:
    plain = WorkingCalendar("plain", "1", (), date(9000, 1, 1))
    assert plain.add_working_days(date(2026, 11, 20), 5 * 300_000) == date(2026, 11, 20) + timedelta(weeks=300_000)


def test_holidays_out_of_order_are_refused() -> None:
    christmas = (date(2026, 12, 25), "Christmas Day")
    with pytest.raises(ValueError, match="not in order"):
        WorkingCalendar("test", "1", (christmas, christmas), date(2027, 1, 1))


@pytest.mark.feature("C9")
def test_past_the_horizon_is_refused_with_both_dates() -> None:
    england = CALENDARS["england-and-wales"]
    last, beyond = england.horizon, england.horizon + ONE_DAY
    assert england.is_working_day(last)
    with pytest.raises(CalendarHorizon, match=r"2032-12-31.*2033-01-01") as refused:
        england.is_working_day(beyond)
    assert (refused.value.day, refused.value.horizon) == (beyond, last)
    with pytest.raises(CalendarHorizon):
        england.holiday_name(beyond)
    with pytest.raises(CalendarHorizon):
        england.add_working_days(beyond, -1)
    with pytest.raises(CalendarHorizon):
        england.add_working_days(last, 1)
    with pytest.raises(CalendarHorizon):
        england.add_working_days(last, 10**9)
    with pytest.raises(CalendarHorizon):
        england.working_days_between(beyond, last)
    with pytest.raises(CalendarHorizon):
        due_date(last, Length(1, Unit.CALENDAR_MONTHS), england)


def test_months_end_on_a_day_that_exists() -> None:
    assert add_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert add_months(date(2027, 12, 31), 2) == date(2028, 2, 29)
    assert add_months(date(2027, 1, 31), -2) == date(2026, 11, 30)
    assert add_months(date(2027, 6, 15), 12) == date(2028, 6, 15)


def test_calendar_days_may_end_on_a_sunday() -> None:
    due = due_date(date(2026, 6, 7), Length(28, Unit.CALENDAR_DAYS), CALENDARS["scotland"])
    assert due == date(2026, 7, 5)
    assert due.weekday() == 6


def test_hours_have_no_due_date_and_no_length_is_negative() -> None:
    with pytest.raises(ValueError, match="hours end at an instant"):
        due_date(date(2026, 6, 7), Length(4, Unit.HOURS), CALENDARS["foi"])
    with pytest.raises(ValueError, match="cannot be negative"):
        Length(-1, Unit.HOURS)
    assert due_date(date(2026, 6, 7), Length(0, Unit.WORKING_DAYS), CALENDARS["foi"]) == date(2026, 6, 7)
